/// When to try again what failed: after a tenth of a second, then after twice as long each time, up to half a minute.
package struct BackOff: Sendable {
    private static let first: Int64 = 100_000_000
    private static let last: Int64 = 30_000_000_000

    private var delay = first
    private var dueNanoseconds: Int64 = .min

    /// The first try is due at once.
    package init() {}

    /// Whether it is time for the next try.
    package var isDue: Bool { dueNanoseconds <= SampleInstant.now.boottimeNanoseconds }

    /// Puts the next try off.
    package mutating func fail() {
        dueNanoseconds = SampleInstant.now.boottimeNanoseconds &+ delay
        delay = min(delay * 2, Self.last)
    }

    /// Begins anew: the next try is due at once.
    package mutating func succeed() { self = BackOff() }
}
