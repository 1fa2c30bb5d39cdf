// Intel's processors of desktops, laptops and small machines.

extension NameFacts {
    static func intel(_ words: NameWords) -> NameFacts? {
        // Other architectures, whose numbers are not those of Xeons.
        if words.has("itanium") || words.has("phi") { return NameFacts(.intel, .server) }
        if words.has("stratix") || words.has("quark") { return NameFacts(.intel, nil) }
        if words.joined.contains("xeon") { return xeon(words) }
        if words.has("atom") { return atom(words) }
        if words.has("pentium") || words.has("celeron") { return budget(words) }
        if words.joined.contains("core2") || words.joined.contains("coreduo") { return core2(words) }
        if words.has("ultra") { return ultra(words) }
        if let facts = coreI(words) ?? coreM(words) ?? nSeries(words) ?? core(words) { return facts }
        guard words.has("intel") else { return nil }
        // Some lists name a Xeon by its number alone: "Intel 8380", "Intel X5675".
        let isXeonNumber = words.number(digits: 4).map {
            ["", "e", "l", "w", "x", "e3", "e5", "e7"].contains($0.prefix)
        }
        guard isXeonNumber == true, !words.has("core"), let facts = xeon(words), facts.generation != nil else {
            return NameFacts(.intel, nil)
        }
        return facts
    }

    // MARK: Core i

    /// Core i3 to i9, from 920 to 14900K. The generation is in the first one or two digits.
    private static func coreI(_ words: NameWords) -> NameFacts? {
        guard let index = words.all.firstIndex(where: { isTier($0) }) else { return nil }
        var letters = ""
        for word in words.all[index...] {
            guard let number = ModelNumber(word), number.digits >= 3 || number.suffix.hasPrefix("y") else {
                // In "i5 M 520" the letters precede the number.
                if word.count <= 2, !isTier(word) { letters += word }
                continue
            }
            let prefix = number.prefix.hasPrefix("i") ? String(number.prefix.dropFirst(2)) : number.prefix
            if prefix == "n" { return nSeries(number.value) }
            if number.digits < 3 { return yNumber(number) }
            return coreI(number, variant: number.suffix + letters + prefix)
        }
        return words.has("intel") || words.has("core") ? NameFacts(.intel, nil) : nil
    }

    private static func isTier(_ word: String) -> Bool {
        ["i3", "i5", "i7", "i9"].contains { word == $0 || word.hasPrefix($0 + "-") }
    }

    private static func coreI(_ number: ModelNumber, variant: String) -> NameFacts {
        let isShort = number.digits == 4 && number.value < 2000
        let generation =
            number.digits == 3
            ? 1 : isShort ? number.hundreds : number.digits == 4 ? number.leading : number.value / 1000
        let isMobile = isMobileVariant(variant) || (number.digits == 3 && variant == "e")
        var facts = NameFacts(.intel, isMobile ? .mobile : .desktop)
        facts.nominalWatts = isMobile ? mobileWatts(variant) : desktopWatts(variant, generation)
        facts.lowPower = lowPowerLetter(variant)
        if let workstationClass = highEnd(number, variant) {
            (facts.microarchitecture, facts.generation) = (workstationClass.microarchitecture, workstationClass)
            facts.nominalWatts = 140
            return facts
        }
        let (name, known, nearest) = architecture(generation, number, variant, isMobile: isMobile)
        (facts.microarchitecture, facts.generation, facts.nearest) = (name, known, nearest)
        return facts
    }

    /// The generation of processors for the large socket, whose numbers are those of the next generation.
    private static func highEnd(_ number: ModelNumber, _ variant: String) -> CPUGeneration? {
        if number.digits == 3, number.value >= 900, !variant.contains("m") {
            return number.value >= 970 && number.value != 975 ? .westmere : .nehalem
        }
        if number.digits == 5 { return number.hundreds == 109 && variant.hasPrefix("x") ? .cascadeLake : nil }
        guard number.digits == 4, number.hundreds % 10 >= 8, ["", "k", "x", "xe"].contains(variant) else { return nil }
        return switch number.leading {
        case 3: .sandyBridge
        case 4: .ivyBridge
        case 5: .haswell
        case 6: .broadwell
        case 7, 9: variant.hasPrefix("x") ? .skylake : nil
        default: nil
        }
    }

