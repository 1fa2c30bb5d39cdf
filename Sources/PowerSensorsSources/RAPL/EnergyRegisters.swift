package import PowerSensorsCore
package import PowerSensorsMachine

/// The model-specific registers in which a processor counts energy, and their units.
///
/// Sources: Intel's SDM (volume 3, power and thermal management; volume 4), AMD's PPRs of families 17h to 1Ah, and the
/// tables of the kernel's own drivers (arch/x86/events/rapl.c, drivers/powercap/intel_rapl_common.c).
package struct EnergyRegisters: Sendable {
    /// The number of the register that holds the units.
    package let unitNumber: UInt32

    /// The registers that count for a whole package or die: each one's domain, which is `package`, `dram`, `core`,
    /// `uncore` or `psys`, and its number.
    package let domains: [(name: String, number: UInt32)]

    /// The number of the register that counts for a single core; nil if there is none.
    package let coreNumber: UInt32?

    /// The number of the register that holds the package's thermal design power; nil if there is none.
    let powerNumber: UInt32?

    /// Whether each die of a package has its own registers.
    let arePerDie: Bool

    /// Whether the unit is 2ⁿ µJ, as in some Atoms, rather than 2⁻ⁿ J. The unit register holds n.
    private let countsMicrojoules: Bool

    /// The units of domains that count in a unit other than that of the unit register.
    private let ownUnits: [String: EnergyUnit]

    /// The registers of a processor; nil if it has none, or they are not known here.
    package init?(_ processor: ProcessorIdentity) {
        switch (processor.vendor, processor.family ?? 0, processor.model ?? 0) {
        // Pentium 4, and what came before Sandy Bridge.
        case (.intel, 15, _): return nil
        case (.intel, 6, let model) where Self.withoutRegisters(model): return nil
        case (.intel, 6..., let model):
            unitNumber = 0x606
            domains = [
                ("package", 0x611), ("core", 0x639), ("uncore", 0x641), ("dram", 0x619), ("psys", 0x64D),
            ]
            (coreNumber, powerNumber, arePerDie) = (nil, 0x614, true)
            countsMicrojoules = processor.family == 6 && Self.atoms.contains(model)
            ownUnits = processor.family == 6 ? Self.ownUnits(ofModel: model) : [:]
        case (.amd, 0x17..., _), (.hygon, 0x18..., _):
            unitNumber = 0xC001_0299
            domains = [("package", 0xC001_029B)]
            (coreNumber, powerNumber, arePerDie) = (0xC001_029A, nil, false)
            (countsMicrojoules, ownUnits) = (false, [:])
        default: return nil
        }
    }

    /// The energy of one count of a domain's register, given the content of the unit register; nil if there are no
    /// counters.
    ///
    /// KVM shows guests a unit register of 0 when it has no counters. Taken literally, that would be a unit of 1 J.
    package func unit(of domain: String, _ register: UInt64) -> EnergyUnit? {
        let exponent = Int(register >> 8 & 0x1F)
        if exponent == 0 { return nil }
        if countsMicrojoules { return .microjoules(1 << UInt64(exponent)) }
        return ownUnits[domain] ?? .binaryFraction(exponent)
    }

    /// The package's thermal design power, given the contents of its power register and of the unit register; nil if
    /// they do not contain it.
    package func designPower(_ power: UInt64, unit: UInt64) -> Watts? {
        let units = power & 0x7FFF
        guard !countsMicrojoules, units > 0 else { return nil }
        return Watts(Double(units) / Double(UInt64(1) << (unit & 0xF)))
    }

    /// Whether a model of Intel's family 6 is older than Sandy Bridge, whose number is 0x2A, or an Atom older than
    /// Silvermont, from the kernel's intel-family.h. 0 stands for an unknown model.
    private static func withoutRegisters(_ model: Int) -> Bool {
        (1..<0x2A).contains(model) || [0x2C, 0x2E, 0x2F, 0x35, 0x36].contains(model)
    }

    /// The model numbers of the Atoms that count in 2ⁿ µJ, from the kernel's intel-family.h. Their cores are Silvermont
    /// and Airmont: Bay Trail, Merrifield, Cherry Trail, Avoton, Moorefield.
    private static let atoms: Set = [0x37, 0x4A, 0x4C, 0x4D, 0x5A]

    private static func ownUnits(ofModel model: Int) -> [String: EnergyUnit] {
        switch model {
        // Servers of Haswell, Broadwell and Broadwell-D, Skylake to Cooper Lake, Ice Lake and Ice Lake-D; Knights
        // Landing and Knights Mill. The kernel's powercap driver assumes 15.3 µJ for their memory, and its perf driver
        // 2⁻¹⁶ J, which is used here, since a register counts in powers of two.
        case 0x3F, 0x4F, 0x56, 0x55, 0x6A, 0x6C, 0x57, 0x85: ["dram": .binaryFraction(16)]
        // Sapphire and Emerald Rapids: the platform counts whole joules.
        case 0x8F, 0xCF: ["psys": .binaryFraction(0)]
        default: [:]
        }
    }
}
