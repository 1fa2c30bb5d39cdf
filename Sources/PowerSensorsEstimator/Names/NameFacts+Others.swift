// Makers of which the model's data have nothing.

extension NameFacts {
    static func otherMaker(_ words: NameWords) -> NameFacts? {
        if words.has("hygon") { return hygon(words) }
        if words.has("zhaoxin") || words.has("kaixian") || words.has("kaisheng") || words.has("via")
            || words.has("centaur")
        {
            return zhaoxin(words)
        }
        if words.hasPrefix("loongson") { return loongson(words) }
        if let power = words.all.first(where: { $0.hasPrefix("power") && ModelNumber($0)?.prefix == "power" }) {
            return NameFacts(.ibm, .server, ModelNumber(power).map { "POWER\($0.value)" })
        }
        if words.has("ibm"), words.has("power"), let number = words.after("power").flatMap({ Int($0) }) {
            return NameFacts(.ibm, .server, "POWER\(number)")
        }
        if words.has("ibm"), words.has("s390") || words.all.contains(where: { ModelNumber($0)?.prefix == "z" }) {
            let model = words.all.first { ModelNumber($0)?.prefix == "z" }
            return NameFacts(.ibm, .server, model)
        }
        return riscV(words)
    }

    // MARK: x86 of China

    /// Dhyana, AMD's Zen under licence, has numbers from 3100 to 7299; later ones are Hygon's own.
    private static func hygon(_ words: NameWords) -> NameFacts {
        let number = words.all.compactMap(ModelNumber.init).first { $0.digits == 4 && $0.prefix.isEmpty }
        let isDesktop = number?.leading == 3
        let isDhyana = words.has("dhyana") || [31, 32, 51, 52, 71, 72].contains(number?.hundreds)
        return NameFacts(
            .hygon, isDesktop ? .desktop : .server, isDhyana ? "Zen" : nil, isDhyana && !isDesktop ? .naples : nil,
            nearest: isDesktop ? .zenAM5 : nil, watts: isDesktop ? 95 : nil)
    }

    private static func zhaoxin(_ words: NameWords) -> NameFacts {
        let isServer = words.has("kaisheng") || words.hasPrefix("kh-")
        let isSmall = words.has("nano") || words.hasPrefix("c7") || words.has("eden")
        return NameFacts(
            .zhaoxin, isServer ? .server : isSmall ? .embedded : .desktop, watts: isServer ? nil : isSmall ? 17 : 70)
    }

    // MARK: Loongson

    /// 3A5000 and 3A6000 are for desktops, 3C and 3D for servers, 2K for boards. `LL` and `HV` are variants.
    private static func loongson(_ words: NameWords) -> NameFacts {
        let model =
            words.all.lazy.map { $0.replacing("loongson-", with: "") }.first { $0.first?.isNumber == true } ?? ""
        let number = Int(model.drop { $0.isNumber }.dropFirst().prefix { $0.isNumber })
        let name: String? = number == 5000 ? "LA464" : number == 6000 ? "LA664" : nil
        switch model.prefix(2) {
        case "3a", "3b": return NameFacts(.loongson, .desktop, name, cores: model.hasPrefix("3a") ? 4 : nil, watts: 40)
        case "3c": return NameFacts(.loongson, .server, name, cores: 16)
        case "3d": return NameFacts(.loongson, .server, name, cores: 32)
        case "3e": return NameFacts(.loongson, .server, name)
        case "2k", "2h", "2f": return NameFacts(.loongson, .singleBoard)
        default: return NameFacts(.loongson, nil)
        }
    }

    // MARK: RISC-V

    private static let riscVCores: [(start: String, name: String)] = [
        ("u74", "U74"), ("bullet0", "U74"), ("u54", "U54"), ("p550", "P550"), ("c906", "C906"), ("c910", "C910"),
        ("c920", "C920"), ("x60", "X60"), ("jh7110", "U74"), ("jh7100", "U74"), ("th1520", "C910"), ("eic7700", "P550"),
        ("sg2042", "C920"), ("sg2044", "C920"),
    ]

    /// The names of cores in `cpuinfo`, such as `sifive,u74-mc`, and those of chips.
    private static func riscV(_ words: NameWords) -> NameFacts? {
        let isNamed =
            words.all.contains {
                ["sifive", "thead", "spacemit", "starfive", "risc-v", "riscv", "eswin", "sophgo"].contains($0)
            }
            || words.hasPrefix("rv64") || words.hasPrefix("t-head")
        let core = riscVCores.first { core in words.hasPrefix(core.start) }
        guard isNamed || core.map({ ["jh71", "th15", "eic7", "sg20"].contains(String($0.start.prefix(4))) }) == true
        else {
            return nil
        }
        // Sophgo's chips of 64 cores are for workstations and servers.
        let isServer = words.hasPrefix("sg204")
        return NameFacts(.riscV, isServer ? .server : .singleBoard, core?.name, cores: isServer ? 64 : nil)
    }
}
