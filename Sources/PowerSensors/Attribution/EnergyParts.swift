/// Divided energy in whole nanojoules, memory apart.
package struct EnergyParts: Hashable, Sendable {
    /// The processors' packages; or the whole machine, where an estimate of it is all there is.
    package var package: UInt128

    /// The memory's.
    package var dram: UInt128

    package init(package: UInt128, dram: UInt128) {
        self.package = package
        self.dram = dram
    }

    package static let zero = EnergyParts(package: 0, dram: 0)

    /// Both together.
    package var sum: UInt128 { package + dram }

    /// Both together, in joules.
    package var joules: Joules { Joules(Double(sum) / 1e9) }

    package static func + (left: EnergyParts, right: EnergyParts) -> EnergyParts {
        EnergyParts(package: left.package + right.package, dram: left.dram + right.dram)
    }

    /// The difference; 0 for what would be less.
    package static func - (left: EnergyParts, right: EnergyParts) -> EnergyParts {
        EnergyParts(
            package: left.package - min(left.package, right.package), dram: left.dram - min(left.dram, right.dram))
    }

    package static func += (left: inout EnergyParts, right: EnergyParts) { left = left + right }
}
