#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// Which guests `export` publishes to, and where.
struct GuestOptions: ParsableArguments {
    @Option(
        "guests", "A folder in which to publish each virtual machine's own energy; see the guide to guest shares.",
        .text("dir", ifEmpty: "name a folder, such as /var/lib/powersensors/guests."))
    var guests: Setting<String?>

    @Option(
        "guests-period", "How often to publish, 1s at least.", .duration(from: "1s", to: "1h", such: "5s"),
        default: "5s")
    var period: Setting<Duration>

    @Option(
        "guests-grace", "How long a machine may be gone before its folder is removed.",
        .duration(from: "0s", to: "365d", such: "60s"), default: "60s")
    var grace: Setting<Duration>

    @Option(
        "guest-user", "A user, besides root, qemu and libvirt-qemu, whose machines are published to.",
        ValueParser(valueName: "user", allowed: "no such user; allowed are the names in /etc/passwd, and numbers.") {
            UserTable.ofThisMachine[$0]
        })
    var users: [Setting<UInt32>]

    @Option(
        "guest-name", "A machine whose folder always exists, and that may run outside the slices of machines.",
        // A namespace may stand before it, as the figures show it.
        ValueParser(valueName: "name", allowed: "a name must not be empty.") {
            GuestName(name: $0, namespace: "", uuid: "")
        })
    var names: [Setting<GuestName>]

    /// Where to publish, and to whom; nil where nothing is to be published.
    func target(policy: AttributionPolicy, in environment: Environment) throws(CommandFailure) -> GuestTarget? {
        guard let folder = try guests.value(in: environment) else {
            let useless = [
                period.given(in: environment), grace.given(in: environment), users.given(in: environment),
                names.given(in: environment),
            ]
            if let useless = useless.compactMap(\.self).first {
                throw useless.refused("it has no effect without --guests.")
            }
            return nil
        }
        let table = UserTable.ofThisMachine
        let users = try users.values(in: environment) + UserTable.hypervisorUsers.compactMap { table[$0] }
        var configuration = GuestConfiguration(users: Set(users), period: try period.value(in: environment))
        configuration.grace = try grace.value(in: environment)
        configuration.names = Set(try names.values(in: environment))
        configuration.policy = policy == .proportional ? .proportional : .active
        // The user as whom libvirt will start a machine that has not run yet.
        configuration.waitingGroup = ["libvirt-qemu", "qemu"].lazy.compactMap { table[$0] }.first.flatMap(table.group)
        return GuestTarget(folder: folder, configuration: configuration)
    }
}

/// A folder to publish to guests in.
struct GuestTarget {
    let folder: String
    let configuration: GuestConfiguration

    /// Opens the folder, or makes it.
    func publisher() throws(CommandFailure) -> GuestPublisher {
        do throws(ShareFault) {
            return try GuestPublisher(folder: folder, configuration: configuration)
        } catch {
            throw .failure("--guests: \(error)")
        }
    }

    /// Throws where the folder cannot be published in; nothing is made.
    func check() throws(CommandFailure) {
        do throws(ShareFault) {
            if try GuestPublisher.canPublish(in: folder) { return }
        } catch {
            throw .failure("--guests: \(error)")
        }
        // There is none yet: it would be made.
        try FileTarget(folder).check(isReplaced: true)
    }
}
#endif
