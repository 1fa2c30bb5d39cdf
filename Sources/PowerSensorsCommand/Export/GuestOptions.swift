#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// The options that say to which virtual machines `export` publishes their energy, and where.
struct GuestOptions: ParsableArguments {
    @Option(
        "guests", "A folder in which to publish each virtual machine's own energy; see the guide to guest shares.",
        .text("dir", ifEmpty: "name a folder, such as /var/lib/powersensors/guests."))
    var guests: Setting<String?>

    @Option(
        "guests-period", "How often to publish, from 1s to 1h.", .duration(from: "1s", to: "1h", example: "5s"),
        default: "5s")
    var period: Setting<Duration>

    @Option(
        "guests-grace", "How long a machine may be gone before its folder is removed.",
        .duration(from: "0s", to: "365d", example: "60s"), default: "60s")
    var grace: Setting<Duration>

    @Option(
        "guest-user", "A user, besides root, qemu and libvirt-qemu, whose virtual machines get figures.",
        ValueParser(valueName: "user", failure: "must be the name of a user in /etc/passwd, or a user's number.") {
            UserTable.ofThisMachine[$0]
        })
    var users: [Setting<UInt32>]

    @Option(
        "guest-name", "A machine whose folder always exists, and that may run outside the slices of virtual machines.",
        // A name with its namespace, as the figures show it, gives the same folder as the two do separately.
        ValueParser(valueName: "name", failure: "must not be empty.") {
            GuestName(name: $0, namespace: "", uuid: "")
        })
    var names: [Setting<GuestName>]

    /// Where to publish, and to which machines; nil without `--guests`.
    func target(in environment: Environment) throws(CommandFailure) -> GuestTarget? {
        guard let folder = try guests.value(in: environment) else {
            let others = [
                period.given(in: environment), grace.given(in: environment), users.given(in: environment),
                names.given(in: environment),
            ]
            if let option = others.compactMap(\.self).first {
                throw option.refused("it has no effect without --guests.")
            }
            return nil
        }
        let table = UserTable.ofThisMachine
        let users = try users.values(in: environment) + UserTable.hypervisorUsers.compactMap { table[$0] }
        var configuration = GuestConfiguration(users: Set(users), period: try period.value(in: environment))
        configuration.grace = try grace.value(in: environment)
        configuration.names = Set(try names.values(in: environment))
        // The group of the user that libvirt will start a machine as that has not run yet.
        configuration.waitingGroup = ["libvirt-qemu", "qemu"].lazy.compactMap { table[$0] }.first.flatMap(table.group)
        return GuestTarget(folder: folder, configuration: configuration)
    }
}

/// The folder in which guests' energy is published, and how.
struct GuestTarget {
    let folder: String
    let configuration: GuestConfiguration

    /// Opens the folder, or creates it.
    func publisher(
        reporting report: @escaping @Sendable ([Finding]) -> Void
    ) throws(CommandFailure) -> GuestPublisher {
        do throws(ShareFault) {
            return try GuestPublisher(folder: folder, configuration: configuration, reporting: report)
        } catch {
            throw .failure("--guests: \(error)")
        }
    }

    /// Throws if this user cannot publish in the folder. Creates nothing.
    func check() throws(CommandFailure) {
        do throws(ShareFault) {
            if try GuestPublisher.canPublish(in: folder) { return }
        } catch {
            throw .failure("--guests: \(error)")
        }
        // The folder does not exist yet: check whether it can be created.
        try FileTarget(folder).check(isReplaced: true)
    }
}
#endif
