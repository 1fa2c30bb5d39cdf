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
        guard deadlineNanoseconds &- nowNanoseconds <= Self.shortNanoseconds else {
            return wait(until: deadlineNanoseconds, unlessWokenSince: wakeCount)
        }
        guard self.wakeCount == wakeCount else { return }
        SampleInstant.sleep(untilMonotonic: max(deadlineNanoseconds, 0))
    }

    /// The same, but even a short sleep is interrupted. It may end early without a reason.
    package func wait(until deadlineNanoseconds: Int64, unlessWokenSince wakeCount: UInt32) {
        unsafe cpowersensors_wait(word, wakeCount, max(deadlineNanoseconds, 0))
    }

    /// Up to how long a sleep is not interrupted.
    private static let shortNanoseconds: Int64 = 20_000_000

    /// Ends the sleep of every thread.
    package func wake() { unsafe cpowersensors_wake(word, .max) }

    /// Ends the sleep of one thread.
    package func wakeOne() { unsafe cpowersensors_wake(word, 1) }
}
