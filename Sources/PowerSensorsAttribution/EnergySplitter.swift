package import PowerSensorsCore

/// Splits energy in proportion to weights without losing any: the shares and the rest add up exactly.
///
/// After each share, the sum of the shares so far is the energy × the sum of the weights so far ÷ the total weight,
/// rounded down to a nanojoule. So each share is off by less than a nanojoule, and rounding errors never add up.
package struct EnergySplitter {
    private let energy: (package: UInt64, dram: UInt64)
    private let totalWeight: UInt64
    /// The sum of the weights that were given their share.
    private var weightSoFar: UInt64 = 0
    private var given: (package: UInt64, dram: UInt64) = (0, 0)

    /// Splits an interval's energy.
    ///
    /// - Parameters:
    ///   - energy: The energy. Package energy and dram energy are each limited to 2⁶⁴ − 1 nJ (18 GJ).
    ///   - totalWeight: The most that all weights may add up to; if it is 0, all of the energy is rest.
    package init(_ energy: EnergyParts, totalWeight: UInt64) {
        self.energy = (UInt64(clamping: energy.package), UInt64(clamping: energy.dram))
        self.totalWeight = totalWeight
    }

    /// The energy for the next weight. Once the weights so far add up to the total, further ones get nothing.
    package mutating func share(of weight: UInt64) -> EnergyParts {
        if weight == 0 || totalWeight == 0 { return .zero }
        weightSoFar = min(totalWeight, weightSoFar.saturatingAdd(weight))
        let last = given
        given = (part(of: energy.package), energy.dram == 0 ? 0 : part(of: energy.dram))
        return EnergyParts(package: UInt128(given.package - last.package), dram: UInt128(given.dram - last.dram))
    }

    /// The energy that has not been given to any weight so far.
    package var rest: EnergyParts {
        EnergyParts(package: UInt128(energy.package - given.package), dram: UInt128(energy.dram - given.dram))
    }

    /// The part of an energy that belongs to the weights so far.
    private func part(of energy: UInt64) -> UInt64 {
        let product = energy.multipliedFullWidth(by: weightSoFar)
        // The weight so far is at most the total, so the quotient is at most the energy and fits.
        return totalWeight.dividingFullWidth((product.high, product.low)).quotient
    }
}
