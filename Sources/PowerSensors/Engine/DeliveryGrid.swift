/// Decides which samples a subscriber of a monitor receives as snapshots.
///
/// The points of its grid are the times at which it wants a snapshot: multiples of its interval since an origin, which all
/// subscribers of a monitor share. For each of them it receives the nearest sample. So subscribers with the same interval
/// receive the same samples, and one with a multiple of another's receives some of the other's.
package struct DeliveryGrid: Sendable {
    private var grid: TimeGrid?
    private let origin: Int64

    /// The time between two points, in nanoseconds.
    package let interval: Int64

    /// Creates a grid.
    ///
    /// - Parameters:
    ///   - interval: The time between two points in nanoseconds; at least 1.
    ///   - origin: The monotonic time of one of the points in nanoseconds.
    package init(every interval: Int64, origin: Int64) {
        self.interval = interval
        self.origin = origin
    }

    /// Whether a snapshot is due at a sample; the first sample always is.
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

    /// How many points have passed without a sample if the snapshot that is due is taken now.
    package func missed(at now: Int64) -> Int { grid?.missed(at: now) ?? 0 }

    /// Advances to the next point if a snapshot is due at a sample, and returns whether it is.
    package mutating func advanceIfDue(at now: Int64, samplingInterval: Int64) -> Bool {
        guard isDue(at: now, samplingInterval: samplingInterval) else { return false }
        if let due = grid?.next {
            grid?.advance(past: max(now, due))
        } else {
            // The second snapshot comes half an interval after the first at least, or its powers would be of a moment.
            grid = TimeGrid(from: origin, every: interval)
            grid?.advance(past: now &+ interval / 2)
        }
        return true
    }
}
