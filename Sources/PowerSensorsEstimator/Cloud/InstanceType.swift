package import PowerSensorsMachine

/// The name of a kind of rented machine, such as `m5.xlarge`, `n2-standard-8` or `Standard_D4s_v3`.
package struct InstanceType: Hashable, Sendable {
    /// The name as it was given.
    package let name: String

    /// The cloud whose names have this form.
    package let provider: CloudPlatform.Provider

    /// What instances of different sizes on the same kind of host have in common, in lower case: `m5`, `n2`, or for
    /// Azure the letters of the series and its version, such as `d3`, and `da5` with AMD's processors.
    package let family: String

    /// The virtual processors that are paid for, as far as the name shows them; nil if it does not, as that of a whole machine
    /// of one size. Of those of a `Standard_E8-4ds_v5` a guest sees half, and nobody else has the others.
    package let virtualProcessors: Int?

    /// Whether the instance is a whole machine.
    package let isWholeMachine: Bool

    /// Whether the machine has accelerators beside its processors: Amazon's F, G, Inf, P and Trn.
    package var hasAccelerators: Bool {
        provider == .amazon && ["f", "g", "inf", "p", "trn"].contains(String(family.prefix { !$0.isNumber }))
    }

    /// Whether it has its processors only for a part of the time, so that a host has more guests than threads for them.
    package var isBurstable: Bool {
        switch provider {
        case .amazon: family.hasPrefix("t") && !family.hasPrefix("trn")
        case .google: ["f1", "g1"].contains(family) || (family == "e2" && !name.contains { $0.isNumber && $0 != "2" })
        case .azure: family.hasPrefix("b")
        default: false
        }
    }

    /// Parses a name; nil if it has no cloud's form.
    package init?(_ name: String) {
        let name = String(name.split(separator: " ").joined(separator: " "))
        let lower = name.lowercased()
        if lower.hasPrefix("standard_") || lower.hasPrefix("basic_") {
            self.init(azure: name, lower)
        } else if lower.contains(".") {
            self.init(amazon: name, lower)
        } else {
            self.init(google: name, lower)
        }
    }

    private init(
        _ name: String, _ provider: CloudPlatform.Provider, family: String, virtualProcessors: Int?,
        isWholeMachine: Bool = false
    ) {
        self.name = name
        self.provider = provider
        self.family = family
        self.virtualProcessors = virtualProcessors.flatMap { (1...10_000).contains($0) ? $0 : nil }
        self.isWholeMachine = isWholeMachine
    }

    /// `m5.xlarge`: a family, and a size: 4 virtual processors for `xlarge`, N times as many for `Nxlarge`.
    private init?(amazon name: String, _ lower: String) {
        let parts = lower.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].first?.isLetter == true, parts[0].contains(where: \.isNumber),
            !parts[1].isEmpty
        else { return nil }
        let sizes = ["nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4]
        var processors = sizes[String(parts[1])]
        // Half of a host with two processors is sold as `metal-24xl`.
        if parts[1].hasPrefix("metal-"), parts[1].hasSuffix("xl"), let factor = Int(parts[1].dropFirst(6).dropLast(2)) {
            processors = (1...1000).contains(factor) ? factor * 4 : nil
        }
        if parts[1].hasSuffix("xlarge"), let factor = Int(parts[1].dropLast(6)), Self.multiples.contains(factor) {
            processors = factor * 4
        }
        // Where a processor is a core, a medium machine has one, and so have the smallest of T2.
        let hasCores = Self.hasCores(parts[0])
        if parts[1] == "medium", hasCores { processors = 1 }
        if parts[0] == "t2", ["nano", "micro", "small"].contains(parts[1]) { processors = 1 }
        // Only burstable machines are smaller than large with two threads.
        if !parts[0].hasPrefix("t"),
            ["nano", "micro", "small"].contains(parts[1]) || (parts[1] == "medium" && !hasCores)
        {
            processors = nil
        }
        if ["c4.8xlarge", "d2.8xlarge"].contains(lower) { processors = 36 }
        self.init(
            name, .amazon, family: String(parts[0]), virtualProcessors: processors,
            isWholeMachine: parts[1].hasPrefix("metal"))
    }

    /// The numbers that Amazon puts before `xlarge`.
    private static let multiples: Set = [2, 3, 4, 6, 8, 9, 10, 12, 16, 18, 24, 32, 48, 56, 64, 96, 112, 224]

    /// Whether a family's virtual processors are cores: those of Graviton, with a g behind the generation, as in `m6gd`, and from
    /// the seventh generation those of AMD, with an a. All small sizes of `t4g` have two.
    private static func hasCores(_ family: Substring) -> Bool {
        let rest = family.drop { !$0.isNumber }
        let (generation, mark) = (Int(rest.prefix(while: \.isNumber)) ?? 0, rest.drop(while: \.isNumber).first)
        return family == "a1" || (!family.hasPrefix("t") && (mark == "g" || (mark == "a" && generation >= 7)))
    }

    /// `n2-standard-8`: a family, a ratio of memory, and the number of virtual processors, behind which more may stand.
    private init?(google name: String, _ lower: String) {
        let parts = lower.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 2, let letter = parts[0].first, letter.isLetter, parts[0].count <= 4,
            parts[0].contains(where: \.isNumber), !parts.contains("")
        else { return nil }
        let kinds = ["standard", "high", "mega", "ultra", "hyper", "max", "edge", "custom", "micro", "small", "medium"]
        let processors = parts.dropFirst().compactMap { Int($0) }.first.flatMap(Self.possible)
        // Machines with a part of a processor: two are seen, or one in the first families.
        let isShared = ["micro", "small", "medium"].contains(parts[1])
        let isFirst = parts[0] == "f1" || parts[0] == "g1"
        self.init(
            name, .google, family: String(parts[0]),
            virtualProcessors: isShared
                ? isFirst ? 1 : 2 : kinds.contains(where: parts[1].hasPrefix) ? processors : nil,
            isWholeMachine: lower.contains("-metal"))
    }

    /// `Standard_E8-4ds_v5`: the letters of the series, the number of virtual processors, how many of them are
    /// switched on, letters for what the machine has, and the version.
    private init?(azure name: String, _ lower: String) {
        let parts = lower.split(separator: "_").dropFirst()
        guard let size = parts.first else { return nil }
        let series = size.prefix { $0.isLetter }
        let rest = size.dropFirst(series.count)
        let numbers = rest.prefix { $0.isNumber || $0 == "-" }.split(separator: "-").compactMap { Int($0) }
        guard !series.isEmpty, let processors = numbers.first else { return nil }
        let features = rest.drop { $0.isNumber || $0 == "-" }
        let kind = features.contains("a") ? "a" : features.contains("p") ? "p" : ""
        let version = parts.last.flatMap { $0.first == "v" ? Int($0.dropFirst()) : nil } ?? 1
        // Before the third version, the number of a D is not that of its processors.
        self.init(
            name, .azure, family: "\(series)\(kind)\(version)",
            virtualProcessors: version < 3 ? processors : Self.possible(processors))
    }

    /// A number of virtual processors; nil for an odd one, of which there is only 1.
    private static func possible(_ processors: Int) -> Int? {
        processors == 1 || processors % 2 == 0 ? processors : nil
    }
}
