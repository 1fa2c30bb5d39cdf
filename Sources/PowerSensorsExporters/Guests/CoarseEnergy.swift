import PowerSensors

/// A sum that grows by whole millijoules, rounded down, however finely its source counts: fine steps of energy tell what a
/// processor computes. What was rounded off is shown later, so the sum is never more than one millijoule behind.
package struct CoarseSum: Sendable {
    private static let nanojoulesOfStep: UInt64 = 1_000_000

    /// The sum in nanojoules, modulo 2⁶⁴.
    package private(set) var nanojoules: UInt64 = 0

    private var last: UInt64 = 0
    private var rest: UInt64 = 0

    /// A sum of nothing.
    package init() {}

    /// Takes in the source's next total, and answers the millijoules that the sum grew by.
    ///
    /// It counts from 0, and anew from a total that is less than the one before: its source began anew. Totals are modulo
    /// 2⁶⁴, so a step of more than half of that is one backwards.
    package mutating func advance(to total: UInt64) -> UInt64 {
        defer { last = total }
        guard total &- last <= UInt64(Int64.max) else { return 0 }
        // At most 2⁶³ and a millijoule: no overflow.
        rest += total &- last
        let steps = rest / Self.nanojoulesOfStep
        rest %= Self.nanojoulesOfStep
        nanojoules &+= steps * Self.nanojoulesOfStep
        return steps
    }

    /// The sum, rounded up.
    package var nanojoulesRoundedUp: UInt64 { rest == 0 ? nanojoules : nanojoules &+ Self.nanojoulesOfStep }
}

/// One domain's energy as a share shows it: in its record, and in the counter of its tree.
struct CoarseEnergy: Sendable {
    /// The greatest count of the tree; the next is 0.
    static let maximumMicrojoules = UInt64(Int64.max)

    /// The count of the tree in microjoules: it goes on where an earlier publisher ended.
    private(set) var microjoules: UInt64

    private var sum = CoarseSum()
    private var low = CoarseSum()
    private var high = CoarseSum()
    private var isExact = true
    private var status = ReadingStatus.warmingUp

    /// Begins with a count of the tree, raised to whole millijoules.
    init(microjoules: UInt64 = 0) {
        self.microjoules = (min(microjoules, Self.maximumMicrojoules - 999) + 999) / 1000 * 1000
    }

    /// Takes in the domain's next total; nil where the host does not know the domain any more.
    mutating func advance(to energy: GuestFigures.Energy?) {
        status = energy?.status ?? .absent
        guard let energy, let total = energy.nanojoules else { return }
        isExact = energy.low == total && energy.high == total
        _ = low.advance(to: energy.low)
        _ = high.advance(to: energy.high)
        // At most 2⁶³ and 10¹⁶: no overflow.
        microjoules = (microjoules + sum.advance(to: total) * 1000) & Self.maximumMicrojoules
    }

    /// Lets the source begin anew at 0, and the record's sums with it. The tree's count goes on.
    mutating func restart() {
        sum = CoarseSum()
        low = CoarseSum()
        high = CoarseSum()
    }

    /// What the record says.
    func entry(of domain: ShareRecord.Domain) -> ShareRecord.Entry {
        guard !isExact else { return ShareRecord.Entry(domain: domain, energy: sum.nanojoules, status: status) }
        // Each is rounded by itself, and may have passed the sum by that.
        let isBelow = sum.nanojoules &- low.nanojoules <= UInt64(Int64.max)
        let isAbove = high.nanojoulesRoundedUp &- sum.nanojoules <= UInt64(Int64.max)
        return ShareRecord.Entry(
            domain: domain, energy: sum.nanojoules, low: isBelow ? low.nanojoules : sum.nanojoules,
            high: isAbove ? high.nanojoulesRoundedUp : sum.nanojoules, status: status)
    }
}
