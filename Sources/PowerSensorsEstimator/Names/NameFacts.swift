/// What a processor's name says of it. What it does not say, or what is not known here, is nil.
struct NameFacts: Hashable, Sendable {
    var maker: ProcessorName.Maker
    var line: ProcessorName.Line?
    var microarchitecture: String?

    /// The generation, if it is in the model's data.
    var generation: CPUGeneration?

    /// The nearest generation in the data, if its own is not.
    var nearest: CPUGeneration?

    var cores: Int?
    var lowPower: String?
    var nominalWatts: Double?
    var hasFastCores = false

    init(
        _ maker: ProcessorName.Maker, _ line: ProcessorName.Line?, _ microarchitecture: String? = nil,
        _ generation: CPUGeneration? = nil, nearest: CPUGeneration? = nil, cores: Int? = nil, lowPower: String? = nil,
        watts: Double? = nil
    ) {
        self.maker = maker
        self.line = line
        self.microarchitecture = microarchitecture
        self.generation = generation
        self.nearest = nearest
        self.cores = cores
        self.lowPower = lowPower
        nominalWatts = watts
    }

    /// What a name says; nil if nothing in it is known.
    init?(_ words: NameWords) {
        if words.all.isEmpty { return nil }
        // Makers whose names may contain words of another come first: "Apple M1" has none, "Hygon C86 7185" has AMD's
        // number.
        guard
            let facts = Self.otherMaker(words) ?? Self.arm(words) ?? Self.hypervisorModel(words)
                ?? Self.amd(words) ?? Self.intel(words)
        else { return nil }
        self = facts
    }

    // MARK: Code names

    /// The generations whose code names occur in names, which only hypervisors do.
    private static let codeNames: [(word: String, generation: CPUGeneration)] = [
        // QEMU's Westmere is called "Westmere E56xx/L56xx/X56xx (Nehalem-C)".
        ("westmere", .westmere), ("nehalem", .nehalem), ("sandybridge", .sandyBridge), ("ivybridge", .ivyBridge),
        ("haswell", .haswell), ("broadwell", .broadwell), ("cascadelake", .cascadeLake), ("cooperlake", .cooperLake),
        ("skylake", .skylake), ("icelake", .iceLake), ("sapphirerapids", .sapphireRapids),
        ("emeraldrapids", .emeraldRapids), ("graniterapids", .graniteRapids), ("sierraforest", .sierraForest),
    ]

    static func codeName(_ joined: String) -> CPUGeneration? {
        codeNames.first { joined.contains($0.word) }?.generation
    }

    private static func hypervisorModel(_ words: NameWords) -> NameFacts? {
        let joined = words.joined
        if joined.contains("dhyana") { return NameFacts(.hygon, .server, "Zen", .naples) }
        // The names of real processors have a number, and need not be searched for so many words.
        if words.hasPrefix("epyc") || words.has("opteron") || words.number(digits: 4) != nil { return nil }
        if joined.contains("clearwaterforest") {
            return NameFacts(.intel, .server, "Clearwater Forest", nearest: .sierraForest)
        }
        if joined.contains("snowridge") { return NameFacts(.intel, .server, "Tremont", nearest: .other) }
        if joined.contains("conroe") || joined.contains("penryn") || joined.contains("merom") {
            return NameFacts(.intel, .server, "Core", .before2009)
        }
        return codeName(joined).map { NameFacts(.intel, .server, $0.microarchitecture, $0) }
    }
}

extension CPUGeneration {
    /// The name of the generation as its maker or the kernel writes it; nil for those that hold several.
    var microarchitecture: String? {
        switch self {
        case .before2009, .other, .zenAM5: nil
        case .k10: "K10"
        case .nehalem: "Nehalem"
        case .westmere: "Westmere"
        case .bulldozer: "Bulldozer"
        case .sandyBridge: "Sandy Bridge"
        case .ivyBridge: "Ivy Bridge"
        case .haswell: "Haswell"
        case .broadwell: "Broadwell"
        case .skylakeClient, .skylake: "Skylake"
        case .naples: "Zen"
        case .cascadeLake: "Cascade Lake"
        case .coffeeLake: "Coffee Lake"
        case .rome: "Zen 2"
        case .cooperLake: "Cooper Lake"
        case .iceLake: "Ice Lake"
        case .milan: "Zen 3"
        case .rocketLake: "Rocket Lake"
        case .genoa: "Zen 4"
        case .sapphireRapids: "Sapphire Rapids"
        case .altra: "Neoverse N1"
        case .emeraldRapids: "Emerald Rapids"
        case .turin: "Zen 5"
        case .raptorLake: "Raptor Lake"
        case .graniteRapids: "Granite Rapids"
        case .sierraForest: "Sierra Forest"
        }
    }
}
