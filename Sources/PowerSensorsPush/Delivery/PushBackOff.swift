#if Exporters
/// How long to wait before what failed is tried again: twice as long each time, up to a limit, less a part by chance.
///
/// Without chance all who lost the same server would come back at the same moment.
package struct PushBackOff: Sendable {
    private let first: Duration
    private let last: Duration
    private var ceiling: Duration

    /// - Parameters:
    ///   - first: The longest first wait.
    ///   - last: The longest wait.
    package init(from first: Duration, to last: Duration) {
        self.first = first
        self.last = last
        ceiling = first
    }

    /// What was tried has worked.
    package mutating func reset() { ceiling = first }

    /// The wait before the next try: from half the ceiling to all of it, and never less than the server asked for.
    package mutating func next(fraction: Double, askedFor: Duration?) -> Duration {
        let wait = ceiling * (0.5 + fraction / 2)
        ceiling = min(ceiling * 2, last)
        return max(wait, askedFor ?? .zero)
    }
}
#endif
