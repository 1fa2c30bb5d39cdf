import PowerSensors

/// A sum that grows by whole millijoules, rounded down, because fine steps of energy reveal what a processor computes.
///
/// Remainders are carried over, so the sum is never more than one millijoule behind its source.
package struct CoarseSum: Sendable {
    /// The size of a step: a millijoule.
    private static let nanojoulesOfStep: UInt64 = 1_000_000

    /// The sum in nanojoules, modulo 2⁶⁴.
    package private(set) var nanojoules: UInt64 = 0

    /// The source's previous total.
    private var previous: UInt64 = 0

    /// The remainder that is carried over, less than a millijoule.
    private var rest: UInt64 = 0

    /// Creates a sum of 0.
    package init() {}

    /// Advances to the source's next total and returns the millijoules that the sum grew by.
    ///
    /// A total below the previous one means that the source restarted, and adds nothing. Totals are modulo 2⁶⁴, so a step
    /// of more than half of that is a step backwards.
    package mutating func advance(to total: UInt64) -> UInt64 {
        defer { previous = total }
        guard total &- previous <= UInt64(Int64.max) else { return 0 }
        // At most 2⁶³ and a millijoule: no overflow.
        rest += total &- previous
        let steps = rest / Self.nanojoulesOfStep
        rest %= Self.nanojoulesOfStep
        nanojoules &+= steps * Self.nanojoulesOfStep
        return steps
    }

    /// The sum, rounded up.
    package var nanojoulesRoundedUp: UInt64 { rest == 0 ? nanojoules : nanojoules &+ Self.nanojoulesOfStep }
}

/// One domain's energy as a share publishes it: in the record and in the tree's counter.
struct CoarseEnergy: Sendable {
    /// The greatest count of the tree's counter, which then wraps to 0.
    static let maximumMicrojoules = UInt64(Int64.max)

    /// The count of the tree's counter in microjoules, which continues from an earlier publisher's.
    private(set) var microjoules: UInt64

    private var sum = CoarseSum()
    private var low = CoarseSum()
    private var high = CoarseSum()
    private var isExact = true
    private var status = ReadingStatus.warmingUp

    /// Starts from the tree's count, rounded up to whole millijoules.
    init(microjoules: UInt64 = 0) {
        self.microjoules = (min(microjoules, Self.maximumMicrojoules - 999) + 999) / 1000 * 1000
    }

    /// Advances to the domain's next total; nil if the host no longer knows the domain.
    mutating func advance(to energy: GuestFigures.Energy?) {
        status = energy?.status ?? .absent
        guard let energy, let total = energy.nanojoules else { return }
        isExact = energy.low == total && energy.high == total
        _ = low.advance(to: energy.low)
        _ = high.advance(to: energy.high)
        // At most 2⁶³ and 10¹⁶: no overflow.
        microjoules = (microjoules + sum.advance(to: total) * 1000) & Self.maximumMicrojoules
    }

    /// Resets the record's sums for a source that restarts at 0. The tree's count continues.
    mutating func restart() {
        sum = CoarseSum()
        low = CoarseSum()
        high = CoarseSum()
    }

    /// The record's entry.
    func entry(of domain: ShareRecord.Domain) -> ShareRecord.Entry {
        guard !isExact else { return ShareRecord.Entry(domain: domain, energy: sum.nanojoules, status: status) }
        // The bounds are rounded independently, so they may have crossed the sum.
        let isBelow = sum.nanojoules &- low.nanojoules <= UInt64(Int64.max)
        let isAbove = high.nanojoulesRoundedUp &- sum.nanojoules <= UInt64(Int64.max)
        return ShareRecord.Entry(
            domain: domain, energy: sum.nanojoules, low: isBelow ? low.nanojoules : sum.nanojoules,
            high: isAbove ? high.nanojoulesRoundedUp : sum.nanojoules, status: status)
    }
}
