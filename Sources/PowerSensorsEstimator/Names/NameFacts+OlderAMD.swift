// AMD's desktop and laptop processors before Ryzen, and small ones.

extension NameFacts {
    // MARK: Athlon, Phenom, FX, A-series

    static func amdDesktop(_ words: NameWords) -> NameFacts? {
        if words.has("phenom") {
            return NameFacts(
                .amd, .desktop, "K10", .k10, lowPower: energyEfficient(words), watts: words.has("x6") ? 125 : 95)
        }
        if words.has("turion") {
            let isLater = words.has("ii")
            return NameFacts(.amd, .mobile, isLater ? "K10" : "K8", isLater ? .k10 : .before2009, watts: 35)
        }
        if words.has("athlon") { return athlon(words) }
        if words.has("sempron") { return NameFacts(.amd, .desktop, watts: 45) }
        if words.hasPrefix("fx") { return bulldozerFX(words) }
        return aSeries(words)
    }

    /// The e of an Athlon II X4 610e.
    private static func energyEfficient(_ words: NameWords) -> String? {
        words.all.contains { $0.hasSuffix("e") && $0.first?.isNumber == true } ? "E" : nil
    }

    private static func athlon(_ words: NameWords) -> NameFacts {
        if words.has("gold") || words.has("silver") {
            let isZen2 = words.number(digits: 4)?.leading == 7
            return NameFacts(.amd, .mobile, isZen2 ? "Zen 2" : "Zen", nearest: .zenAM5, lowPower: "U", watts: 15)
        }
        if words.has("ii") {
            return NameFacts(.amd, .desktop, "K10", .k10, lowPower: energyEfficient(words), watts: 80)
        }
        if words.has("64") || words.has("x2") {
            return NameFacts(.amd, .desktop, "K8", .before2009, lowPower: energyEfficient(words), watts: 75)
        }
        if words.has("xp") || words.has("mp") { return NameFacts(.amd, .desktop, "K7", .before2009, watts: 65) }
        guard let number = words.number(digits: 3) else { return NameFacts(.amd, .desktop) }
        if ["ge", "g"].contains(number.suffix) {
            return NameFacts(
                .amd, .desktop, "Zen", nearest: .zenAM5, lowPower: number.suffix == "ge" ? "GE" : nil, watts: 35)
        }
        if words.has("x4"), number.digits == 3 {
            let name: String? =
                switch number.hundreds {
                case 7: "Piledriver"
                case 8: "Steamroller"
                case 9: "Excavator"
                default: nil
                }
            return NameFacts(.amd, .desktop, name, nearest: .bulldozer, watts: 80)
        }
        let isJaguar = number.digits == 4 && number.leading == 5
        return NameFacts(.amd, .desktop, isJaguar ? "Jaguar" : nil, isJaguar ? .other : nil, watts: isJaguar ? 25 : 65)
    }

    private static func bulldozerFX(_ words: NameWords) -> NameFacts? {
        guard let word = words.all.first(where: { $0.hasPrefix("fx") }) else { return nil }
        guard let number = ModelNumber(word) ?? words.number(digits: 4), number.digits == 4 else {
            return NameFacts(.amd, .desktop)
        }
        if number.suffix == "p" || number.leading == 7 {
            return NameFacts(
                .amd, .mobile, number.leading == 7 ? "Steamroller" : "Excavator", nearest: .bulldozer, watts: 35)
        }
        let isFirst = number.hundreds % 10 <= 2
        return NameFacts(
            .amd, .desktop, isFirst ? "Bulldozer" : "Piledriver", .bulldozer, watts: number.leading >= 8 ? 125 : 95)
    }

    /// A4 to A12. Numbers that small and large cores share are left open.
    private static func aSeries(_ words: NameWords) -> NameFacts? {
        guard words.has("amd") || words.has("apu"),
            let word = words.all.first(where: {
                ["a4", "a6", "a8", "a9", "a10", "a12"].contains($0.prefix { $0 != "-" })
            }),
            let number = ModelNumber(word), number.digits == 4
        else { return nil }
        // A4-9120, A6-9225, A9-9425; an A6-9400 is of desktops.
        let isStoneyRidge = (9000...9399).contains(number.value) || word.hasPrefix("a9")
        let isMobile = ["m", "p", "mx", "b"].contains(number.suffix) || isStoneyRidge
        let name: String? =
            switch number.leading {
            case 3: "K10"
            case 7 where ["k", ""].contains(number.suffix) && number.value >= 7300 && word.hasPrefix("a10"):
                "Steamroller"
            case 4,
                6 where isMobile || number.suffix == "k":
                "Piledriver"
            case 5 where isMobile || number.value >= 5300: "Piledriver"
            case 9: "Excavator"
            default: nil
            }
        let isTurbo = number.suffix == "k"
        return NameFacts(
            .amd, isMobile ? .mobile : name == nil ? nil : .desktop, name,
            nearest: name == "K10" ? .k10 : name == nil ? nil : .bulldozer,
            watts: isStoneyRidge ? 15 : isMobile ? 35 : isTurbo ? 95 : 65)
    }

    // MARK: Small ones

    /// E-350, E1-2100, C-60, G-T40E, GX-412TC.
    static func amdSmall(_ words: NameWords) -> NameFacts? {
        guard words.has("amd") else { return nil }
        for word in words.all {
            if word.hasPrefix("gx-") { return NameFacts(.amd, .embedded, "Jaguar", .other, watts: 10) }
            if word.hasPrefix("g-t") { return NameFacts(.amd, .embedded, "Bobcat", .other, watts: 9) }
            guard let number = ModelNumber(word) else { continue }
            switch (number.prefix, number.digits) {
            case ("e", 3), ("c", 2): return NameFacts(.amd, .mobile, "Bobcat", .other, watts: 18)
            case ("e1", 4), ("e2", 4):
                let name: String? =
                    number.leading == 1
                    ? "Bobcat" : number.leading <= 3 ? "Jaguar" : number.leading == 9 ? "Excavator" : "Puma"
                return NameFacts(.amd, .mobile, name, .other, watts: 15)
            default: continue
            }
        }
        return nil
    }
}
