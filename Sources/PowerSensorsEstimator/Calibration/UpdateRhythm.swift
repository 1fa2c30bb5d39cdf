/// Finds out how often a source renews its value, from the moments at which the value changes.
///
/// The value of a coarse meter may stay the same for several renewals, so the shortest times between two changes tell, and
/// longer ones are multiples of them.
package struct UpdateRhythm: Sendable {
    /// How many times between changes are kept.
    private static let most = 16

    /// How many are needed.
    private static let fewest = 4

    /// The latest times between two changes, in nanoseconds, the oldest first.
    private var gaps: [Int64] = []
    private var latest: UInt64?

    /// When the value last changed, in nanoseconds; nil before.
    package private(set) var lastChange: Int64?

    package init() {}

    /// The time between two renewals, in nanoseconds; nil while it is unknown.
    package var interval: Int64? {
        guard gaps.count >= Self.fewest, let shortest = gaps.min(), shortest > 0 else { return nil }
        // Each gap is some multiple of the interval, and off by the time between two looks.
        let multiples = gaps.reduce(0) { $0 + (Double($1) / Double(shortest)).rounded() }
        return Int64(Double(gaps.reduce(0, +)) / multiples)
    }

    /// Takes in the bits of the value at a moment, and returns whether it has changed.
    package mutating func record(_ value: UInt64, at nanoseconds: Int64) -> Bool {
        defer { latest = value }
        guard let latest, latest != value else { return false }
        if let lastChange, nanoseconds > lastChange {
            gaps.append(nanoseconds - lastChange)
            if gaps.count > Self.most { gaps.removeFirst() }
        }
        lastChange = nanoseconds
        return true
    }
}
