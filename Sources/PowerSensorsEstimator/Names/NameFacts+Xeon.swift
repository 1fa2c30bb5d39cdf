// Xeons: the generation is in the version, in a digit of the number, or in the letters after it.

extension NameWords {
    /// The four digits of a Xeon's number, and the letters that follow them.
    var xeonNumber: (Int, String)? {
        for word in all {
            let digits = word.drop { !$0.isNumber }
            guard let number = Int(digits.prefix(4)), (1000...9999).contains(number) else { continue }
            return (number, String(digits.dropFirst(4)))
        }
        return nil
    }

    /// Whether the name is that of a Xeon D: `D-1541`, `D 1541`, `Xeon-D`.
    var isXeonD: Bool {
        after("xeon") == "d" || hasPrefix("xeon-d") || hasPrefix("xeond")
            || all.contains { word in ModelNumber(word).map { $0.prefix == "d" && $0.digits == 4 } == true }
    }

    /// Whether the name is that of a Xeon for one socket: a D, an E5-14xx or E5-16xx, a Scalable with U after its number
    /// (ark.intel.com), and a 6 with P cores whose number ends in 1.
    var isXeonForSingleSocket: Bool {
        if isXeonD || hasPrefix("e5-14") || hasPrefix("e5-16") { return true }
        guard let (number, suffix) = xeonNumber else { return false }
        if suffix.hasPrefix("p") { return (6500...6999).contains(number) && number % 10 == 1 }
        return suffix == "u"
    }
}

extension NameFacts {
    static func xeon(_ words: NameWords) -> NameFacts? {
        if let facts = xeonWorkstation(words) { return facts }
        var facts = NameFacts(.intel, .server)
        facts.generation = xeonGeneration(words)
        facts.lowPower = xeonLowPower(words)
        facts.microarchitecture =
            facts.generation == .before2009 ? xeonBefore2009(words) : facts.generation?.microarchitecture
        if facts.generation == .skylakeClient, words.has("v6") || words.joined.hasSuffix("v6") {
            facts.microarchitecture = "Kaby Lake"
        }
        if let (number, suffix) = words.xeonNumber, suffix.hasPrefix("e+"), (6900...6999).contains(number) {
            facts.microarchitecture = "Clearwater Forest"
            (facts.generation, facts.nearest) = (nil, .sierraForest)
        }
        // W3565 and W5580 are those of the time before Xeon W.
        if words.all.contains(where: { ModelNumber($0)?.prefix == "w" && ModelNumber($0)?.digits == 4 }) {
            (facts.line, facts.nominalWatts) = (.workstation, 130)
        }
        // The means of their families (ark.intel.com), which are far from those of other Xeons of the time.
        if words.isXeonD, let number = words.xeonNumber?.0 {
            facts.nominalWatts = [15: 45, 16: 45, 17: 55, 18: 55, 21: 80, 27: 100, 28: 100][number / 100]
        } else if words.hasPrefix("e5-16") {
            facts.nominalWatts = 140
        }
        // Of laptops and small workstations: E3-1505M, E-2286M.
        if words.all.contains(where: { ($0.hasPrefix("e3-") || $0.hasPrefix("e-2")) && ModelNumber($0)?.suffix == "m" })
        {
            (facts.line, facts.nominalWatts) = (.mobile, 45)
        }
        return facts
    }

    // MARK: Workstations

    /// Xeon W: W-1250, W-2125, W-3375, W-10855M, w5-2445.
    private static func xeonWorkstation(_ words: NameWords) -> NameFacts? {
        guard let word = words.all.first(where: { $0.hasPrefix("w-") || isWorkstationTier($0.prefix(3)) }),
            let number = ModelNumber(word)
        else { return nil }
        // The W-3275M has much memory; numbers of laptops have five digits.
        let isMobile = number.suffix.hasPrefix("m") && number.digits == 5
        var facts = NameFacts(.intel, isMobile ? .mobile : .workstation)
        let (generation, isNearest): (CPUGeneration?, Bool) =
            switch number.hundreds {
            case 12, 108: (.coffeeLake, false)
            case 13: (.rocketLake, false)
            case 118, 119: (.rocketLake, true)
            case 21, 31: (.skylake, false)
            case 22, 32: (.cascadeLake, false)
            case 33: (.iceLake, false)
            case 24, 25, 34, 35: (.sapphireRapids, false)
            default: (nil, false)
            }
        (facts.generation, facts.nearest) = isNearest ? (nil, generation) : (generation, nil)
        facts.microarchitecture =
            switch number.hundreds {
            case 12, 108: "Comet Lake"
            case 118, 119: "Tiger Lake"
            default: generation?.microarchitecture
            }
        let watts: [String: Double] = ["w3": 150, "w5": 200, "w7": 250, "w9": 350]
        facts.nominalWatts =
            isMobile
            ? 45 : watts[number.prefix] ?? (number.hundreds < 20 ? 95 : number.leading == 3 ? 220 : 140)
        return facts
    }

