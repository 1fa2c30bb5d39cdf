/// When a subscriber of a monitor is next given a snapshot: the points of its own grid, of each of which the nearest sample is
/// taken.
package struct DeliveryGrid: Sendable {
    /// The time between two points.
    package let nanoseconds: Int64
    private var due: Int64 = .min

    /// A grid that begins with the first sample.
    package init(every nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whether a sample is the one to take; then the grid goes on to its next point.
    ///
    /// - Parameters:
    ///   - now: The sample's moment in nanoseconds, of the clock that ticks.
    ///   - tick: The time to the next sample. One that comes less than half of it early is nearer than the next: without
    ///     this a first sample that was late would cost a subscriber of the tick's own rhythm the second.
    package mutating func takes(_ now: Int64, tick: Int64) -> Bool {
        guard now >= due || due - now < tick / 2 else { return false }
        // What was missed is not made up for.
        due = due == .min || now - due >= nanoseconds ? now + nanoseconds : due + nanoseconds
        return true
    }
}
