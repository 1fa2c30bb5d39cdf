#if Exporters
/// The delays between retries: twice as long each time up to a maximum, shortened at random by up to half.
///
/// Without randomness, all clients of a server that was down would return at the same moment.
package struct PushBackOff: Sendable {
    private static let initial = Duration.milliseconds(500)

    private let maximum: Duration
    /// The longest that the next delay may be.
    private var ceiling = initial

    /// Starts with a first delay of at most half a second, and doubles it up to `maximum`.
    package init(to maximum: Duration) { self.maximum = maximum }

    /// Starts over after a success.
    package mutating func reset() { ceiling = Self.initial }

    /// The next delay.
    ///
    /// - Parameters:
    ///   - fraction: A random number from 0 to 1, for half to all of the ceiling.
    ///   - minimum: The delay that the server asked for.
    package mutating func next(fraction: Double, atLeast minimum: Duration?) -> Duration {
        let delay = ceiling * (0.5 + fraction / 2)
        ceiling = min(ceiling * 2, maximum)
        return max(delay, minimum ?? .zero)
    }
}
#endif
