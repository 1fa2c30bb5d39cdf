/// Finds out how often a source renews its value, from the moments at which the value changes.
///
/// The value of a coarse meter may stay the same for several renewals, so the times between two changes are multiples of the
/// time between two renewals: the longest of which all of them are multiples.
package struct UpdateRhythm: Sendable {
    /// How many times between changes are kept.
    private static let most = 16

    /// How many are needed.
    private static let fewest = 4

    /// By how much a time may differ from a multiple, in nanoseconds: twice the time between two looks, and some more.
    private static let slack = 250_000_000.0

    /// The latest times between two changes, in nanoseconds, the oldest first.
    private var gaps: [Int64] = []
    private var latest: UInt64?

    /// When the value last changed, in nanoseconds; nil before.
    package private(set) var lastChange: Int64?

    package init() {}

    /// The time between two renewals, in nanoseconds; nil while it is unknown.
    package var interval: Int64? {
        guard gaps.count >= Self.fewest, let shortest = gaps.min(), shortest > 0 else { return nil }
        for part in 1...8 {
            let unit = Double(shortest) / Double(part)
            let multiples = gaps.map { (Double($0) / unit).rounded() }
            let isCommon = zip(gaps, multiples).allSatisfy { gap, multiple in
                abs(Double(gap) - multiple * unit) <= min(Self.slack * max(multiple / Double(part), 1), unit / 4)
            }
            if isCommon { return Int64(Double(gaps.reduce(0, +)) / multiples.reduce(0, +)) }
        }
        // They have no common measure: it changes at any time.
        return Int64(1)
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
