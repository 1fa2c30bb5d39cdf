// AMD's Ryzens: the first digit is that of the year, the letters are those of the kind of machine.

extension NameFacts {
    static func ryzen(_ words: NameWords) -> NameFacts {
        if let handheld = words.all.first(where: { ["z1", "z2"].contains($0) }) {
            return handheldRyzen(handheld, words)
        }
        if words.has("embedded"),
            let number = words.all.lazy.compactMap(ModelNumber.init).first(where: { ["v", "r"].contains($0.prefix) })
        {
            return embeddedRyzen(number)
        }
        guard let number = words.number(digits: 3) else { return NameFacts(.amd, nil, nearest: .zenAM5) }
        if number.digits == 3 { return shortRyzen(number, words) }
        let letters = number.suffix
        let isMobile = letters.hasPrefix("u") || letters.hasPrefix("h") || letters == "c"
        let hasGraphics = letters.hasPrefix("g")
        var facts = NameFacts(.amd, isMobile ? .mobile : .desktop)
        facts.microarchitecture = zen(number, isMobile: isMobile, hasGraphics: hasGraphics)
        facts.nominalWatts = isMobile ? mobileWatts(number) : desktopWatts(number, words)
        facts.lowPower = letters == "u" ? "U" : letters == "ge" ? "GE" : letters == "e" ? "E" : nil
        // The desktop parts with chiplets are those of the EPYC 4004 and 4005.
        let isInData = !isMobile && !hasGraphics && (number.leading == 7 || number.leading == 9)
        (facts.generation, facts.nearest) = isInData ? (.zenAM5, nil) : (nil, .zenAM5)
        return facts
    }

    private static func zen(_ number: ModelNumber, isMobile: Bool, hasGraphics: Bool) -> String? {
        switch number.leading {
        case 1: "Zen"
        case 2: isMobile || hasGraphics ? "Zen" : "Zen+"
        case 3:
            isMobile
                ? ([3200, 3250].contains(number.value) ? "Zen" : "Zen+") : hasGraphics ? "Zen+" : "Zen 2"
        case 4: "Zen 2"
        case 5: isMobile && [5300, 5500, 5700].contains(number.value) && number.suffix == "u" ? "Zen 2" : "Zen 3"
        case 6: "Zen 3+"
        case 7: isMobile ? zenOfMobile7000(number.value) : "Zen 4"
        case 8: "Zen 4"
        case 9: "Zen 5"
        default: nil
        }
    }

    /// In mobile numbers from 7000, the third digit is the architecture's.
    private static func zenOfMobile7000(_ number: Int) -> String? {
        switch number % 100 {
        case 20: "Zen 2"
        case 30: "Zen 3"
        case 35, 36: "Zen 3+"
        case 40, 45: "Zen 4"
        default: nil
        }
    }

    private static func mobileWatts(_ number: ModelNumber) -> Double {
        if number.suffix.hasPrefix("hx") { return 55 }
        if number.suffix == "hs" { return 35 }
        if number.suffix.hasPrefix("h") { return 45 }
        return number.leading >= 6 && number.value % 100 >= 35 ? 28 : 15
    }

    private static func desktopWatts(_ number: ModelNumber, _ words: NameWords) -> Double {
        let letters = number.suffix
        if letters == "ge" { return 35 }
        if letters == "e" { return 45 }
        // Of the 9950X3D both halves are as fast as the 9950X's.
        if letters.hasPrefix("x3d"), number.value != 9950 { return 120 }
        guard letters.hasPrefix("x") else { return 65 }
        let isLargest = words.has("9") && number.leading >= 7
        return isLargest ? 170 : number.hundreds % 10 >= 7 || number.leading == 7 ? 105 : 65
    }

    /// Ryzen AI 9 HX 370 and AI Max+ 395; Ryzen 7 260 and 7 170.
    private static func shortRyzen(_ number: ModelNumber, _ words: NameWords) -> NameFacts {
        let isAI = words.has("ai")
        let name: String? =
            isAI
            ? ([3, 4].contains(number.leading) ? "Zen 5" : nil)
            : number.leading == 2 ? "Zen 4" : number.leading == 1 ? "Zen 3+" : nil
        let isLarge = words.hasPrefix("max")
        return NameFacts(
            .amd, .mobile, name, nearest: .zenAM5,
            watts: isLarge ? 55 : number.suffix.hasPrefix("h") ? 45 : 28)
    }

    private static func handheldRyzen(_ model: String, _ words: NameWords) -> NameFacts {
        let name =
            model == "z1"
            ? "Zen 4" : words.has("go") ? "Zen 3+" : words.has("a") ? "Zen 2" : words.has("extreme") ? "Zen 5" : "Zen 4"
        return NameFacts(.amd, .mobile, name, nearest: .zenAM5, watts: 15)
    }

    private static func embeddedRyzen(_ number: ModelNumber) -> NameFacts {
        let name: String? =
            switch (number.prefix, number.leading) {
            case ("v", 1), ("r", 1): "Zen"
            case ("r", 2): "Zen+"
            case ("v", 2): "Zen 2"
            case ("v", 3): "Zen 3"
            default: nil
            }
        return NameFacts(.amd, .embedded, name, nearest: .zenAM5, watts: 25)
    }
}
