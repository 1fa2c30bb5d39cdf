/// When to retry after a failure: after 100 ms, then after twice the delay each time, up to a limit.
///
/// By default that is 2 s, so that what returns is soon counted again: an attempt costs a few system calls.
package struct BackOff: Sendable {
    private static let first: Int64 = 100_000_000

    private let longest: Int64
    private var delay = first
    private var dueNanoseconds: Int64 = .min

    /// Creates a back-off whose first attempt is due at once.
    ///
    /// - Parameter longest: The longest time between two attempts, except that one after a success is 100 ms later.
    package init(longest: Duration = .seconds(2)) { self.longest = longest.wholeNanoseconds }

    /// Whether the next attempt is due.
    package var isDue: Bool { dueNanoseconds <= SampleInstant.now.boottimeNanoseconds }

    /// Records an attempt and postpones the next one.
    ///
    /// Record successful attempts too, or a file that opens but cannot be read would be reopened on every sample.
    package mutating func recordAttempt() {
        dueNanoseconds = SampleInstant.now.boottimeNanoseconds &+ delay
        delay = min(delay * 2, longest)
    }

    /// Records that something failed which had worked. If it worked for longer than the delay, the delay starts again
    /// at its shortest.
    package mutating func recordFailure() {
        if isDue { delay = Self.first }
    }
}
