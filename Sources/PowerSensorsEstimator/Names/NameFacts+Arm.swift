// Processors with Arm's instructions, whose names come from lscpu, device trees, DMI, or from people.

extension NameFacts {
    static func arm(_ words: NameWords) -> NameFacts? {
        if words.has("apple") || words.joined.hasPrefix("virtualapple") { return apple(words) }
        if let facts = board(words) { return facts }
        if let facts = armServer(words) { return facts }
        if words.hasPrefix("snapdragon") || words.hasPrefix("oryon") || words.hasPrefix("x1e-") {
            return NameFacts(.qualcomm, .mobile, words.hasPrefix("snapdragon") ? nil : "Oryon", watts: 30)
        }
        return cortex(words)
    }

    // MARK: Apple

    private static func apple(_ words: NameWords) -> NameFacts {
        let isUltra = words.has("ultra")
        let chip = words.all.first {
            $0.hasPrefix("m") && ModelNumber($0)?.digits == 1 && ModelNumber($0)?.prefix == "m"
        }
        guard let chip else { return NameFacts(.apple, words.has("apple") ? .mobile : nil, nearest: .other) }
        let watts: Double = isUltra ? 120 : words.has("max") ? 60 : words.has("pro") ? 35 : 20
        // An Ultra is in machines alone that are as small, and use as little at idle.
        return NameFacts(
            .apple, isUltra ? .embedded : .mobile, chip.uppercased(), nearest: .other, watts: watts)
    }

    // MARK: Servers

    private static func armServer(_ words: NameWords) -> NameFacts? {
        let joined = words.joined
        if joined.contains("ampereone") || joined.contains("ampere1") {
            return NameFacts(.ampere, .server, "AmpereOne", nearest: .altra, cores: coresOfAmpere(words))
        }
        if joined.contains("altra") {
            return NameFacts(.ampere, .server, "Neoverse N1", .altra, cores: coresOfAmpere(words))
        }
        if words.has("emag") { return NameFacts(.ampere, .server, "Skylark", nearest: .altra, cores: 32) }
        if let graviton = words.all.first(where: { $0.hasPrefix("graviton") }) {
            // The first has no number; a 3E is a 3.
            let number =
                ModelNumber(graviton)?.value ?? words.after("graviton").map { ModelNumber($0)?.value ?? 0 } ?? 1
            let cores = ["Cortex-A72", "Neoverse N1", "Neoverse V1", "Neoverse V2", "Neoverse V3"]
            var facts = neoverse(.amazon, (1...cores.count).contains(number) ? cores[number - 1] : nil)
            // A socket's (aws.amazon.com/ec2/graviton, and the largest of its instance types).
            facts.cores = [1: 16, 2: 64, 3: 64, 4: 96][number]
            return facts
        }
        if words.has("cobalt") {
            var facts = neoverse(.microsoft, words.has("100") ? "Neoverse N2" : nil)
            if words.has("100") { facts.cores = 128 }
            return facts
        }
        if words.has("axion") {
            var facts = neoverse(.google, nil)
            // Those of c4a-standard-96-metal (cloud.google.com/compute/docs/general-purpose-machines).
            facts.cores = 96
            return facts
        }
        if words.has("yitian") { return neoverse(.alibaba, "Neoverse N2") }
        if words.has("grace") {
            return NameFacts(.nvidia, .server, "Neoverse V2", .other, cores: words.has("superchip") ? 144 : 72)
        }
        if words.has("kunpeng") || words.hasPrefix("kunpeng-") || words.hasPrefix("tsv110") {
            let number = words.number(digits: 3)?.value
            let name = number == 916 ? "Cortex-A72" : number == 920 || joined.contains("tsv110") ? "TaiShan v110" : nil
            return NameFacts(.huawei, .server, name)
        }
        if let word = words.all.first(where: { $0.hasPrefix("thunderx") }) {
            return NameFacts(
                .marvell, .server, word == "thunderx" ? "ThunderX" : word == "thunderx2" ? "ThunderX2" : nil)
        }
        if words.has("phytium") || words.hasPrefix("ft-") { return phytium(words) }
        guard let core = words.all.first(where: { $0.hasPrefix("neoverse") }) else { return nil }
        let name = core == "neoverse" ? words.after("neoverse") ?? "" : String(core.dropFirst("neoverse".count))
        return neoverse(.arm, "Neoverse " + name.filter { $0 != "-" }.uppercased())
    }

    /// A core of Arm's for servers; only the N1 is in the data.
    private static func neoverse(_ maker: ProcessorName.Maker, _ name: String?) -> NameFacts {
        let isInData = name == "Neoverse N1"
        return NameFacts(
            maker, .server, name, isInData ? .altra : name == "Neoverse V2" && maker == .arm ? .other : nil,
            nearest: isInData ? nil : .altra)
    }