    private static func architecture(
        _ generation: Int, _ number: ModelNumber, _ variant: String, isMobile: Bool
    ) -> (String?, CPUGeneration?, CPUGeneration?) {
        switch generation {
        // i7-8xx and i5-7xx are Nehalem; those with graphics are Westmere, on desktops as in laptops.
        case 1: return number.value >= 700 ? ("Nehalem", .nehalem, nil) : ("Westmere", .westmere, nil)
        case 2: return ("Sandy Bridge", .sandyBridge, nil)
        case 3: return ("Ivy Bridge", .ivyBridge, nil)
        case 4: return ("Haswell", .haswell, nil)
        case 5: return ("Broadwell", .broadwell, nil)
        case 6: return ("Skylake", .skylakeClient, nil)
        case 7: return ("Kaby Lake", .skylakeClient, nil)
        case 8: return eighthGeneration(number, variant)
        case 9: return ("Coffee Lake", .coffeeLake, nil)
        case 10:
            if number.digits == 4 { return ("Ice Lake", nil, .rocketLake) }
            return variant.hasPrefix("y") ? ("Amber Lake", .skylakeClient, nil) : ("Comet Lake", .coffeeLake, nil)
        case 11: return isMobile ? ("Tiger Lake", nil, .rocketLake) : ("Rocket Lake", .rocketLake, nil)
        case 12: return ("Alder Lake", nil, .raptorLake)
        case 13, 14: return ("Raptor Lake", isMobile ? nil : .raptorLake, isMobile ? .raptorLake : nil)
        default: return (nil, nil, nil)
        }
    }

    private static func eighthGeneration(
        _ number: ModelNumber, _ variant: String
    ) -> (String?, CPUGeneration?, CPUGeneration?) {
        if variant.hasPrefix("y") { return ("Amber Lake", .skylakeClient, nil) }
        if variant == "g" { return ("Kaby Lake", .skylakeClient, nil) }
        guard variant.hasPrefix("u") else { return ("Coffee Lake", .coffeeLake, nil) }
        return switch number.value % 100 {
        case 30, 50: ("Kaby Lake", .skylakeClient, nil)
        case 45, 65: ("Whiskey Lake", .coffeeLake, nil)
        default: ("Coffee Lake", .coffeeLake, nil)
        }
    }

    // MARK: Variants

    private static func isMobileVariant(_ variant: String) -> Bool {
        if variant.hasPrefix("te") { return false }
        let letters: [Character] = ["u", "y", "h", "p", "g", "m", "q", "l"]
        return variant.contains { letters.contains($0) } || variant == "ec"
    }

    private static func mobileWatts(_ variant: String) -> Double {
        if variant.hasPrefix("hx") { return 55 }
        if variant.hasPrefix("y") { return 7 }
        if variant.contains("u") || variant.hasPrefix("g") { return 15 }
        if variant.hasPrefix("p") { return 28 }
        if variant.hasPrefix("h") || variant.contains("q") || variant.contains("x") { return 45 }
        return variant.contains("l") ? 25 : 35
    }

    private static func desktopWatts(_ variant: String, _ generation: Int) -> Double {
        if variant.hasPrefix("t") { return 35 }
        if variant.hasPrefix("k") || variant.hasPrefix("x") { return generation >= 10 ? 125 : 91 }
        return variant.hasPrefix("s") || generation >= 6 ? 65 : 80
    }

    private static func lowPowerLetter(_ variant: String) -> String? {
        if variant.hasPrefix("t") { return "T" }
        if variant.contains("u") { return "U" }
        if variant.hasPrefix("y") { return "Y" }
        return variant.hasPrefix("l") ? "L" : nil
    }

