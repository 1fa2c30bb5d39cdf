/// Attributed energy in whole nanojoules, with memory separate.
package struct EnergyParts: Hashable, Sendable {
    /// The energy of the processor packages; if the machine is estimated as a whole, all of its energy.
    package var package: UInt128

    /// The energy of the memory.
    package var dram: UInt128

    package init(package: UInt128, dram: UInt128) {
        self.package = package
        self.dram = dram
    }

    package static let zero = EnergyParts(package: 0, dram: 0)

    /// Packages and memory.
    package var sum: UInt128 { package + dram }

    /// Packages and memory in joules.
    package var joules: Joules { Joules(Double(sum) / 1e9) }

    package static func + (left: EnergyParts, right: EnergyParts) -> EnergyParts {
        EnergyParts(package: left.package + right.package, dram: left.dram + right.dram)
    }

    /// The difference of each part, but not below 0.
    package static func - (left: EnergyParts, right: EnergyParts) -> EnergyParts {
        EnergyParts(
            package: left.package - min(left.package, right.package), dram: left.dram - min(left.dram, right.dram))
    }

    package static func += (left: inout EnergyParts, right: EnergyParts) { left = left + right }
}
