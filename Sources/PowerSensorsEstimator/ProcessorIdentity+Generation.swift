package import PowerSensorsMachine

/// A processor's generation, and how it was found.
package struct GenerationMatch: Hashable, Sendable {
    /// How the generation was found.
    package enum Basis: String, Sendable {
        /// By CPUID or Arm's part number.
        case cpuid

        /// By the processor's name.
        case name

        /// The processor is known but not in the data; this is the nearest generation.
        case nearest

        /// The processor is unknown; this is a typical generation of its vendor.
        case assumed
    }

    package var generation: CPUGeneration

    package var basis: Basis

    /// A server whose processor is not known at all: its terms in the formula are nearest to the mean of all generations.
    static let usualServer = GenerationMatch(.milan, .assumed)

    /// Whether the processor is desktop-derived and for a single socket.
    package var isClient: Bool

    package init(_ generation: CPUGeneration, _ basis: Basis, isClient: Bool = false) {
        self.generation = generation
        self.basis = basis
        self.isClient = isClient || generation.isClientOnly
    }

    /// Whether the model was fitted to processors of this kind.
    package var isKnown: Bool { !isGuessed && generation != .other }

    /// Whether the generation only stands for that of the processor, which is unknown or not in the data.
    var isGuessed: Bool { basis == .nearest || basis == .assumed }

    /// The typical number of cores per socket. For a generation with both kinds of processors, the typical number is
    /// that of the servers; its desktop-derived processors had four cores.
    var typicalCoresPerSocket: Int {
        let typical = generation.coefficients.coresPerSocket
        return isClient && !generation.isClientOnly ? min(typical, 4) : typical
    }
}

extension ProcessorIdentity {
    /// The processor's generation: by CPUID, since hypervisors rename processors but rarely change their numbers; if
    /// that is not known here, by the name; and if that fails too, the nearest generation, or a typical one of the
    /// vendor.
    package var generation: GenerationMatch {
        let words = ProcessorName(name)
        if words.isGeneric { return assumed(words) }
        let byName =
            words.generation.map { GenerationMatch($0, .name) }
            ?? words.nearestGeneration.map { GenerationMatch($0, .nearest) }
        guard var match = byNumber ?? byName ?? byFamily else { return assumed(words) }
        // A hypervisor's generic model has the features that its hosts have in common, and often the number of a
        // desktop processor, so the number does not show that the host is one.
        let isClient = match.isClient || words.isClient
        match.isClient = match.generation.isClientOnly || (isClient && !words.isHypervisorModel)
        return match
    }

    /// The most likely generation of the vendor's servers. Of makers that are not in the data, a usual server's.
    private func assumed(_ name: ProcessorName) -> GenerationMatch {
        switch vendor {
        case .intel: GenerationMatch(.cascadeLake, .assumed)
        case .amd: GenerationMatch(.milan, .assumed)
        case .hygon: GenerationMatch(.naples, .assumed)
        case .arm: GenerationMatch(.altra, .assumed)
        case .other where name.line == .server: .usualServer
        case .other: GenerationMatch(.other, .assumed)
        }
    }

    private var byNumber: GenerationMatch? {
        switch (vendor, family) {
        case (.intel, 6): model.flatMap(intelFamily6)
        case (.intel, 15): GenerationMatch(.before2009, .cpuid)
        // Family 18 is Nova Lake, of desktops; family 19 is Diamond Rapids, of servers.
        case (.intel, 18): GenerationMatch(.raptorLake, .nearest)
        case (.intel, 19) where model == 1: GenerationMatch(.graniteRapids, .nearest)
        case (.amd, let family?): amd(family)
        // Hygon's Dhyana is AMD's Naples under licence.
        case (.hygon, 24): GenerationMatch(.naples, .cpuid)
        case (.arm, _): arm
        default: nil
        }
    }

    /// The nearest generation for models that are newer than the lists below; nil for other families.
    private var byFamily: GenerationMatch? {
        switch (vendor, family) {
        case (.amd, 23): GenerationMatch(.rome, .nearest)
        case (.amd, 25): GenerationMatch(.genoa, .nearest)
        case (.amd, let family?) where family >= 26: GenerationMatch(.turin, .nearest)
        case (.intel, let family?) where family > 15: GenerationMatch(.graniteRapids, .nearest)
        default: nil
        }
    }

