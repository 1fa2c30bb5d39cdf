// Intel's small processors: N-series, Atom, Pentium and Celeron.

extension NameFacts {
    // MARK: N-series

    static func nSeries(_ words: NameWords) -> NameFacts? {
        for word in words.all {
            guard let number = ModelNumber(word), number.prefix == "n", number.suffix.isEmpty else { continue }
            if words.has("intel") || words.has("core") || words.all.count == 1 { return nSeries(number.value) }
        }
        return nil
    }

    /// N50 to N355; nil for numbers that there are not.
    static func nSeries(_ number: Int) -> NameFacts? {
        switch number {
        case 50, 95, 97, 100, 200, 300, 305:
            NameFacts(.intel, .embedded, "Alder Lake-N", .other, watts: number >= 300 ? 15 : number == 97 ? 12 : 6)
        case 150, 250, 350, 355:
            NameFacts(.intel, .embedded, "Twin Lake", .other, watts: number >= 350 ? 15 : 6)
        default: nil
        }
    }

    // MARK: Atom

    static func atom(_ words: NameWords) -> NameFacts? {
        guard let number = words.number(digits: 3) else { return NameFacts(.intel, .embedded, nil, .other) }
        let server = ["c", "p"].contains(number.prefix) && number.digits == 4
        var facts = NameFacts(.intel, server ? .server : .embedded, atomArchitecture(number))
        // The data have no server with an Atom.
        (facts.generation, facts.nearest) = server ? (nil, .other) : (.other, nil)
        facts.nominalWatts = server ? nil : number.digits == 3 && number.prefix == "d" ? 13 : 8
        // The second digit of a C2000 or C3000 stands for its cores (ark.intel.com).
        if number.prefix == "c", server { facts.cores = [3: 2, 5: 4, 7: 8, 8: 12, 9: 16][number.hundreds % 10] }
        return facts
    }

    private static func atomArchitecture(_ number: ModelNumber) -> String? {
        if number.digits == 3 { return "Bonnell" }
        let thousands = number.value / 1000
        return switch number.prefix {
        case "d", "n": thousands == 2 ? "Saltwell" : nil
        case "z": thousands == 2 ? "Saltwell" : thousands == 3 ? "Silvermont" : nil
        case "e": number.hundreds == 38 ? "Silvermont" : number.hundreds == 39 ? "Goldmont" : nil
        case "x5z", "x7z": "Airmont"
        case "x5e", "x7e", "x5a", "x7a": "Goldmont"
        case "c": thousands == 2 ? "Silvermont" : thousands == 3 ? "Goldmont" : thousands == 5 ? "Tremont" : nil
        case "p": thousands == 5 ? "Tremont" : nil
        case "x": thousands == 6 ? "Tremont" : thousands == 7 ? "Gracemont" : nil
        default: nil
        }
    }

    // MARK: Pentium and Celeron

    static func budget(_ words: NameWords) -> NameFacts? {
        if let old = oldPentium(words) { return old }
        guard let number = words.number(digits: 3) else { return NameFacts(.intel, nil) }
        switch number.prefix {
        case "n": return smallBudget(bySmallNumber(number.value), watts: 6)
        case "j": return smallBudget(bySmallNumber(number.value), watts: 10)
        case "g": return desktopBudget(number, words)
        case "e": return NameFacts(.intel, .desktop, "Core", .before2009, watts: 65)
        case "t", "su",
            "u" where number.value < 5400:
            return NameFacts(.intel, .mobile, "Core", .before2009, watts: 35)
        case "p", "u": return NameFacts(.intel, .mobile, "Westmere", .westmere, watts: 35)
        case "b": return NameFacts(.intel, .mobile, "Sandy Bridge", .sandyBridge, watts: 35)
        default: return mobileBudget(number)
        }
    }

    /// Pentium 4, D, M, III and older, which have no letters before their numbers.
    private static func oldPentium(_ words: NameWords) -> NameFacts? {
        if words.has("celeron"), words.has("d") {
            return NameFacts(.intel, .desktop, "NetBurst", .before2009, watts: 80)
        }
        guard words.has("pentium"), let next = words.after("pentium") else { return nil }
        switch next {
        case "4", "d": return NameFacts(.intel, .desktop, "NetBurst", .before2009, watts: 95)
        case "m": return NameFacts(.intel, .mobile, "Pentium M", .before2009, watts: 21)
        case "iii", "ii", "pro": return NameFacts(.intel, .desktop, "P6", .before2009, watts: 30)
        default: return nil
        }
    }

