import PowerSensorsCore

/// The clock by which a calibration measures and waits, which a test can replace.
package struct CalibrationClock: Sendable {
    /// The time in nanoseconds, which suspends do not advance.
    package var now: @Sendable () -> Int64

    /// Waits until ``now`` reaches a moment; it may return earlier.
    package var sleep: @Sendable (Int64) -> Void

    package init(now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Int64) -> Void) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's own.
    static let system = CalibrationClock(
        now: { SampleInstant.monotonicNow }, sleep: { SampleInstant.sleep(untilMonotonic: $0) })
}
