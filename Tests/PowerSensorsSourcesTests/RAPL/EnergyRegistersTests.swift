import PowerSensors
import Testing

struct EnergyRegistersTests {
    struct Processor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let vendor: CPUVendor
        let family: Int
        let model: Int
        /// The energy bits of the unit register.
        var bits: UInt64 = 14
        let package: EnergyUnit?
        let dram: EnergyUnit?
        let psys: EnergyUnit?

        var identity: ProcessorIdentity { ProcessorIdentity(vendor: vendor, family: family, model: model) }
    }

    private static func intel(
        _ name: String, _ model: Int, family: Int = 6, bits: UInt64 = 14, _ package: EnergyUnit?,
        dram: EnergyUnit? = nil,
        psys: EnergyUnit? = nil
    ) -> Processor {
        Processor(
            testDescription: name, vendor: .intel, family: family, model: model, bits: bits, package: package,
            dram: dram ?? package, psys: psys ?? package)
    }

    @Test(arguments: [
        intel("Sandy Bridge", 42, bits: 16, .binaryFraction(16)),
        intel("Skylake of desktops", 94, .binaryFraction(14)),
        intel("Haswell server", 0x3F, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Broadwell server", 0x4F, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Broadwell D", 0x56, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Skylake server", 0x55, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Ice Lake server", 0x6A, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Ice Lake D", 0x6C, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Knights Landing", 0x57, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Knights Mill", 0x85, .binaryFraction(14), dram: .binaryFraction(16)),
        intel("Sapphire Rapids", 0x8F, .binaryFraction(14), psys: .binaryFraction(0)),
        intel("Emerald Rapids", 0xCF, .binaryFraction(14), psys: .binaryFraction(0)),
        intel("Granite Rapids", 0xAD, .binaryFraction(14)),
        intel("Silvermont", 0x37, bits: 5, .microjoules(32)),
        intel("Avoton", 0x4D, bits: 6, .microjoules(64)),
        intel("Airmont", 0x4C, bits: 5, .microjoules(32)),
        intel("a model of a later family with an old model's number", 0x3F, family: 19, .binaryFraction(14)),
        intel("a unit of 0, as KVM answers", 0x6A, bits: 0, nil),
    ])
    func `each domain counts in its own unit`(processor: Processor) throws {
        let registers = try #require(EnergyRegisters(processor.identity))
        // The register's other fields are not 0 either.
        let register = 0xA_0003 | processor.bits << 8
        #expect(registers.unit(of: "package", register) == processor.package)
        #expect(registers.unit(of: "core", register) == processor.package)
        #expect(registers.unit(of: "dram", register) == processor.dram)
        #expect(registers.unit(of: "psys", register) == processor.psys)
        #expect(registers.unit(of: "package", 0) == nil)
        #expect(registers.coreNumber == nil)
    }

    @Test(arguments: [(CPUVendor.amd, 0x17), (.amd, 0x19), (.amd, 0x1A), (.hygon, 0x18)])
    func `AMD's processors have registers for packages and single cores`(vendor: CPUVendor, family: Int) throws {
        let registers = try #require(EnergyRegisters(ProcessorIdentity(vendor: vendor, family: family, model: 1)))
        #expect(registers.domains.map(\.number) == [0xC001_029B])
        #expect(registers.coreNumber == 0xC001_029A)
        #expect(registers.unitNumber == 0xC001_0299)
        #expect(registers.unit(of: "package", 0xA_1003) == .binaryFraction(16))
    }

    @Test(arguments: [
        ProcessorIdentity(vendor: .amd, family: 0x15, model: 2),
        ProcessorIdentity(vendor: .intel, family: 15, model: 6),
        ProcessorIdentity(vendor: .arm), ProcessorIdentity(vendor: .other, family: 6, model: 1),
        ProcessorIdentity(vendor: .intel),
    ])
    func `other processors have no known registers`(identity: ProcessorIdentity) {
        #expect(EnergyRegisters(identity) == nil)
    }

    @Test func `the design power is in the unit register's power unit`() throws {
        let registers = try #require(EnergyRegisters(ProcessorIdentity(vendor: .intel, family: 6, model: 0x8F)))
        #expect(registers.designPower(2800, unit: 0xA_0E03) == Watts(350))
        #expect(registers.designPower(0, unit: 0xA_0E03) == nil)
    }

    @Test(arguments: [
        (CPUVendor.intel, 6, 0x17), (.intel, 6, 0x1A), (.intel, 6, 0x2C), (.intel, 6, 0x2F), (.intel, 6, 0x36),
        (.intel, 15, 6), (.amd, 0x15, 2), (.arm, 8, 0xd0c), (.other, 6, 7),
    ])
    func `processors before Sandy Bridge and family 17h, and those of other makers, have none`(
        vendor: CPUVendor, family: Int, model: Int
    ) {
        #expect(EnergyRegisters(ProcessorIdentity(vendor: vendor, family: family, model: model)) == nil)
    }
}
