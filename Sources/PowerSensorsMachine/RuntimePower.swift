import Glibc
package import PowerSensorsCore

/// A device's runtime power management, by which the kernel lets it sleep while nobody uses it.
///
/// Its files are in the device's folder `power`; reading them neither wakes the device nor counts as use (kernel documents
/// Documentation/ABI/testing/sysfs-devices-power and Documentation/power/runtime_pm.rst). Reading other files may do both.
package struct RuntimePower: Hashable, Sendable {
    /// What the kernel says about the device.
    package enum State: Hashable, Sendable {
        case awake
        case asleep
        /// The kernel does not let it sleep, or there is no such device.
        case unmanaged
        /// The file is there but does not tell, so the device may be asleep.
        case unknown(errno: Int32)

        /// Parses the text of `runtime_status`; only its first letter matters.
        package init(_ text: Span<UInt8>) {
            let first = text.isEmpty ? 0 : text[0]
            switch first {
            // suspended or suspending
            case UInt8(ascii: "s"): self = .asleep
            // active, resuming or error
            case UInt8(ascii: "a"), UInt8(ascii: "r"), UInt8(ascii: "e"): self = .awake
            // unsupported
            case UInt8(ascii: "u"): self = .unmanaged
            default: self = .unknown(errno: first == 0 ? ENODATA : EBADMSG)
            }
        }

        /// What is known if `runtime_status` cannot be read: without that file there is no power management.
        package init(_ error: AttributeError) {
            self = error.errno == ENOENT || error.errno == ENOTDIR ? .unmanaged : .unknown(errno: error.errno)
        }

        /// Why no other file of the device may be opened; nil if they may be.
        package var obstacle: ReadingStatus? {
            switch self {
            case .awake, .unmanaged: nil
            case .asleep: .asleep
            case .unknown(let errno): ReadingStatus(errno: errno)
            }
        }
    }

    /// The device's folder `power`, beneath sysfs.
    private let folder: String

    /// The runtime power management of a device, which it need not have.
    ///
    /// - Parameter device: The device's folder beneath sysfs, with all links resolved.
    package init(ofDevice device: String) { folder = "\(device)/power" }

    /// Whether a device sleeps, or it cannot be read whether it does, so that none of its other files may be opened.
    package static func mayBeAsleep(_ device: String, in sysfs: SystemRoot) -> Bool {
        RuntimePower(ofDevice: device).state(in: sysfs).obstacle != nil
    }

    /// The file with the device's state.
    package var statusFile: String { "\(folder)/runtime_status" }

    /// The device's state. It is opened and read once.
    package func state(in sysfs: SystemRoot) -> State {
        do throws(AttributeError) {
            let text = try sysfs.bytes(statusFile, limit: 16)
            return State(text.span)
        } catch {
            return State(error)
        }
    }

    /// Whether the device is allowed to fall asleep; nil if the kernel does not say.
    package func isAllowedToSleep(in sysfs: SystemRoot) -> Bool? {
        switch try? sysfs.text("\(folder)/control") {
        case "auto": true
        case "on": false
        default: nil
        }
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
