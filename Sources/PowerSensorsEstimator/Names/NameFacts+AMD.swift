// AMD's processors of servers and workstations, and the way to those of desktops and laptops.

extension NameFacts {
    static func amd(_ words: NameWords) -> NameFacts? {
        if words.hasPrefix("epyc") { return epyc(words) }
        if words.has("opteron") { return opteron(words) }
        if words.has("threadripper") { return threadripper(words) }
        if words.has("ryzen") { return ryzen(words) }
        if let facts = amdDesktop(words) ?? amdSmall(words) { return facts }
        return words.has("amd") ? NameFacts(.amd, nil) : nil
    }

    // MARK: EPYC

    /// The generation of an EPYC: the last digit of its number, even in models that are made for clouds, such as 7R13
    /// or 9V74.
    private static func epyc(_ words: NameWords) -> NameFacts {
        var facts = NameFacts(.amd, .server)
        let codeNames: [CPUGeneration] = [.rome, .milan, .genoa, .turin]
        if let named = codeNames.first(where: { words.hasPrefix("epyc-" + $0.rawValue) }) {
            (facts.microarchitecture, facts.generation) = (named.microarchitecture, named)
            return facts
        }
        // "AMD EPYC" alone does not show the generation: QEMU's model of this name is Naples, and a cloud's may be any.
        let start = words.all.firstIndex { $0.hasPrefix("epyc") } ?? 0
        let word = words.all[start...].dropFirst().first { $0.first?.isNumber == true } ?? ""
        let digits = Array(word)
        guard digits.count >= 4 else { return facts }
        if digits[0] == "4" {
            (facts.microarchitecture, facts.generation) = (digits[3] == "5" ? "Zen 5" : "Zen 4", .zenAM5)
            return facts
        }
        let servers: [Character: CPUGeneration] = ["1": .naples, "2": .rome, "3": .milan, "4": .genoa, "5": .turin]
        // The 9V33X of a cloud has the digit of its predecessor.
        facts.generation = digits[0] == "9" && digits[3] == "3" ? .genoa : servers[digits[3]]
        facts.microarchitecture = facts.generation?.microarchitecture
        return facts
    }

    // MARK: Opteron

    private static func opteron(_ words: NameWords) -> NameFacts {
        var facts = NameFacts(.amd, .server)
        let marks = ["ee", "he"]
        facts.lowPower =
            words.all.first { marks.contains($0) }?.uppercased()
            ?? marks.first { mark in words.all.contains { $0.hasSuffix(mark) && $0.first?.isNumber == true } }?
            .uppercased()
        let letters = words.all.lazy.compactMap(ModelNumber.init)
        if let number = letters.first(where: { ["a", "x"].contains($0.prefix) && $0.digits == 4 }) {
            // X1150 and X2150 have Jaguar's cores, X3000 Excavator's, A1100 those of Arm.
            facts.microarchitecture = number.prefix == "a" ? "Cortex-A57" : number.leading == 3 ? "Excavator" : "Jaguar"
            facts.nearest = .other
            return facts
        }
        // A hypervisor's "Opteron 62xx class CPU" has two digits.
        guard let word = words.all.first(where: { $0.first?.isNumber == true && $0.count >= 3 }),
            case let digits = word.prefix(while: \.isNumber), digits.count <= 4, let number = Int(digits)
        else { return facts }
        let full = word.hasSuffix("xx") ? number * 100 : number
        (facts.microarchitecture, facts.generation) = opteron(full)
        return facts
    }

    private static func opteron(_ number: Int) -> (String?, CPUGeneration?) {
        switch number {
        case 6200...6299, 4200...4299, 3200...3299: ("Bulldozer", .bulldozer)
        case 6300...6399, 4300...4399, 3300...3399: ("Piledriver", .bulldozer)
        case 100...999: ("K8", .before2009)
        case 1000...9999:
            number < 6000 && number / 100 % 10 <= 2 && number / 1000 != 4 ? ("K8", .before2009) : ("K10", .k10)
        default: (nil, nil)
        }
    }

    // MARK: Threadripper

    private static func threadripper(_ words: NameWords) -> NameFacts {
        var facts = NameFacts(.amd, .workstation)
        guard let number = words.number(digits: 4) else { return facts }
        let known: (String, CPUGeneration, Double)? =
            switch number.leading {
            case 1: ("Zen", .naples, 180)
            case 2: ("Zen+", .naples, number.suffix.hasPrefix("w") ? 250 : 180)
            case 3: ("Zen 2", .rome, 280)
            case 5: ("Zen 3", .milan, 280)
            case 7: ("Zen 4", .genoa, 350)
            case 9: ("Zen 5", .turin, 350)
            default: nil
            }
        (facts.microarchitecture, facts.nearest, facts.nominalWatts) = (known?.0, known?.1, known?.2)
        return facts
    }
}
