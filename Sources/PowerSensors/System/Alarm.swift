import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Sleep until a moment, which another thread may cut short.
@safe final class Alarm: Sendable {
    // The shim touches the word only by atomic operations, and it lives as long as this object.
    nonisolated(unsafe) private let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

    init() { unsafe word.initialize(to: 0) }

    deinit { unsafe word.deallocate() }

    /// What ``sleep(until:from:unlessRungSince:)`` compares with: to be asked before looking at what a ring announces.
    var rings: UInt32 { unsafe cpowersensors_word(word) }

    /// Sleeps until CLOCK_MONOTONIC reaches the deadline, or until it rings; not at all where it rang meanwhile.
    ///
    /// A short sleep is slept out, since a plain timer costs about 1 µs less than one that can be cut short (of 36 µs
    /// of CPU time in a virtual machine), and whoever rings can wait that long.
    func sleep(until deadlineNanoseconds: Int64, from nowNanoseconds: Int64, unlessRungSince rings: UInt32) {
        let deadline = max(deadlineNanoseconds, 0)
        guard deadline &- nowNanoseconds <= Self.shortNanoseconds else {
            return unsafe cpowersensors_wait(word, rings, deadline)
        }
        guard self.rings == rings else { return }
        var until = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil)
    }

    private static let shortNanoseconds: Int64 = 20_000_000

    /// Ends the sleep.
    func ring() { unsafe cpowersensors_wake(word) }
}