    /// The number after the letter: 80 of Q80-30, 128 of M128-30, 192 of A192-32X.
    private static func coresOfAmpere(_ words: NameWords) -> Int? {
        for word in words.all {
            guard let dash = word.firstIndex(of: "-"), let number = ModelNumber(String(word[..<dash])),
                ["q", "m", "a"].contains(number.prefix), number.suffix.isEmpty, (16...512).contains(number.value)
            else { continue }
            return number.value
        }
        return nil
    }

    /// FT-2000+/64 and S2500 are for servers, D2000/8 and FT-2000/4 for desktops. The number after the slash is that of
    /// the cores.
    private static func phytium(_ words: NameWords) -> NameFacts {
        let cores = words.all.last.flatMap { Int($0) }.flatMap { (1...128).contains($0) ? $0 : nil }
        let isServer = words.has("s2500") || words.has("s5000c") || (cores ?? 0) >= 16
        return NameFacts(.phytium, isServer ? .server : .desktop, cores: cores, watts: isServer ? nil : 25)
    }

    // MARK: Boards

    private static func board(_ words: NameWords) -> NameFacts? {
        if words.has("raspberry") { return raspberryPi(words) }
        // Modules of 60 W and 30 W (developer.nvidia.com/embedded/jetson-modules).
        if words.has("agx") {
            let (cores, watts): (Int?, Double?) =
                words.has("orin") ? (12, 60) : words.has("xavier") ? (8, 30) : (nil, nil)
            return NameFacts(.nvidia, .embedded, nearest: .other, cores: cores, watts: watts)
        }
        if words.has("jetson") || words.has("tegra") || words.has("orin") || words.has("carmel") {
            var facts = NameFacts(.nvidia, .singleBoard)
            facts.hasFastCores = words.has("orin") || words.has("carmel")
            return facts
        }
        if words.has("gb10") { return NameFacts(.nvidia, .embedded, "GB10", nearest: .other, cores: 20, watts: 140) }
        for word in words.all {
            if let facts = systemOnChip(word) { return facts }
        }
        return nil
    }

    private static func raspberryPi(_ words: NameWords) -> NameFacts {
        var facts = NameFacts(.arm, .singleBoard)
        let model = words.after("module") ?? words.after("pi") ?? ""
        let compute = words.all.first { $0.hasPrefix("cm") }.flatMap { ModelNumber($0)?.value }
        let generation = model == "zero" ? (words.has("2") ? 3 : 1) : ModelNumber(model)?.leading ?? compute
        // The 400 and 500 are a 4 and a 5 with a keyboard.
        switch generation {
        case 1: (facts.microarchitecture, facts.cores) = ("ARM1176", 1)
        case 2: (facts.microarchitecture, facts.cores) = ("Cortex-A7", 4)
        case 3: (facts.microarchitecture, facts.cores) = ("Cortex-A53", 4)
        case 4: (facts.microarchitecture, facts.cores) = ("Cortex-A72", 4)
        case 5: (facts.microarchitecture, facts.cores, facts.hasFastCores) = ("Cortex-A76", 4, true)
        default: break
        }
        return facts
    }

    private static let chips: [(start: String, core: String, cores: Int, isFast: Bool)] = [
        ("bcm2835", "ARM1176", 1, false), ("bcm2836", "Cortex-A7", 4, false), ("bcm2837", "Cortex-A53", 4, false),
        ("bcm2710", "Cortex-A53", 4, false), ("bcm2711", "Cortex-A72", 4, false), ("bcm2712", "Cortex-A76", 4, true),
        ("rk3588", "Cortex-A76", 8, true), ("rk3399", "Cortex-A72", 6, false), ("rk356", "Cortex-A55", 4, false),
        ("rk3328", "Cortex-A53", 4, false), ("s922x", "Cortex-A73", 6, false), ("s905", "Cortex-A53", 4, false),
        ("h616", "Cortex-A53", 4, false), ("h618", "Cortex-A53", 4, false), ("qcs6490", "Cortex-A78", 8, true),
        ("am335", "Cortex-A8", 1, false),
    ]

    static func systemOnChip(_ word: String) -> NameFacts? {
        guard let chip = chips.first(where: { word.hasPrefix($0.start) }) else { return nil }
        var facts = NameFacts(.arm, .singleBoard, chip.core, cores: chip.cores)
        facts.hasFastCores = chip.isFast
        return facts
    }

    /// A core by its name alone: those up to the X series are of boards and phones.
    private static func cortex(_ words: NameWords) -> NameFacts? {
        if let word = words.all.first(where: { $0.hasPrefix("cortex") }) {
            let name = word == "cortex" ? words.after("cortex") ?? "" : String(word.dropFirst("cortex-".count))
            guard let number = ModelNumber(name) else { return NameFacts(.arm, .singleBoard) }
            var facts = NameFacts(.arm, .singleBoard, "Cortex-" + name.uppercased())
            facts.hasFastCores = number.prefix == "x" || number.value >= 75
            return facts
        }
        return words.hasPrefix("armv7") || words.hasPrefix("armv6") ? NameFacts(.arm, .singleBoard) : nil
    }
}
