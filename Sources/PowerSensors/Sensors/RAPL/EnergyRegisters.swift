/// The model-specific registers of a processor that count energy, and the units they count in.
///
/// From Intel's SDM (volume 3, power and thermal management; volume 4), AMD's PPRs of families 17h to 1Ah, and the
/// tables of the kernel's own drivers (arch/x86/events/rapl.c, drivers/powercap/intel_rapl_common.c).
package struct EnergyRegisters: Hashable, Sendable {
    /// A register of one domain.
    package struct Domain: Hashable, Sendable {
        /// `package`, `dram`, `core`, `uncore`, `psys`.
        package let name: String

        /// The register's number.
        package let number: UInt32
    }

    /// The register that tells the units.
    package let unitNumber: UInt32

    /// The registers that count for a whole package or die.
    package let domains: [Domain]

    /// The register that counts for a single core; nil where there is none.
    package let coreNumber: UInt32?

    /// The register that tells the package's design power; nil where there is none.
    package let powerNumber: UInt32?

    /// Whether each die of a package has registers of its own, where it has several.
    package let areOfDies: Bool

    private let quirks: Quirks

    private enum Quirks: Hashable {
        case none
        /// The unit is 2ⁿ µJ.
        case microjoules
        /// Memory counts in 2⁻¹⁶ J, whatever the unit register says.
        case finerMemory
        /// The platform counts whole joules.
        case joulesOfPlatform
    }

    /// The registers of a processor; nil for one that has none that are known.
    package init?(_ processor: ProcessorIdentity) {
        switch (processor.vendor, processor.family ?? 0, processor.model ?? 0) {
        case (.intel, 15, _): return nil
        case (.intel, 6..., let model):
            unitNumber = 0x606
            domains = [
                Domain(name: "package", number: 0x611), Domain(name: "core", number: 0x639),
                Domain(name: "uncore", number: 0x641), Domain(name: "dram", number: 0x619),
                Domain(name: "psys", number: 0x64D),
            ]
            (coreNumber, powerNumber, areOfDies) = (nil, 0x614, true)
            quirks = processor.family == 6 ? Self.quirks(ofModel: model) : .none
        case (.amd, 0x17..., _), (.hygon, 0x18..., _):
            unitNumber = 0xC001_0299
            domains = [Domain(name: "package", number: 0xC001_029B)]
            (coreNumber, powerNumber, areOfDies, quirks) = (0xC001_029A, nil, false, .none)
        default: return nil
        }
    }

    /// The energy of one count, by what the unit register holds; nil for a register that is not there.
    ///
    /// KVM answers 0 for it, which would be a whole joule, where it shows no counters.
    package func unit(of domain: String, _ register: UInt64) -> EnergyUnit? {
        let exponent = Int(register >> 8 & 0x1F)
        if exponent == 0 { return nil }
        switch (quirks, domain) {
        case (.microjoules, _): return .microjoules(1 << UInt64(exponent))
        // The kernel's powercap takes it for 15.3 µJ and perf for this; a register counts in powers of two.
        case (.finerMemory, "dram"): return .binaryFraction(16)
        case (.joulesOfPlatform, "psys"): return .binaryFraction(0)
        default: return .binaryFraction(exponent)
        }
    }

    /// The package's design power, by its power register and the unit register; nil where that says nothing.
    package func designPower(_ power: UInt64, unit: UInt64) -> Watts? {
        let units = power & 0x7FFF
        guard quirks != .microjoules, units > 0 else { return nil }
        return Watts(Double(units) / Double(UInt64(1) << (unit & 0xF)))
    }

    /// Models by their numbers in intel-family.h of the kernel.
    private static func quirks(ofModel model: Int) -> Quirks {
        switch model {
        // Silvermont and Airmont: Bay Trail, Merrifield, Cherry Trail, Avoton, Moorefield.
        case 0x37, 0x4A, 0x4C, 0x4D, 0x5A: .microjoules
        // Servers of Haswell, Broadwell (with its D), Skylake to Cooper Lake, Ice Lake (with its D); Knights Landing, Mill.
        case 0x3F, 0x4F, 0x56, 0x55, 0x6A, 0x6C, 0x57, 0x85: .finerMemory
        // Sapphire and Emerald Rapids.
        case 0x8F, 0xCF: .joulesOfPlatform
        default: .none
        }
    }
}
