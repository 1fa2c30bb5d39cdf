/// When to show figures: every interval on an absolute grid, and once more at the end.
///
/// Moments are nanoseconds of one clock. A moment that was missed is skipped, never made up for.
package struct Schedule {
    /// The next moment to show figures at; nil when the end has been shown.
    package private(set) var next: Int64?

    private let start: Int64
    private let interval: Int64
    private let end: Int64?

    /// A grid that begins one interval after the start.
    ///
    /// - Parameters:
    ///   - start: When the first interval begins.
    ///   - interval: Nanoseconds from one moment to the next; at least 1.
    ///   - duration: Nanoseconds from the start to the last moment; nil to go on.
    package init(start: Int64, interval: Int64, duration: Int64?) {
        self.start = start
        self.interval = max(interval, 1)
        end = duration.map { start + $0 }
        next = min(start + self.interval, end ?? .max)
    }

    /// Goes on to the first moment of the grid after `now`.
    package mutating func advance(past now: Int64) {
        if let end, now >= end {
            next = nil
            return
        }
        let passed = max((now - start) / interval, 0)
        next = min(start + (passed + 1) * interval, end ?? .max)
    }
}
