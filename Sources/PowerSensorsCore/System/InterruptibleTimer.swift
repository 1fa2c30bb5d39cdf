import CPowerSensors

/// A sleep until a deadline that another thread can end early.
@safe package final class InterruptibleTimer: Sendable {
    // The number of wake-ups, for a futex(2). C functions access it only with atomic operations, and it is valid as
    // long as this object.
    nonisolated(unsafe) private let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

    package init() { unsafe word.initialize(to: 0) }

    deinit { unsafe word.deallocate() }

    /// The number of wake-ups: read it before checking for the condition that a wake-up signals.
    package var wakeCount: UInt32 { unsafe cpowersensors_word(word) }

    /// Sleeps until CLOCK_MONOTONIC reaches the deadline or ``wake()`` is called; not at all if it was called since
    /// `wakeCount` was read.
    ///
    /// A sleep of up to 20 ms is not interrupted, since a plain timer costs about 1 µs less than an interruptible one
    /// (of 36 µs of CPU time in a virtual machine), and callers of ``wake()`` can wait that long.
    package func sleep(until deadlineNanoseconds: Int64, from nowNanoseconds: Int64, unlessWokenSince wakeCount: UInt32)
    {
        let deadline = max(deadlineNanoseconds, 0)
        guard deadline &- nowNanoseconds <= Self.shortNanoseconds else {
            return unsafe cpowersensors_wait(word, wakeCount, deadline)
        }
        guard self.wakeCount == wakeCount else { return }
        SampleInstant.sleep(untilMonotonic: deadline)
    }

    /// Up to how long a sleep is not interrupted.
    private static let shortNanoseconds: Int64 = 20_000_000

    /// Ends the sleep.
    package func wake() { unsafe cpowersensors_wake(word) }
}
