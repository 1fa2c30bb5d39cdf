/// Divides energy by weights so that nothing is lost: the shares and the rest are the whole, to the nanojoule.
///
/// What has been given so far is always the rounded part of the weights so far: no share is off by a nanojoule or more, and
/// rounding never adds up.
package struct EnergyDivision {
    private let package: UInt64
    private let dram: UInt64
    private let whole: UInt64
    private var weight: UInt64 = 0
    private var givenPackage: UInt64 = 0
    private var givenDram: UInt64 = 0

    /// Divides an interval's energy.
    ///
    /// - Parameters:
    ///   - energy: The energy; no more than 2⁶⁴ nJ of either part.
    ///   - whole: What all weights add up to at most; with 0, all is rest.
    package init(_ energy: EnergyParts, whole: UInt64) {
        package = UInt64(clamping: energy.package)
        dram = UInt64(clamping: energy.dram)
        self.whole = whole
    }

    /// The share of the next weight. Beyond the whole nothing is left to give.
    package mutating func share(of weight: UInt64) -> EnergyParts {
        if weight == 0 || whole == 0 { return .zero }
        self.weight = min(whole, self.weight.addingReportingOverflow(weight).overflow ? .max : self.weight + weight)
        let nextPackage = part(of: package)
        let nextDram = dram == 0 ? 0 : part(of: dram)
        defer { (givenPackage, givenDram) = (nextPackage, nextDram) }
        return EnergyParts(package: UInt128(nextPackage - givenPackage), dram: UInt128(nextDram - givenDram))
    }

    /// What has not been given.
    package var rest: EnergyParts {
        EnergyParts(package: UInt128(package - givenPackage), dram: UInt128(dram - givenDram))
    }

    private func part(of energy: UInt64) -> UInt64 {
        let product = energy.multipliedFullWidth(by: weight)
        // The weights so far are no more than the whole, so the quotient has no more bits than the energy.
        return whole.dividingFullWidth((product.high, product.low)).quotient
    }
}
