package import PowerSensorsCore

/// A device's runtime power management, by which the kernel lets it sleep while nobody uses it.
///
/// Its files are in the device's folder `power`; reading them neither wakes the device nor counts as use (kernel documents
/// Documentation/ABI/testing/sysfs-devices-power and Documentation/power/runtime_pm.rst). Reading other files may do both.
package struct RuntimePower: Hashable, Sendable {
    /// What the kernel says about the device.
    package enum State: Sendable {
        case awake
        case asleep
        /// The kernel does not let it sleep, or there is no such device.
        case unmanaged

        /// Parses the text of `runtime_status`; only its first letters matter.
        package init(_ text: Span<UInt8>) {
            let first = text.isEmpty ? 0 : text[0]
            switch first {
            // suspended or suspending
            case UInt8(ascii: "s"): self = .asleep
            // unsupported
            case 0, UInt8(ascii: "u"): self = .unmanaged
            // active, resuming or error
            default: self = .awake
            }
        }
    }

    /// The device's folder `power`, beneath sysfs.
    private let folder: String

    /// Describes a device's runtime power management; nil if it has none.
    ///
    /// - Parameters:
    ///   - device: The device's folder beneath sysfs.
    ///   - sysfs: The sysfs with it.
    package init?(ofDevice device: String, in sysfs: SystemRoot) {
        folder = "\(device)/power"
        if state(in: sysfs) == .unmanaged { return nil }
    }

    /// The file with the device's state.
    package var statusFile: String { "\(folder)/runtime_status" }

    /// The device's state. It is opened and read once.
    package func state(in sysfs: SystemRoot) -> State {
        guard let text = try? sysfs.bytes(statusFile, limit: 16) else { return .unmanaged }
        return State(text.span)
    }

    /// Whether the device is allowed to fall asleep.
    package func isAllowedToSleep(in sysfs: SystemRoot) -> Bool {
        (try? sysfs.text("\(folder)/control")) == "auto"
    }

    /// Whether the device is forbidden to sleep.
    package func isForbiddenToSleep(in sysfs: SystemRoot) -> Bool {
        (try? sysfs.text("\(folder)/control")) == "on"
    }

    /// How long after its last use the device falls asleep; nil if it does so at once, or after more than an hour.
    package func autosuspendDelay(in sysfs: SystemRoot) -> Duration? {
        guard let delay = try? sysfs.signedNumber("\(folder)/autosuspend_delay_ms"), (0...3_600_000).contains(delay)
        else { return nil }
        return .milliseconds(delay)
    }

    /// Whether something holds the device awake at the moment. The kernel tells it only if it was built with
    /// CONFIG_PM_ADVANCED_DEBUG; otherwise it is unknown, and false.
    package func isHeldAwake(in sysfs: SystemRoot) -> Bool {
        ((try? sysfs.signedNumber("\(folder)/runtime_usage")) ?? 0) > 0
    }
}
