#if Exporters
import PowerSensors
import PowerSensorsExporters

/// To which guests `export` tells their figures, and where: `--guests` and what goes with it, checked.
struct GuestOptions {
    /// The folder to publish in.
    let folder: String

    /// To whom, and how often.
    let configuration: GuestConfiguration

    /// Checks the options; nil where nothing is to be published.
    ///
    /// - Parameters:
    ///   - folder: `--guests`.
    ///   - period: `--guests-period`.
    ///   - grace: `--guests-grace`.
    ///   - users: Each `--guest-user`.
    ///   - names: Each `--guest-name`.
    ///   - policy: What becomes of idle energy.
    init?(
        folder: OptionValue?, period: OptionValue?, grace: OptionValue?, users: [OptionValue], names: [OptionValue],
        policy: AttributionPolicy
    ) throws(CommandFailure) {
        guard let folder else {
            if let useless = [period, grace, users.first, names.first].compactMap(\.self).first {
                throw useless.refused("it is of no use without --guests.")
            }
            return nil
        }
        guard !folder.value.isEmpty else {
            throw folder.refused("name a folder, such as /var/lib/powersensors/guests.")
        }
        self.folder = folder.value
        let table = UserTable.ofThisMachine
        var allowed = Set(UserTable.usual.compactMap { table[$0] })
        for user in users {
            guard let number = table[user.value] else {
                throw user.refused("nobody has this name; allowed are the users of /etc/passwd, and numbers.")
            }
            allowed.insert(number)
        }
        var configuration = GuestConfiguration(users: allowed, period: try period.map(Self.period) ?? .seconds(5))
        if let grace { configuration.grace = try Self.grace(grace) }
        for name in names {
            // A namespace may stand before it, as the figures show it.
            guard let name = GuestName(name: name.value, namespace: "", uuid: "") else {
                throw name.refused("a name must not be empty.")
            }
            configuration.names.insert(name)
        }
        configuration.policy = policy == .proportional ? .proportional : .active
        // As whom libvirt will start a machine that it has not started yet.
        configuration.waitingGroup = ["libvirt-qemu", "qemu"].lazy.compactMap { table[$0] }.first.flatMap(table.group)
        self.configuration = configuration
    }

    /// Opens the folder to publish in, or makes it.
    func publisher() throws(CommandFailure) -> GuestPublisher {
        do throws(ShareFault) {
            return try GuestPublisher(folder: folder, configuration: configuration)
        } catch {
            throw .failure("--guests: \(error)")
        }
    }

    /// Throws where the folder could not be published in; nothing is made.
    func check() throws(CommandFailure) {
        do throws(ShareFault) {
            if try GuestPublisher.canPublish(in: folder) { return }
        } catch {
            throw .failure("--guests: \(error)")
        }
        // There is none: it would be made.
        try FileTarget(folder).check(isReplaced: true)
    }

    private static func period(_ option: OptionValue) throws(CommandFailure) -> Duration {
        guard let period = DurationText.duration(option.value), period >= GuestConfiguration.shortestPeriod,
            period <= .seconds(3600)
        else { throw option.refused("allowed is 1s to 1h: an integer and s, m or h, such as 5s.") }
        return period
    }

    private static func grace(_ option: OptionValue) throws(CommandFailure) -> Duration {
        guard let grace = DurationText.duration(option.value), grace <= .seconds(86_400 * 365) else {
            throw option.refused("allowed is 0s to 365d: an integer and s, m, h or d, such as 60s.")
        }
        return grace
    }
}
#endif