    /// Intel's models, from the kernel's intel-family.h.
    private func intelFamily6(_ model: Int) -> GenerationMatch? {
        switch model {
        case 14, 15, 22, 23, 29: GenerationMatch(.before2009, .cpuid)
        case 30, 31: GenerationMatch(.nehalem, .cpuid, isClient: true)
        case 26, 46: GenerationMatch(.nehalem, .cpuid)
        case 37: GenerationMatch(.westmere, .cpuid, isClient: true)
        case 44, 47: GenerationMatch(.westmere, .cpuid)
        case 42: GenerationMatch(.sandyBridge, .cpuid, isClient: true)
        case 45: GenerationMatch(.sandyBridge, .cpuid)
        case 58: GenerationMatch(.ivyBridge, .cpuid, isClient: true)
        case 62: GenerationMatch(.ivyBridge, .cpuid)
        case 60, 69, 70: GenerationMatch(.haswell, .cpuid, isClient: true)
        case 63: GenerationMatch(.haswell, .cpuid)
        case 61, 71: GenerationMatch(.broadwell, .cpuid, isClient: true)
        case 79, 86: GenerationMatch(.broadwell, .cpuid)
        case 78, 94: GenerationMatch(.skylakeClient, .cpuid)
        case 85: stepping.map { GenerationMatch($0 <= 4 ? .skylake : $0 <= 9 ? .cascadeLake : .cooperLake, .cpuid) }
        // Kaby Lake, Xeon E3 v6, has stepping 9; Coffee Lake has 10 to 13.
        case 142, 158: GenerationMatch((stepping ?? 10) <= 9 ? .skylakeClient : .coffeeLake, .cpuid)
        case 165, 166: GenerationMatch(.coffeeLake, .cpuid)
        case 106, 108: GenerationMatch(.iceLake, .cpuid)
        case 167: GenerationMatch(.rocketLake, .cpuid)
        case 143: GenerationMatch(.sapphireRapids, .cpuid)
        case 207: GenerationMatch(.emeraldRapids, .cpuid)
        case 173, 174: GenerationMatch(.graniteRapids, .cpuid)
        case 175: GenerationMatch(.sierraForest, .cpuid)
        case 183: GenerationMatch(.raptorLake, .cpuid)
        // Cannon, Ice and Tiger Lake of laptops; Alder and Raptor Lake; Grand Ridge and Clearwater Forest.
        case 102: GenerationMatch(.coffeeLake, .nearest)
        case 125, 126, 157, 140, 141: GenerationMatch(.rocketLake, .nearest)
        case 151, 154, 186, 191: GenerationMatch(.raptorLake, .nearest)
        case 182, 221: GenerationMatch(.sierraForest, .nearest)
        // Meteor, Arrow, Lunar, Panther and Wildcat Lake; then Atoms, from Bonnell to Gracemont.
        case 170, 172, 181, 197, 198, 189, 204, 213: GenerationMatch(.other, .cpuid, isClient: true)
        case 28, 38, 39, 53, 54, 55, 74, 76, 77, 90, 92, 93, 95, 117, 122, 134, 138, 150, 156, 190:
            GenerationMatch(.other, .cpuid)
        default: nil
        }
    }

    /// AMD's families, and their ranges of models from the kernel's amd.c.
    private func amd(_ family: Int) -> GenerationMatch? {
        switch (family, model ?? -1) {
        case (15, _): GenerationMatch(.before2009, .cpuid)
        case (16, _): GenerationMatch(.k10, .cpuid)
        case (17, _), (18, _): GenerationMatch(.k10, .nearest, isClient: true)
        case (20, _), (22, _): GenerationMatch(.other, .cpuid, isClient: true)
        case (21, _): GenerationMatch(.bulldozer, .cpuid)
        case (23, 0...7): GenerationMatch(.naples, .cpuid)
        case (23, 0x30...0x3F): GenerationMatch(.rome, .cpuid)
        case (25, 0...0x0F): GenerationMatch(.milan, .cpuid)
        case (25, 0x10...0x1F), (25, 0xA0...0xAF): GenerationMatch(.genoa, .cpuid)
        case (25, 0x60...0x6F): GenerationMatch(.zenAM5, .cpuid)
        case (26, 0...0x1F): GenerationMatch(.turin, .cpuid)
        case (26, 0x40...0x4F): GenerationMatch(.zenAM5, .cpuid)
        // Ryzens for other sockets are nearest to the desktop-derived EPYC.
        case (23, 8...0x2F), (23, 0x40...0xAF), (25, 0x20...0x5F), (25, 0x70...0x7F):
            GenerationMatch(.zenAM5, .nearest)
        case (26, 0x20...0x2F), (26, 0x60...0x7F): GenerationMatch(.zenAM5, .nearest)
        default: nil
        }
    }

    /// Arm's part numbers, from the kernel's cputype.h.
    private var arm: GenerationMatch? {
        switch (implementer, model) {
        case (0x41, 0xD0C): GenerationMatch(.altra, .cpuid)
        // Grace and Graviton4 share the Neoverse V2; Grace is in the data as `other`.
        case (0x41, 0xD4F): GenerationMatch(.other, .cpuid)
        // Neoverse V1, N2, V3 and N3; AmpereOne; Kunpeng 920; ThunderX2.
        case (0x41, 0xD40), (0x41, 0xD49), (0x41, 0xD84), (0x41, 0xD8E), (0xC0, _), (0x48, 0xD01), (0x43, 0xAF):
            GenerationMatch(.altra, .nearest)
        // Cortex cores of boards and phones, and Apple's.
        case (0x41, _), (0x61, _), (0x51, _): GenerationMatch(.other, .cpuid, isClient: true)
        default: nil
        }
    }
}
