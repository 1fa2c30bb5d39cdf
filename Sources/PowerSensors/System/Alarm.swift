import CPowerSensors

/// Sleep until a moment, which another thread may cut short.
@safe final class Alarm: Sendable {
    // The shim touches the word only by atomic operations, and it lives as long as this object.
    nonisolated(unsafe) private let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

    init() { unsafe word.initialize(to: 0) }

    deinit { unsafe word.deallocate() }

    /// What ``sleep(until:unlessRungSince:)`` compares with: to be asked before looking at what a ring announces.
    var rings: UInt32 { unsafe cpowersensors_word(word) }

    /// Sleeps until CLOCK_MONOTONIC reaches the deadline, or until it rings; not at all where it rang meanwhile.
    func sleep(until deadlineNanoseconds: Int64, unlessRungSince rings: UInt32) {
        unsafe cpowersensors_wait(word, rings, max(deadlineNanoseconds, 0))
    }

    /// Ends the sleep.
    func ring() { unsafe cpowersensors_wake(word) }
}
