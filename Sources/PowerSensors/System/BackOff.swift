/// When to try again what failed: after a tenth of a second, then after twice as long each time, up to half a minute or
/// what else was said.
package struct BackOff: Sendable {
    private static let first: Int64 = 100_000_000

    private let longest: Int64
    private var delay = first
    private var dueNanoseconds: Int64 = .min

    /// The first try is due at once.
    ///
    /// - Parameter longest: The longest time between two tries.
    package init(longest: Duration = .seconds(30)) { self.longest = longest.wholeNanoseconds }

    /// Whether it is time for the next try.
    package var isDue: Bool { dueNanoseconds <= SampleInstant.now.boottimeNanoseconds }

    /// Puts the next try off, as one is made now.
    ///
    /// Also where it succeeds, lest what opens and never reads be opened each time.
    package mutating func take() {
        dueNanoseconds = SampleInstant.now.boottimeNanoseconds &+ delay
        delay = min(delay * 2, longest)
    }

    /// Notes that what worked has failed: where it worked for longer than was waited for, this is a new fault.
    package mutating func noteFault() {
        if isDue { delay = Self.first }
    }
}
