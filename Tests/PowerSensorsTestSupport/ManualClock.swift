package import PowerSensors

/// A clock that a test sets, for sensors and their threads too.
package final class ManualClock: Sendable {
    private let state = Locked(
        SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000))

    package init() {}

    package var instant: SampleInstant { state.withLock { $0 } }

    package func advance(by time: Duration) { state.withLock { $0 = $0.advanced(by: time) } }

    package func suspend(for time: Duration) { state.withLock { $0 = $0.suspended(for: time) } }
}

extension SampleInstant {
    /// The instant after the machine was suspended for `time`: only the continuous clock has advanced.
    package func suspended(for time: Duration) -> SampleInstant {
        var later = self
        later.boottimeNanoseconds &+= time.wholeNanoseconds
        return later
    }
}
