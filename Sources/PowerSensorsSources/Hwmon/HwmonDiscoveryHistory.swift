import PowerSensorsCore
import PowerSensorsMachine
import Synchronization

/// What a hwmon sensor keeps from one discovery to the next.
final class HwmonDiscoveryHistory: Sendable {
    /// Chips that are slow, and chips whose devices may sleep, by their resolved folders. They are not read again at each
    /// hot-plug.
    let chips = Locked<[String: HwmonChip]>([:])

    private let pauses = Locked<[RuntimePower: ReadingPause]>([:])

    /// The pause that all readers of a device share.
    func pause(of device: RuntimePower) -> ReadingPause {
        pauses.withLock { pauses in
            if let known = pauses[device] { return known }
            let new = ReadingPause()
            pauses[device] = new
            return new
        }
    }
}

/// When a device is not read, although it is awake, so that it can fall asleep. All readers of the device share it.
final class ReadingPause: Sendable {
    /// When it ends, on the monotonic clock.
    let endNanoseconds = Atomic(Int64.min)

    /// From when on another one may begin.
    let nextNanoseconds = Atomic(Int64.min)

    /// The number of open readers that see a power or an energy of the device.
    let powerReaders = Atomic(0)

    /// Lets no pause begin before an instant of the monotonic clock.
    func postpone(until nanoseconds: Int64) { nextNanoseconds.max(nanoseconds, ordering: .relaxed) }

    /// Ends it, and lets another one begin.
    func reset() {
        endNanoseconds.store(.min, ordering: .relaxed)
        nextNanoseconds.store(.min, ordering: .relaxed)
    }
}