    private static func smallBudget(_ architecture: String?, watts: Double) -> NameFacts {
        NameFacts(.intel, .embedded, architecture, .other, watts: watts)
    }

    /// Of the letters N and J.
    private static func bySmallNumber(_ number: Int) -> String? {
        switch number {
        case 1700...1999, 2800...2999, 3500...3549: "Silvermont"
        case 3000...3199, 3700...3719: "Airmont"
        case 3350...3459, 4200...4209: "Goldmont"
        case 4000...4199, 5000...5049: "Goldmont Plus"
        case 4500...4509, 5090...5109, 6000...6009, 6200...6219, 6400...6429: "Tremont"
        default: nil
        }
    }

    private static func desktopBudget(_ number: ModelNumber, _ words: NameWords) -> NameFacts {
        let isCeleron = words.has("celeron")
        let isLow = number.suffix.hasPrefix("t")
        var facts = NameFacts(.intel, .desktop, lowPower: isLow ? "T" : nil, watts: isLow ? 35 : 54)
        let known: (String, CPUGeneration)? =
            switch number.digits == 3 ? 0 : number.hundreds {
            case 0: ("Sandy Bridge", .sandyBridge)
            case 16, 20, 21: ("Ivy Bridge", .ivyBridge)
            case 18, 32...35: ("Haswell", .haswell)
            case 39: number.value < 3930 ? ("Skylake", .skylakeClient) : ("Kaby Lake", .skylakeClient)
            case 44: ("Skylake", .skylakeClient)
            case 45: number.value < 4560 ? ("Skylake", .skylakeClient) : ("Kaby Lake", .skylakeClient)
            case 46: ("Kaby Lake", .skylakeClient)
            case 49, 54...56: ("Coffee Lake", .coffeeLake)
            case 59, 64...66: ("Comet Lake", .coffeeLake)
            case 69 where !isCeleron: ("Westmere", .westmere)
            default: nil
            }
        (facts.microarchitecture, facts.generation) = (known?.0, known?.1)
        if number.hundreds == 74 || (number.hundreds == 69 && isCeleron) {
            (facts.microarchitecture, facts.nearest) = ("Alder Lake", .raptorLake)
        }
        return facts
    }

    /// Of laptops, without a letter before the number.
    private static func mobileBudget(_ number: ModelNumber) -> NameFacts? {
        var facts = NameFacts(.intel, .mobile, lowPower: number.suffix.hasPrefix("u") ? "U" : nil, watts: 15)
        let known: (String, CPUGeneration?)? =
            switch number.digits == 3 ? 0 : number.hundreds {
            case 0: number.value >= 787 ? ("Sandy Bridge", .sandyBridge) : ("Core", .before2009)
            case 10, 20, 21: ("Ivy Bridge", .ivyBridge)
            case 29, 35: ("Haswell", .haswell)
            case 32, 37: ("Broadwell", .broadwell)
            case 38: number.value < 3860 ? ("Skylake", .skylakeClient) : ("Kaby Lake", .skylakeClient)
            case 39: number.value < 3960 ? ("Skylake", .skylakeClient) : ("Kaby Lake", .skylakeClient)
            case 44: number.value < 4410 ? ("Skylake", .skylakeClient) : ("Kaby Lake", .skylakeClient)
            case 42, 43, 54: ("Whiskey Lake", .coffeeLake)
            case 52, 53, 64: ("Comet Lake", .coffeeLake)
            case 63, 75: ("Tiger Lake", nil)
            case 73, 85: ("Alder Lake", nil)
            default: nil
            }
        (facts.microarchitecture, facts.generation) = (known?.0, known?.1)
        if known != nil, known?.1 == nil {
            facts.nearest = number.hundreds == 63 || number.hundreds == 75 ? .rocketLake : .raptorLake
        }
        if known == nil { facts.line = nil }
        // Celeron 420 to 450 are of desktops.
        if number.digits == 3, (400...499).contains(number.value) { (facts.line, facts.nominalWatts) = (.desktop, 35) }
        return facts
    }
}
