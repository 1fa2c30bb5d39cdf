import PowerSensors
import Testing

/// A processor, and the generation that must be recognized.
struct Identification: CustomTestStringConvertible {
    let testDescription: String
    let processor: ProcessorIdentity
    let match: GenerationMatch

    static func cpuid(
        _ vendor: CPUVendor,
        _ family: Int,
        _ model: Int,
        stepping: Int? = nil,
        _ name: String = "",
        is generation: CPUGeneration,
        isClient: Bool = false,
        _ basis: GenerationMatch.Basis = .cpuid
    ) -> Identification {
        Identification(
            testDescription: "\(vendor) \(family)/\(model) \(name): \(generation)",
            processor: ProcessorIdentity(
                vendor: vendor,
                family: family,
                model: model,
                stepping: stepping,
                name: name
            ),
            match: GenerationMatch(generation, basis, isClient: isClient)
        )
    }

    static func arm(
        _ implementer: Int,
        _ part: Int,
        is generation: CPUGeneration,
        _ basis: GenerationMatch.Basis
    ) -> Identification {
        Identification(
            testDescription: "Arm \(implementer)/\(part): \(generation)",
            processor: ProcessorIdentity(vendor: .arm, model: part, implementer: implementer),
            match: GenerationMatch(generation, basis)
        )
    }

    static func name(
        _ name: String,
        _ vendor: CPUVendor = .intel,
        is generation: CPUGeneration,
        isClient: Bool = false,
        _ basis: GenerationMatch.Basis = .name
    ) -> Identification {
        Identification(
            testDescription: "\(name): \(generation)",
            processor: ProcessorIdentity(vendor: vendor, name: name),
            match: GenerationMatch(generation, basis, isClient: isClient)
        )
    }
}

struct ProcessorIdentityTests {
    @Test(
        arguments: [
            .cpuid(.intel, 15, 6, is: .before2009),
            .cpuid(.intel, 6, 23, is: .before2009),
            .cpuid(.intel, 6, 26, is: .nehalem),
            .cpuid(.intel, 6, 44, is: .westmere),
            .cpuid(.intel, 6, 42, is: .sandyBridge, isClient: true),
            .cpuid(.intel, 6, 45, is: .sandyBridge),
            .cpuid(.intel, 6, 62, is: .ivyBridge),
            .cpuid(.intel, 6, 63, is: .haswell),
            .cpuid(.intel, 6, 60, is: .haswell, isClient: true),
            .cpuid(.intel, 6, 79, is: .broadwell),
            .cpuid(.intel, 6, 94, is: .skylakeClient, isClient: true),
            .cpuid(.intel, 6, 158, stepping: 9, is: .skylakeClient, isClient: true),
            .cpuid(.intel, 6, 158, stepping: 13, is: .coffeeLake, isClient: true),
            .cpuid(.intel, 6, 85, stepping: 4, is: .skylake),
            .cpuid(.intel, 6, 85, stepping: 7, is: .cascadeLake),
            .cpuid(.intel, 6, 85, stepping: 11, is: .cooperLake),
            .cpuid(.intel, 6, 106, is: .iceLake),
            .cpuid(.intel, 6, 108, is: .iceLake),
            .cpuid(.intel, 6, 143, is: .sapphireRapids),
            .cpuid(.intel, 6, 207, is: .emeraldRapids),
            .cpuid(.intel, 6, 173, is: .graniteRapids),
            .cpuid(.intel, 6, 175, is: .sierraForest),
            .cpuid(.intel, 6, 167, is: .rocketLake, isClient: true),
            .cpuid(.intel, 6, 183, is: .raptorLake, isClient: true),
            .cpuid(.intel, 6, 154, is: .raptorLake, isClient: true, .nearest),
            .cpuid(.intel, 6, 221, is: .sierraForest, .nearest),
            .cpuid(.intel, 6, 95, is: .other),
            .cpuid(.intel, 18, 1, is: .raptorLake, isClient: true, .nearest),
            .cpuid(.intel, 19, 1, is: .graniteRapids, .nearest),
            .cpuid(.amd, 16, 9, is: .k10),
            .cpuid(.amd, 21, 2, is: .bulldozer),
            .cpuid(.amd, 23, 1, is: .naples),
            .cpuid(.amd, 23, 49, is: .rome),
            .cpuid(.amd, 23, 113, is: .zenAM5, isClient: true, .nearest),
            .cpuid(.amd, 25, 1, is: .milan),
            .cpuid(.amd, 25, 17, is: .genoa),
            .cpuid(.amd, 25, 160, is: .genoa),
            .cpuid(.amd, 25, 33, is: .zenAM5, isClient: true, .nearest),
            .cpuid(.amd, 25, 97, is: .zenAM5, isClient: true),
            .cpuid(.amd, 26, 2, is: .turin),
            .cpuid(.amd, 26, 17, is: .turin),
            .cpuid(.amd, 26, 68, is: .zenAM5, isClient: true),
            .cpuid(.amd, 26, 0x50, is: .turin, .nearest),
            .cpuid(.amd, 27, 1, is: .turin, .nearest),
            .cpuid(.hygon, 24, 1, is: .naples),
            .arm(0x41, 0xD0C, is: .altra, .cpuid),
            .arm(0x41, 0xD40, is: .altra, .nearest),
            .arm(0xC0, 0xAC3, is: .altra, .nearest),
            .arm(0x99, 1, is: .altra, .assumed),
        ] as [Identification]
    )
    func `the model number of a processor determines its generation`(identification: Identification) {
        #expect(identification.processor.generation == identification.match)
    }