    // MARK: Core m, Core 2, Core Ultra, Core 3 to 9

    /// Core M-5Y10, m3-6Y30, m7-6Y75.
    private static func coreM(_ words: NameWords) -> NameFacts? {
        guard words.has("core") else { return nil }
        return words.all.lazy.compactMap(ModelNumber.init).first { $0.suffix.hasPrefix("y") && $0.digits == 1 }
            .map(yNumber)
    }

    private static func yNumber(_ number: ModelNumber) -> NameFacts {
        var facts = NameFacts(.intel, .mobile, lowPower: "Y", watts: 5)
        (facts.microarchitecture, facts.generation, facts.nearest) = architecture(
            number.value, number, "y", isMobile: true)
        return facts
    }

    private static func core2(_ words: NameWords) -> NameFacts {
        let isQuad = words.joined.contains("quad")
        let number = words.number(digits: 4)
        let letters = number?.prefix ?? ""
        // Q and QX of desktops end in 00 or 50, of laptops in a hundred from Q9000 on.
        let isMobile =
            ["t", "p", "l", "u", "sl", "sp", "su"].contains(letters)
            || (letters == "q" && [9000, 9100, 9200].contains(number?.value))
        let isExtreme = words.has("extreme")
        // Extremes have two or four cores, and some names do not show which.
        let cores =
            isQuad || letters == "qx" ? 4 : words.joined.contains("solo") ? 1 : number == nil || isExtreme ? nil : 2
        var facts = NameFacts(
            .intel, isMobile ? .mobile : .desktop, words.joined.contains("core2") ? "Core" : "Yonah", .before2009,
            cores: words.joined.contains("duo") ? 2 : cores)
        let isLow = ["l", "u", "sl", "su"].contains(letters)
        facts.lowPower = letters == "l" || letters == "sl" ? "L" : letters == "u" || letters == "su" ? "U" : nil
        facts.nominalWatts = isMobile ? (isLow ? 12 : 30) : isExtreme ? 130 : isQuad ? 95 : 65
        return facts
    }

    private static func ultra(_ words: NameWords) -> NameFacts? {
        guard let number = words.number(digits: 3), number.digits == 3 else {
            return NameFacts(.intel, nil, nil, .other)
        }
        let variant = number.suffix
        let isDesktop = number.leading == 2 && ["", "k", "kf", "f", "t", "s"].contains(variant)
        let name: String? =
            switch number.leading {
            case 1: "Meteor Lake"
            case 2: variant.hasPrefix("v") ? "Lunar Lake" : "Arrow Lake"
            case 3: "Panther Lake"
            default: nil
            }
        let watts: Double =
            isDesktop
            ? desktopWatts(variant, 15) : variant.hasPrefix("v") ? 17 : variant.isEmpty ? 25 : mobileWatts(variant)
        return NameFacts(
            .intel, isDesktop ? .desktop : .mobile, name, .other, lowPower: lowPowerLetter(variant), watts: watts)
    }

    /// Core 3, 5, 7 and 9 without the letter i: 150U, 240H, 120F.
    private static func core(_ words: NameWords) -> NameFacts? {
        guard let tier = words.after("core"), ["3", "5", "7", "9"].contains(tier),
            let number = words.number(digits: 3), number.digits == 3
        else { return nil }
        let variant = number.suffix
        let isMobile = isMobileVariant(variant)
        // Those from 300 on are of another generation, which this program does not know.
        return NameFacts(
            .intel, isMobile || number.leading >= 3 ? .mobile : .desktop,
            isMobile && number.leading < 3 ? "Raptor Lake" : nil,
            nearest: .raptorLake, lowPower: lowPowerLetter(variant),
            watts: isMobile ? mobileWatts(variant) : number.leading >= 3 ? 15 : 65)
    }
}