    private static func isWorkstationTier(_ start: Substring) -> Bool {
        ["w3-", "w5-", "w7-", "w9-"].contains { $0 == start }
    }

    // MARK: Generations

    private static func xeonGeneration(_ words: NameWords) -> CPUGeneration? {
        for word in words.all {
            if word.hasPrefix("e3-") || word.hasPrefix("e5-") || word.hasPrefix("e7-") {
                return versioned(word, words)
            }
            // The first E3 have no dash: E31220.
            if word.hasPrefix("e3"), ModelNumber(word)?.digits == 5 { return .sandyBridge }
            if word.hasPrefix("e-21") || word.hasPrefix("e-22") { return .coffeeLake }
            if word.hasPrefix("e-23") { return .rocketLake }
            if word.hasPrefix("e-24") { return .raptorLake }
        }
        guard let (number, suffix) = words.xeonNumber else { return nil }
        if words.isXeonD { return xeonD(number) }
        if words.isScalable || number >= 8000 || suffix.hasPrefix("p") || suffix.hasPrefix("e"),
            let generation = scalable(number, suffix)
        {
            return generation
        }
        // People leave out the metal of a Scalable, and letters of older ones: 6130, and 5420 for E5420. Of the numbers
        // that are both, 5120 has no letter in older names.
        let key = String(number) + suffix
        if words.all.contains(key), number != 5120, let generation = scalable(number, suffix),
            ProcessorCores.perSocket(of: generation, key: key) != nil
        {
            return generation
        }
        return switch number {
        case 5500...5599, 3400...3599, 6500...6599, 7500...7599: .nehalem
        case 5600...5699, 3600...3699: .westmere
        case 3000...3399, 5000...5499, 7000...7499: .before2009
        default: nil
        }
    }

    /// The generation of a Xeon Scalable: the second digit of its number. Xeon 6 has other numbers, which a letter for
    /// the kind of core follows.
    private static func scalable(_ number: Int, _ suffix: String) -> CPUGeneration? {
        if suffix.hasPrefix("p"), (6300...6399).contains(number) { return .raptorLake }
        if suffix.hasPrefix("p"), (6500...6999).contains(number) { return .graniteRapids }
        if suffix.hasPrefix("e"), (6700...6999).contains(number) { return .sierraForest }
        switch number / 100 % 10 {
        case 1: return .skylake
        case 2: return .cascadeLake
        case 3: return suffix.hasPrefix("h") ? .cooperLake : .iceLake
        case 4: return .sapphireRapids
        case 5: return .emeraldRapids
        default: return nil
        }
    }

    private static func xeonD(_ number: Int) -> CPUGeneration? {
        switch number / 100 {
        case 15, 16: .broadwell
        case 21: .skylake
        case 17, 18, 27, 28: .iceLake
        default: nil
        }
    }

    /// The generation of a Xeon E3, E5 or E7, which depends on the version: `v2` to `v6`, at the end of the number or
    /// after it.
    private static func versioned(_ model: String, _ words: NameWords) -> CPUGeneration? {
        let version = words.all.first { $0.count >= 2 && $0.dropLast().last == "v" }?.last
        let versions: [Character: CPUGeneration] = [
            "2": .ivyBridge, "3": .haswell, "4": .broadwell, "5": .skylakeClient, "6": .skylakeClient,
        ]
        guard let version, !"01".contains(version) else { return model.hasPrefix("e7-") ? .westmere : .sandyBridge }
        // Of E5 and E7 there is no v5 or v6.
        return "56".contains(version) && !model.hasPrefix("e3-") ? nil : versions[version]
    }

    /// NetBurst's numbers are 50xx, 70xx and 71xx; the others have Core's architecture.
    private static func xeonBefore2009(_ words: NameWords) -> String? {
        words.xeonNumber.map { [50, 70, 71].contains($0.0 / 100) ? "NetBurst" : "Core" }
    }

    // MARK: Low power

    /// The L of an L5640, an E5-2630L or an E3-1240L v5. After the number of a Xeon Scalable, L is for much memory, T for
    /// heat, and U for one socket.
    private static func xeonLowPower(_ words: NameWords) -> String? {
        for word in words.all {
            guard let number = ModelNumber(word), number.digits == 4 else { continue }
            let isVersioned = ["e3", "e5", "e7"].contains(number.prefix)
            if isVersioned, number.suffix.hasPrefix("l") { return "L" }
            if number.prefix == "l" { return "L" }
        }
        return words.has("lv") || words.has("ulv") ? "L" : nil
    }
}
