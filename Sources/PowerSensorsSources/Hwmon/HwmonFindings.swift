import Glibc
import PowerSensorsCore
import PowerSensorsMachine

// What can be wrong with hardware-monitoring chips, and how to fix it.

extension Finding {
    /// There are no chips.
    static let noChips = Finding(
        severity: .info, subject: HwmonChip.classPath, reason: .absent,
        text: "There is no hardware-monitoring chip, as in most virtual machines, or no driver for one is loaded.")

    /// There are chips, but none of them has a value.
    static func noValues(of count: Int) -> Finding {
        Finding(
            severity: .info, subject: HwmonChip.classPath, reason: .absent,
            text: count == 1
                ? "The only hardware-monitoring chip shows no value."
                : "None of the \(count) hardware-monitoring chips shows a value.")
    }

    static func unnamedChip(_ path: String) -> Finding {
        Finding(
            severity: .info, subject: "\(path)/name", reason: .malformed,
            text: "The chip has no readable name, so it is called 'unnamed'.")
    }

    /// A chip whose device sleeps, or may sleep.
    ///
    /// - Parameter isKnown: Whether it was read before.
    static func leftAlone(_ chip: HwmonChip, isKnown: Bool) -> Finding {
        let unknown =
            chip.isUnnamed ? "its name and its labels are" : "it is called after its driver, and its labels are"
        let rest = isKnown ? "" : " Until then \(unknown) unknown."
        guard case .unknown(let errno) = chip.state, let file = chip.runtimePower?.statusFile else {
            return Finding(
                severity: .info, subject: chip.path, reason: .asleep,
                text:
                    "The device \(chip.deviceName) sleeps, and reading its chip would wake it. The chip is read as soon as"
                    + " something else has woken the device.\(rest)")
        }
        return Finding(
            severity: .warning, subject: file, reason: Finding.Reason(ReadingStatus(errno: errno)),
            text:
                "It is unknown whether the device \(chip.deviceName) sleeps: \(systemMessage(errno: errno)). Until it is"
                + " known, the chip is not read, since that might wake the device.\(rest)")
    }

    /// A chip that the user leaves out.
    static func ignored(_ chip: HwmonChip) -> Finding {
        Finding(
            severity: .info, subject: chip.path, reason: .ignored,
            text: "The chip \(chip.name) of the device \(chip.deviceName) is left out unread, as you asked.")
    }

    /// One of the meters at the machine's input is left out.
    static let incompleteInput = Finding(
        severity: .info, subject: HwmonChip.classPath, reason: .ignored,
        text: "The figure platform lacks a part that is left out, as you asked, so it has no value.")

    static func disabled(_ file: String, by switchFile: String) -> Finding {
        Finding(
            severity: .info, subject: file, reason: .disabled,
            text: "The channel is switched off, so what its file shows is not measured.",
            remedy: "Switch it on: echo 1 | sudo tee \(switchFile)")
    }

    private static func implausible(_ file: String, because text: String) -> Finding {
        Finding(
            severity: .info, subject: file, reason: .implausible,
            text: "\(text); the channel has no value until the file shows another number.")
    }

    static func unknownValue(_ number: Int64, _ file: String) -> Finding {
        implausible(file, because: "The file shows \(number), which a driver writes when it does not know the value")
    }

    /// A power that is far beyond the chip's own limits.
    static func beyondLimit(_ number: Int64, _ file: String) -> Finding {
        implausible(
            file,
            because: "The file shows \(number) µW, far more than this chip can use: an error code, or another unit")
    }

    static func negativeCount(_ number: Int64, _ file: String) -> Finding {
        implausible(file, because: "The energy counter shows \(number), but energy used cannot be negative")
    }

    /// A value that cannot be read. Only power and energy are worth a warning.
    static func unreadableValue(
        _ file: String, _ error: AttributeError, in sysfs: SystemRoot, _ attribute: HwmonAttribute
    ) -> Finding {
        let finding = unreadable(file, error, in: sysfs)
        let isMinor = ![.power, .energy].contains(attribute.kind) || error.errno == ENODATA
        return isMinor ? finding.with(.info) : finding
    }

    /// Two chips differ only in the order in which the kernel lists them.
    static func duplicate(_ chip: HwmonChip, _ identity: String) -> Finding {
        Finding(
            severity: .info, subject: chip.path, reason: .duplicate,
            text: "Another chip is called \(chip.name) too, and both have the same device; this one is \(identity).")
    }

    /// A channel shows input power, but that may be only a part of the machine's.
    static func uncounted(_ channel: Channel, because why: String) -> Finding {
        Finding(
            severity: .info, subject: channel.path ?? channel.id, reason: .uncounted,
            text: "\(channel.id) is shown, but counts in no figure of the host: \(why)")
    }
}
