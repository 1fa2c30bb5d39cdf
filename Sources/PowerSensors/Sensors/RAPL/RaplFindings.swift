#if canImport(Glibc)
import Glibc
#endif

extension Finding {
    /// There is no `class/powercap`, or it cannot be listed.
    static func noPowercap(_ error: AttributeError, in sysfs: SystemRoot) -> Finding {
        if error.status == .absent { return noZones(in: sysfs) }
        return Finding(
            severity: .error,
            subject: PowercapZone.classPath,
            reason: error.status.name,
            text: "The folder of the energy counters cannot be listed: \(systemMessage(errno: error.errno)).",
            remedy:
                "Run as root, or allow this user to list it: sudo chmod o+rx \(sysfs.path)/\(PowercapZone.classPath)"
        )
    }

    /// There is no RAPL zone at all.
    static func noZones(in sysfs: SystemRoot) -> Finding {
        Finding(
            severity: .warning,
            subject: PowercapZone.classPath,
            reason: "absent",
            text: "There is no RAPL zone: the driver is not loaded, or this is a virtual machine without counters.",
            remedy: "On a physical machine load the driver: sudo modprobe intel_rapl_msr"
        )
    }

    /// A zone is gone, and what it holds is not.
    static func missingParent(_ path: String) -> Finding {
        Finding(
            severity: .warning,
            subject: path,
            reason: "absent",
            text: "The zone is missing and its parts are there, so the packages' sum is unknown.",
            remedy: "Mount the whole of sysfs, or load the driver again: sudo modprobe -r intel_rapl_msr"
                + " && sudo modprobe intel_rapl_msr"
        )
    }

    /// A die's counter cannot be read, so that nobody knows whether it is another die's, too.
    static func mirrorUnknown(_ channel: Channel, _ other: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "ambiguous",
            text:
                "\(channel.id) and \(other.id) cannot both be read, so it is not known whether they have one register;"
                + " their sum is unknown.",
            remedy: "See why one of them cannot be read; with both, a new look tells: powersensors doctor"
        )
    }

    /// Two zones have one name: they show one register, or cannot be told apart.
    static func merged(_ other: PowercapZone, into best: PowercapZone, _ identity: String) -> Finding {
        let isTwin = other.controlType != best.controlType
        return Finding(
            severity: isTwin ? .info : .warning,
            subject: other.path,
            reason: isTwin ? "merged" : "duplicate",
            text: isTwin
                ? "\(other.folder) shows \(identity) like \(best.folder), which is the one that is read."
                : "\(other.folder) and \(best.folder) are both called \(identity); only the latter is read."
        )
    }
}

/// Waits, off the hot path, for a counter that may move within the time.
func pause(_ time: Duration) {
    // A signal may cut it short; all that is lost is some patience.
    usleep(UInt32(clamping: time.wholeNanoseconds / 1000))
}