    @Test(
        arguments: [
            .name("Intel Xeon Processor (Skylake, IBRS)", is: .skylake),
            .name("Intel Xeon Processor (Cascadelake)", is: .cascadeLake),
            .name("Intel Xeon Processor (SapphireRapids)", is: .sapphireRapids),
            .name("Intel Core Processor (Haswell, no TSX)", is: .haswell),
            .name("Intel Xeon E312xx (Sandy Bridge)", is: .sandyBridge),
            .name("AMD EPYC-Milan Processor", .amd, is: .milan),
            .name("AMD EPYC-Rome-v4 Processor", .amd, is: .rome),
            .name("AMD EPYC Processor (with IBPB)", .amd, is: .milan, .assumed),
            .name("AMD EPYC-Genoa Processor", .amd, is: .genoa),
            .name("AMD EPYC 7R13 Processor", .amd, is: .milan),
            .name("AMD EPYC 9V74 80-Core Processor", .amd, is: .genoa),
            .name("AMD EPYC 8534P 64-Core Processor", .amd, is: .genoa),
            .name("AMD EPYC 4584PX 16-Core Processor", .amd, is: .zenAM5, isClient: true),
            .name("AMD EPYC 7643 48-Core Processor", .amd, is: .milan),
            .name("AMD EPYC 7763 2.45GHz", .amd, is: .milan),
            .name("AMD EPYC 9965 192-Core Processor", .amd, is: .turin),
            .name("AMD Opteron 2356", .amd, is: .k10),
            .name("AMD Opteron 2216HE", .amd, is: .before2009),
            .name("AMD Opteron 6380 (2.50 GHz)", .amd, is: .bulldozer),
            .name("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", is: .iceLake),
            .name("Intel Xeon Platinum 8380HL 2.90 GHz", is: .cooperLake),
            .name("Intel Xeon 8592+", is: .emeraldRapids),
            .name("Intel Xeon 6980P", is: .graniteRapids),
            .name("Intel Xeon 6780E", is: .sierraForest),
            .name("Intel Xeon 6369P", is: .raptorLake, isClient: true),
            .name("Intel Xeon E5-2660 v2", is: .ivyBridge),
            .name("Intel Xeon E5-2470 2.3GHz", is: .sandyBridge),
            .name("Intel(R) Xeon(R) CPU E7- 4870 @ 2.40GHz", is: .westmere),
            .name("Intel Xeon E3-1265Lv3", is: .haswell, isClient: true),
            .name("Intel Xeon E-2288G", is: .coffeeLake, isClient: true),
            .name("Intel Xeon E-2388G", is: .rocketLake, isClient: true),
            .name("Intel(R) Xeon(R) D-2775TE CPU", is: .iceLake),
            .name("Intel(R) Xeon(R) CPU D-1541 @ 2.10GHz", is: .broadwell),
            .name("Intel Xeon-D 2776NT", is: .iceLake),
            .name("Intel Core Ultra 7 255H", is: .other, isClient: true),
            .name("AMD Opteron 8384", .amd, is: .k10),
            .name("Intel Xeon X3470", is: .nehalem, isClient: true),
            .name("Intel Xeon X5675 (3.06 GHz)", is: .westmere),
            .name("Intel Xeon 5160", is: .before2009),
            .name("Intel Xeon 3070", is: .before2009, isClient: true),
            .name("", is: .cascadeLake, .assumed),
            .name("", .amd, is: .milan, .assumed),
            .name("Shanghai", .other, is: .other, .assumed),
        ] as [Identification]
    )
    func `without a model number the name determines the generation`(identification: Identification) {
        #expect(identification.processor.generation == identification.match)
    }

    @Test func `the model number takes precedence over a hypervisor's name`() {
        let renamed = ProcessorIdentity(
            vendor: .amd,
            family: 26,
            model: 2,
            stepping: 1,
            name: "AMD EPYC-Milan Processor"
        )
        #expect(renamed.generation == GenerationMatch(.turin, .cpuid))
    }

    @Test(arguments: ["QEMU Virtual CPU version 2.5+", "Common KVM processor", "QEMU TCG CPU version 2.5+"])
    func `a hypervisor's generic processor is the vendor's usual one, whatever its number`(name: String) {
        let processor = ProcessorIdentity(vendor: .amd, family: 15, model: 107, stepping: 1, name: name)
        #expect(processor.generation == GenerationMatch(.milan, .assumed))
        #expect(!processor.generation.isKnown)
    }

    @Test func `a hypervisor's model with a desktop number means the server generation`() {
        let processor = ProcessorIdentity(
            vendor: .intel,
            family: 6,
            model: 60,
            stepping: 1,
            name: "Intel Core Processor (Haswell, no TSX, IBRS)"
        )
        #expect(processor.generation == GenerationMatch(.haswell, .cpuid))
    }

    @Test(arguments: CPUVendor.allCases)
    func `every model number has a generation`(vendor: CPUVendor) {
        for family in [nil, Int.min, -1, 0, 6, 15, 23, 25, 26, Int.max] {
            for model in [nil, Int.min, -1, 0, 85, 9999, Int.max] {
                let processor = ProcessorIdentity(
                    vendor: vendor,
                    family: family,
                    model: model,
                    stepping: nil,
                    implementer: family
                )
                #expect(processor.generation.generation.coefficients.coresPerSocket > 0)
            }
        }
    }
}
