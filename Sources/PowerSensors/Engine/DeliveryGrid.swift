/// Decides which samples a subscriber of a monitor receives as snapshots.
///
/// The points of its grid are the times at which it wants a snapshot. For each of them it receives the nearest sample.
package struct DeliveryGrid: Sendable {
    private var grid: TimeGrid?

    /// The time between two points, in nanoseconds.
    package let interval: Int64

    /// Creates a grid that starts at the first sample.
    package init(every interval: Int64) { self.interval = interval }

    /// Whether a snapshot is due at a sample.
    ///
    /// - Parameters:
    ///   - now: The monotonic time of the sample in nanoseconds.
    ///   - samplingInterval: The time to the next sample in nanoseconds. A sample that is early by less than half of it is
    ///     due, since the next would be further off. Without this, a late first sample would make a subscriber with the same
    ///     interval miss the second.
    package func isDue(at now: Int64, samplingInterval: Int64) -> Bool {
        guard let due = grid?.next else { return true }
        return now >= due || due - now < samplingInterval / 2
    }

    /// Advances to the next point if a snapshot is due at a sample, and returns whether it is.
    package mutating func advanceIfDue(at now: Int64, samplingInterval: Int64) -> Bool {
        guard isDue(at: now, samplingInterval: samplingInterval) else { return false }
        if let due = grid?.next {
            grid?.advance(past: max(now, due))
        } else {
            grid = TimeGrid(from: now &+ interval, every: interval)
        }
        return true
    }
}
