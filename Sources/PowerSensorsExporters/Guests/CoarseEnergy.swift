package import PowerSensors

/// One domain's energy as a share publishes it: in the record and in the tree's counter.
///
/// Both grow by whole millijoules, rounded down, because fine steps of energy reveal what a processor computes. Remainders
/// are carried over, so neither is ever more than one millijoule behind its source.
package struct CoarseEnergy: Sendable {
    /// The greatest count of the tree's counter, which then wraps to 0.
    static let maximumMicrojoules = UInt64(Int64.max)

    /// The tree's count at the beginning, in microjoules.
    private let start: UInt64
    /// The source's previous total, in nanojoules.
    private var previous: UInt128 = 0
    /// How much the total has grown, in nanojoules.
    private var energy: UInt128 = 0
    /// The lower bound of that growth.
    private var low: UInt128 = 0
    /// The upper bound of that growth.
    private var high: UInt128 = 0
    private var status = ReadingStatus.warmingUp

    /// Starts from the tree's count, rounded up to whole millijoules.
    package init(microjoules: UInt64 = 0) {
        start = (min(microjoules, Self.maximumMicrojoules - 999) + 999) / 1000 * 1000
    }

    /// The count of the tree's counter in microjoules, which continues from an earlier publisher's.
    package var microjoules: UInt64 {
        (start &+ UInt64(truncatingIfNeeded: energy / 1_000_000 * 1000)) & Self.maximumMicrojoules
    }

    /// Advances to the domain's next total in nanojoules; nil if the host no longer knows the domain.
    ///
    /// A total below the previous one means that the source restarted, and adds nothing. The band applies to what is added.
    package mutating func advance(to total: UInt128?, _ status: ReadingStatus = .ok, band: RelativeBand? = nil) {
        self.status = total == nil ? .absent : status
        guard let total else { return }
        defer { previous = total }
        guard total > previous else { return }
        let step = total - previous
        energy &+= step
        low &+= band.map { min(Self.product(step, $0.low), step) } ?? step
        // A thousand times as much is no bound; more would not fit into the record.
        high &+= band.map { max(Self.product(step, min($0.high, 1000)), step) } ?? step
    }

    /// Forgets the bounds, since those of one figure do not apply to another.
    package mutating func forgetBounds() { (low, high) = (energy, energy) }

    private static func product(_ step: UInt128, _ factor: Double) -> UInt128 {
        UInt128(exactly: (Double(step) * factor).rounded()) ?? step
    }

    /// The record's entry.
    package func entry(of domain: ShareRecord.Domain) -> ShareRecord.Entry {
        // Rounding up an exact energy would make it look uncertain.
        let highest = high == energy ? high : high &+ 999_999
        return ShareRecord.Entry(
            domain: domain, energy: Self.coarse(energy), low: Self.coarse(low), high: Self.coarse(highest),
            status: status)
    }

    /// Whole millijoules, in nanojoules modulo 2⁶⁴.
    private static func coarse(_ nanojoules: UInt128) -> UInt64 {
        UInt64(truncatingIfNeeded: nanojoules / 1_000_000 * 1_000_000)
    }
}
