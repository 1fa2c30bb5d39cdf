#if canImport(Glibc)
import Glibc
#endif

extension Finding {
    /// There is no chip at all, or the class cannot be listed.
    static func noChips(_ error: AttributeError?, in sysfs: SystemRoot) -> Finding {
        if let error, error.status != .absent {
            return Finding(
                severity: .warning, subject: HwmonChip.classPath, reason: error.status.name,
                text:
                    "The folder of the hardware-monitoring chips cannot be listed: \(systemMessage(errno: error.errno)).",
                remedy:
                    "Run as root, or allow this user to list it: sudo chmod o+rx \(sysfs.path)/\(HwmonChip.classPath)")
        }
        return Finding(
            severity: .info, subject: HwmonChip.classPath, reason: "absent",
            text: "There is no hardware-monitoring chip, as in most virtual machines, or no driver for one is loaded.",
            remedy: "On a physical machine look for drivers: sudo sensors-detect")
    }

    static func unnamedChip(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: "\(path)/name", reason: "malformed",
            text: "The chip has no name that can be read, so it is called 'unnamed'.",
            remedy: "Load its driver again, or use a newer kernel.")
    }

    static func disabled(_ file: String, by switchFile: String) -> Finding {
        Finding(
            severity: .info, subject: file, reason: "disabled",
            text: "The channel is switched off, so what its file shows is not measured.",
            remedy: "Switch it on: echo 1 | sudo tee \(switchFile)")
    }

    static func sentinel(_ number: Int64, _ file: String) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: ReadingStatus.implausible.name,
            text: "The file shows \(number), by which a driver says that it knows no value.",
            remedy: "Nothing need be done; the channel is left without a value until it shows another.")
    }

    static func negativeCount(_ number: Int64, _ file: String) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: ReadingStatus.implausible.name,
            text: "The counter of energy shows \(number), and what was used is never less than nothing.",
            remedy: "Load its driver again, so that it counts from 0; if it stays so, tell its authors.")
    }

    /// A value that cannot be read. Only of power and energy does anybody have to know at once.
    static func unreadableValue(
        _ file: String, _ error: AttributeError, in sysfs: SystemRoot, _ attribute: HwmonAttribute
    ) -> Finding {
        let finding = unreadable(file, error, in: sysfs)
        let isMinor = ![.power, .energy].contains(attribute.kind) || error.errno == ENODATA
        return Finding(
            severity: isMinor ? .info : finding.severity, subject: finding.subject, reason: finding.reason,
            text: finding.text, remedy: finding.remedy)
    }

    /// Chips that nothing but their order tells apart.
    static func alike(_ chip: HwmonChip, _ identity: String) -> Finding {
        Finding(
            severity: .info, subject: chip.path, reason: "duplicate",
            text: "Another chip is called \(chip.name) too, and no device tells them apart; this one is \(identity).")
    }

    /// Input power that may be only a part of the machine's.
    static func uncounted(_ channel: Channel, _ why: String) -> Finding {
        Finding(
            severity: .info, subject: channel.path ?? channel.id, reason: "uncounted",
            text: "\(channel.id) is shown, and is no figure of the host: \(why)")
    }
}
