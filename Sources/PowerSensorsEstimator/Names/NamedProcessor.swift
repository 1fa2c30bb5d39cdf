/// A processor's name, and what it says.
package struct NamedProcessor: Hashable, Sendable {
    /// The name as it was written.
    package let text: String

    package let name: ProcessorName

    package let key: ProcessorKey

    /// How many there are, if the text begins or ends with that, as in `2 x AMD EPYC 7763`, `Dual Intel Xeon Gold 6130`
    /// or `EPYC 7763 2P`.
    package let sockets: Int?

    package init(_ text: String) {
        self.text = text
        let (sockets, rest) = Self.counted(text)
        self.sockets = sockets
        let usual = Self.usual(rest)
        name = ProcessorName(usual)
        key = ProcessorKey(usual)
    }

    /// The number of processors before or after a name, and the name.
    private static func counted(_ text: String) -> (Int?, String) {
        let words = separated(text).split(whereSeparator: \.isWhitespace)
        // The 2 x, 2x, 2P, 2S, 2 CPUs, dual socket and others, of one or two words.
        for count in [2, 1] where words.count > count {
            if let number = number(words.prefix(count).joined()) {
                return (number, words.dropFirst(count).joined(separator: " "))
            }
        }
        // A number alone is that of the processors before a name; "Dual Core AMD Opteron" says something else.
        if words.count > 1, let number = number(words[0] + "x"),
            isMaker(words[1]) || (Int(words[0]) == nil && !words[1].lowercased().hasPrefix("core"))
        {
            return (number, words.dropFirst().joined(separator: " "))
        }
        // Of others, x2 after the name is the number of cores, and part of the name of an Athlon 64 X2.
        guard let last = words.last, words.contains(where: isServers) else { return (nil, text) }
        for count in [2, 1] where words.count > count {
            if let number = number(words.suffix(count).joined()) {
                return (number, words.dropLast(count).joined(separator: " "))
            }
        }
        if last.hasPrefix("(") || !last.contains(where: \.isNumber), let number = number(last + "x") {
            return (number, words.dropLast().joined(separator: " "))
        }
        return (nil, text)
    }

    /// A text whose number of processors is a word of its own: `2*Xeon`, `2xEPYC`.
    private static func separated(_ text: String) -> String {
        let number = text.prefix { $0.isNumber }
        let rest = text.dropFirst(number.count)
        guard !number.isEmpty, let times = rest.first, "xX×*".contains(times), isMaker(rest.dropFirst()) else {
            return text
        }
        return "\(number)x \(rest.dropFirst())"
    }

    /// The number of processors that a text such as `2x`, `x2` or `dual-socket` says; nil for other texts, and for more than 8:
    /// tools write the threads in the same way.
    private static func number(_ text: String) -> Int? {
        let plain = text.lowercased().filter { !"()-,".contains($0) }
        let units = ["sockets", "socket", "cpus", "cpu", "way", "x", "×", "*", "p", "s"]
        guard let unit = units.first(where: plain.hasSuffix) ?? ["x", "×"].first(where: plain.hasPrefix) else {
            return nil
        }
        let number = plain.hasSuffix(unit) ? plain.dropLast(unit.count) : plain.dropFirst(unit.count)
        let words = ["single": 1, "one": 1, "dual": 2, "two": 2, "quad": 4, "four": 4, "eight": 8]
        return words[String(number)] ?? Int(number).flatMap { (1...8).contains($0) ? $0 : nil }
    }

    private static func isMaker(_ word: Substring) -> Bool {
        ["amd", "intel", "xeon", "epyc", "opteron", "ampere"].contains { word.lowercased().hasPrefix($0) }
    }

    /// Whether a word is of a processor's name for servers.
    private static func isServers(_ word: Substring) -> Bool {
        ["xeon", "epyc", "opteron", "altra", "platinum", "gold", "silver", "bronze", "e5", "e7"].contains {
            word.lowercased().hasPrefix($0)
        }
    }

    /// A name as its maker writes it, where people write it in another way: `E5 2680 v4`, `EPYC-7763`, `epyc7763`, `Ryzen9 7950X`,
    /// `Xeon 6 6780E`, `EPYC 9654 96C/192T`, `EPYC Embedded 3251`, `NVIDIA Grace`, or with a dash of print.
    private static func usual(_ text: String) -> String {
        let dashes: Set<Unicode.Scalar> = ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}"]
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { plain.append(dashes.contains(scalar) ? "-" : scalar) }
        var words: [String] = []
        for word in String(plain).split(separator: " ") {
            let lower = word.lowercased()
            let last = words.last?.lowercased() ?? ""
            // What dealers add: the metal's letter, and v0 to a Xeon without a version.
            if let metal = metal(lower) {
                words += ["Xeon", metal]
                continue
            }
            if lower == "v0" || lower == "v1" { continue }
            // Dell's "2.1G".
            if lower.hasSuffix("g"), isDecimal(String(lower.dropLast())) { continue }
            // "20 cores".
            if lower == "cores", let number = Int(last) {
                words[words.count - 1] = "\(number)-core"
                continue
            }
            // Names of EPYC are used without it; to Ryzen it matters.
            if lower == "nvidia" || (lower == "embedded" && last.hasPrefix("epyc")) { continue }
            // In "Snapdragon 7c", it is the model.
            if words.contains(where: { $0.filter(\.isNumber).count >= 3 }), let cores = cores(lower) {
                words.append("\(cores)-core")
            } else if ["e3", "e5", "e7"].contains(last), lower.prefix(4).allSatisfy(\.isNumber), lower.count >= 4 {
                words[words.count - 1] += "-\(word)"
            } else if let (brand, rest) = brand(of: lower) {
                words += [brand, String(word.dropFirst(word.count - rest.count))]
            } else {
                words.append(String(word))
            }
        }
        // "Xeon 6" is a family, whose processors are called "Xeon 6780E".
        if let family = words.indices.dropFirst().dropLast().first(where: {
            words[$0] == "6" && words[$0 - 1].lowercased().hasPrefix("xeon") && words[$0 + 1].first?.isNumber == true
        }) {
            words.remove(at: family)
        }
        if !text.lowercased().contains("xeon"), isXeon(words) { words.insert("Xeon", at: 0) }
        // "AMD 7763", but not "AMD 7945HX", which is a Ryzen.
        if words.count == 2, words[0].lowercased() == "amd" {
            let epyc = "EPYC \(words[1])"
            if let generation = ProcessorName(epyc).generation,
                ProcessorCores.perSocket(of: generation, key: ProcessorKey(epyc).text) != nil
            {
                words[0] = "EPYC"
            }
        }
        return words.joined(separator: " ")
    }

    /// Whether words are of a Xeon's name: `E5-2680 v4`, `Gold 6230`.
    private static func isXeon(_ words: [String]) -> Bool {
        let lower = words.map { $0.lowercased() }
        if lower.contains(where: { $0.hasPrefix("pentium") || $0.hasPrefix("celeron") }) { return false }
        return lower.contains { ["e3-", "e5-", "e7-"].contains($0.prefix(3)) }
            || zip(lower, lower.dropFirst()).contains { metal, number in
                ["bronze", "silver", "gold", "platinum"].contains(metal)
                    && ModelNumber(number).map { $0.digits == 4 && $0.prefix.isEmpty } == true
            }
    }

    /// The cores of a word such as `96c` or `96c/192t`.
    private static func cores(_ word: String) -> Int? {
        let parts = word.filter { !"(),".contains($0) }.split(separator: "/")
        guard let first = parts.first, first.last == "c", first.count <= 4 else { return nil }
        let isAlone = parts.count == 1 || (parts.count == 2 && parts[1].last == "t" && Int(parts[1].dropLast()) != nil)
        return isAlone ? Int(first.dropLast()).flatMap { $0 > 0 ? $0 : nil } : nil
    }

    /// The metal of a word such as `xeon-gold` or `xeon-g`.
    private static func metal(_ word: String) -> String? {
        guard word.hasPrefix("xeon-") else { return nil }
        let rest = word.dropFirst("xeon-".count)
        return ["Bronze", "Silver", "Gold", "Platinum"].first {
            rest == $0.lowercased() || rest == $0.lowercased().prefix(1)
        }
    }

    /// A brand that a number follows without a blank, and the rest: `epyc-7763`, `ryzen9`, `ryzen7-5800x`.
    private static func brand(of word: String) -> (brand: String, rest: Substring)? {
        for brand in ["epyc", "ryzen"] where word.hasPrefix(brand) {
            let rest = word.dropFirst(brand.count).drop { $0 == "-" }
            guard rest.first?.isNumber == true else { return nil }
            guard brand == "ryzen", let dash = rest.firstIndex(of: "-") else { return (brand, rest) }
            return ("\(brand) \(rest[..<dash])", rest[rest.index(after: dash)...])
        }
        return nil
    }
}
