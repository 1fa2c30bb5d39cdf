/// The boot-time clock of a publisher, which a test advances by whole seconds.
struct PublisherClock {
    var seconds: Int64 = 1_000

    /// Advances the clock, and returns its time in nanoseconds.
    mutating func next(after seconds: Int64 = 5) -> Int64 {
        self.seconds += seconds
        return self.seconds * 1_000_000_000
    }
}
