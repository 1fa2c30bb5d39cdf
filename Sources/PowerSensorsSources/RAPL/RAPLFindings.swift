import PowerSensorsCore

// What can be wrong with powercap's zones and with dies that show the same register, and how to fix it.

extension Finding {
    /// There are no powercap zones. ``RAPLDiagnosis`` finds out why.
    static let noZones = Finding(
        severity: .warning, subject: PowercapTree.classPath, reason: .absent, text: "There is no RAPL zone.")

    /// The folder of the zones is there, but holds none.
    static func emptyFolder(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .absent,
            text: "This folder holds no zone. Either the driver found no register that counts, or the zones are hidden"
                + " from this process, as container runtimes do.",
            remedy: "In a container, compare with the host: ls /sys/\(path) — elsewhere, see the driver's messages:"
                + " sudo dmesg | grep -i rapl")
    }

    /// The folder of the class lists zones, but the folders that it links to are hidden.
    static let maskedZones = Finding(
        severity: .error, subject: PowercapTree.devicesPath, reason: .masked,
        text: "The zones are listed but their folders are hidden, as container runtimes do.",
        remedy: "Mount the host's sysfs elsewhere and name it: -v /sys:/host/sys:ro … --sysfs /host/sys")

    /// A zone is missing whose subzones exist.
    static func missingParent(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .absent,
            text: "The zone is missing although its subzones exist, so the packages' sum is unknown.",
            remedy: "See which zones the kernel has: ls /sys/\(PowercapTree.classPath)")
    }

    /// Two zones have the same name: they show one register, or cannot be told apart.
    static func merged(_ other: PowercapZone, into best: PowercapZone, _ identity: String) -> Finding {
        let isTwin = other.controlType != best.controlType
        return Finding(
            severity: isTwin ? .info : .warning, subject: other.path, reason: isTwin ? .merged : .duplicate,
            text: isTwin
                ? "\(other.folder) shows \(identity) like \(best.folder), which is the one that is read."
                : "\(other.folder) and \(best.folder) are both called \(identity); only the latter is read.")
    }

    /// Two dies show the same register.
    static func mirrored(_ channel: Channel, _ twin: Channel) -> Finding {
        Finding(
            severity: .info, subject: channel.path ?? channel.id, reason: .mirrored,
            text: "\(channel.id) shows the counter of \(twin.id), which is counted once.")
    }

    /// It is unknown whether two dies show the same register, since one of their counters cannot be read.
    static func mirrorUnknown(_ channel: Channel, _ other: Channel) -> Finding {
        Finding(
            severity: .warning, subject: channel.path ?? channel.id, reason: .ambiguous,
            text: "\(channel.id) and \(other.id) may show the same register, which is unknown until both can be read;"
                + " so is their sum.",
            remedy: "Find out why one of them cannot be read: powersensors doctor")
    }
}
