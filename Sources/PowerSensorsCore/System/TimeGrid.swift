/// Equally spaced points in time, in nanoseconds of any clock. Points that were missed are skipped.
package struct TimeGrid: Sendable {
    /// The time between two points, in nanoseconds.
    package let interval: Int64

    /// The next point.
    package private(set) var next: Int64

    /// Creates a grid with a first point.
    package init(from first: Int64, every interval: Int64) {
        self.interval = max(interval, 1)
        next = first
    }

    /// How many points after the next one have passed, too.
    package func missed(at now: Int64) -> Int { next <= now ? Int((now - next) / interval) : 0 }

    /// Advances to the first point after `now`.
    package mutating func advance(past now: Int64) {
        if next <= now { next += ((now - next) / interval + 1) * interval }
    }

    /// Whether the next point has been reached; if so, the grid advances to the first point after `now`.
    package mutating func advanceIfDue(at now: Int64) -> Bool {
        guard now >= next else { return false }
        advance(past: now)
        return true
    }

    /// The first point after `now` of a grid that starts at 0.
    package static func next(after now: Int64, every interval: Int64) -> Int64 { (now / interval + 1) * interval }
}
