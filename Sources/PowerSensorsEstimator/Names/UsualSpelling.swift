/// A processor's name as its maker writes it, where people write it in another way: `E5 2680 v4`, `EPYC-7763`, `epyc7763`,
/// `Ryzen9 7950X`, `Xeon 6 6780E`, `EPYC 9654 96C/192T`, `EPYC Embedded 3251`, `NVIDIA Grace`, or with a dash of print.
struct UsualSpelling {
    private(set) var text = ""

    /// The design power in watts, if it is written beside the name.
    private(set) var designPower: Double?

    init(of written: String) {
        var words = words(of: written)
        // "Xeon 6" is a family, whose processors are called "Xeon 6780E".
        if let family = words.indices.dropFirst().dropLast().first(where: {
            words[$0] == "6" && words[$0 - 1].lowercased().hasPrefix("xeon") && words[$0 + 1].first?.isNumber == true
        }) {
            words.remove(at: family)
        }
        if Self.isXeon(words) {
            words.insert("Xeon", at: 0)
        } else if Self.isEPYC(words) {
            words[0] = "EPYC"
        }
        text = words.joined(separator: " ")
    }

    private mutating func words(of written: String) -> [String] {
        let dashes: Set<Unicode.Scalar> = ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}"]
        var plain = String.UnicodeScalarView()
        for scalar in written.unicodeScalars { plain.append(dashes.contains(scalar) ? "-" : scalar) }
        var words: [String] = []
        for word in String(plain).split(whereSeparator: \.isWhitespace) {
            let lower = word.lowercased()
            let last = words.last?.lowercased() ?? ""
            // Names of EPYC are used without "Embedded" and the code name; to Ryzen it matters.
            let isOfEPYC = last.hasPrefix("epyc") && (lower == "embedded" || Self.codeNames.contains(lower))
            // What dealers add: v0 to a Xeon without a version, "2.1G", "35.75MB", "205W".
            if isOfEPYC || ["nvidia", "v0", "v1", "kit"].contains(lower) { continue }
            if words.count > 1, let (number, unit) = Self.measure(lower) {
                if unit == "w" { designPower = number }
            } else if let metal = Self.metal(lower) {
                words += ["Xeon", metal]
            } else if lower == "cores", let number = Int(last) {
                words[words.count - 1] = "\(number)-core"
            } else if words.contains(where: { $0.filter(\.isNumber).count >= 3 }), let cores = Self.cores(lower) {
                // In "Snapdragon 7c", it is the model.
                words.append("\(cores)-core")
            } else if ["e3", "e5", "e7"].contains(last), lower.prefix(4).allSatisfy(\.isNumber), lower.count >= 4 {
                words[words.count - 1] += "-\(word)"
            } else if let (brand, rest) = Self.brand(of: lower) {
                words += [brand, String(word.dropFirst(word.count - rest.count))]
            } else {
                words.append(String(word))
            }
        }
        return words
    }

    /// Whether words are a Xeon's name without that word: `E5-2680 v4`, `Gold 6230`.
    private static func isXeon(_ words: [String]) -> Bool {
        let lower = words.map { $0.lowercased() }
        if lower.contains(where: { word in ["xeon", "pentium", "celeron"].contains { word.contains($0) } }) {
            return false
        }
        return lower.contains { ["e3-", "e5-", "e7-"].contains($0.prefix(3)) }
            || zip(lower, lower.dropFirst()).contains { metal, number in
                ["bronze", "silver", "gold", "platinum"].contains(metal)
                    && ModelNumber(number).map { $0.digits == 4 && $0.prefix.isEmpty } == true
            }
    }

    /// Whether words are an EPYC's name without that word: `AMD 7763`, but not `AMD 7945HX`, which is a Ryzen.
    private static func isEPYC(_ words: [String]) -> Bool {
        guard words.count == 2, words[0].lowercased() == "amd" else { return false }
        let epyc = "EPYC \(words[1])"
        guard let generation = ProcessorName(epyc).generation else { return false }
        return ProcessorCores.perSocket(of: generation, key: ProcessorKey(epyc).text) != nil
    }

    private static let codeNames: Set<String> = ["naples", "rome", "milan", "genoa", "bergamo", "siena", "turin"]

    /// The number and the unit of a word such as `2.1g`, `35.75mb` or `205w`; nil for others.
    private static func measure(_ word: String) -> (number: Double, unit: String)? {
        let plain = word.filter { !"(),".contains($0) }
        let digits = plain.prefix { $0.isNumber || $0 == "." }
        let unit = String(plain.dropFirst(digits.count))
        guard let number = Double(digits) else { return nil }
        let isMeasure =
            switch unit {
            case "w": (10...1000).contains(number)
            case "g": digits.contains(".")
            default: ["mb", "gb", "tb"].contains(unit)
            }
        return isMeasure ? (number, unit) : nil
    }

    /// The cores of a word such as `96c`, `96c/192t` or `22core`.
    private static func cores(_ word: String) -> Int? {
        let parts = word.filter { !"(),".contains($0) }.split(separator: "/")
        if let number = parts.first.flatMap({ $0.hasSuffix("core") ? Int($0.dropLast(4)) : nil }) { return number }
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
