package import PowerSensorsCore

/// Splits energy in proportion to weights without losing any: the shares and the rest add up to the nanojoule.
///
/// What has been given after each share is the rounded-down part for all weights so far. So each share is off by less
/// than a nanojoule, and rounding errors never add up.
package struct EnergySplitter {
    private let energy: (package: UInt64, dram: UInt64)
    private let totalWeight: UInt64
    private var weight: UInt64 = 0
    private var given: (package: UInt64, dram: UInt64) = (0, 0)

    /// Splits an interval's energy.
    ///
    /// - Parameters:
    ///   - energy: The energy; no more than 2⁶⁴ nJ of either part.
    ///   - totalWeight: The most that all weights may add up to; if it is 0, everything is rest.
    package init(_ energy: EnergyParts, totalWeight: UInt64) {
        self.energy = (UInt64(clamping: energy.package), UInt64(clamping: energy.dram))
        self.totalWeight = totalWeight
    }

    /// The share of the next weight. Weights beyond the total get nothing.
    package mutating func share(of weight: UInt64) -> EnergyParts {
        if weight == 0 || totalWeight == 0 { return .zero }
        self.weight = min(totalWeight, self.weight.saturatingAdd(weight))
        let last = given
        given = (part(of: energy.package), energy.dram == 0 ? 0 : part(of: energy.dram))
        return EnergyParts(package: UInt128(given.package - last.package), dram: UInt128(given.dram - last.dram))
    }

    /// What has not been given.
    package var rest: EnergyParts {
        EnergyParts(package: UInt128(energy.package - given.package), dram: UInt128(energy.dram - given.dram))
    }

    private func part(of energy: UInt64) -> UInt64 {
        let product = energy.multipliedFullWidth(by: weight)
        // The weight so far is at most the total, so the quotient fits.
        return totalWeight.dividingFullWidth((product.high, product.low)).quotient
    }
}
