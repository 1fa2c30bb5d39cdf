/// A processor's name, and what it says.
package struct NamedProcessor: Hashable, Sendable {
    /// The name as it was written.
    package let text: String

    package let name: ProcessorName

    package let key: ProcessorKey

    /// How many there are, if the text begins with that, as in `2 x AMD EPYC 7763` or `Dual Intel Xeon Gold 6130`.
    package let sockets: Int?

    package init(_ text: String) {
        self.text = text
        let (sockets, rest) = Self.counted(text)
        self.sockets = sockets
        let usual = Self.usual(rest)
        name = ProcessorName(usual)
        key = ProcessorKey(usual)
    }

    /// The number before a name, and the name.
    private static func counted(_ text: String) -> (Int?, String) {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count > 1, let first = words.first?.lowercased() else { return (nil, text) }
        func rest(after count: Int) -> String { words.dropFirst(count).joined(separator: " ") }
        let times = { (word: String) in ["x", "×", "*"].contains(word.lowercased()) }
        if let number = Int(first), (1...8).contains(number), times(words[1]) { return (number, rest(after: 2)) }
        if let last = first.last, times(String(last)), let number = Int(first.dropLast()), (1...8).contains(number) {
            return (number, rest(after: 1))
        }
        // "Dual Core AMD Opteron" says something else.
        let number = ["single": 1, "dual": 2, "quad": 4][first]
        return number == nil || words[1].lowercased().hasPrefix("core") ? (nil, text) : (number, rest(after: 1))
    }

    /// A name as its maker writes it, where people write it in another way: `E5 2680 v4`, `EPYC-7763`, `epyc7763`, `Ryzen9 7950X`,
    /// `Xeon 6 6780E`, or with a dash of print.
    private static func usual(_ text: String) -> String {
        let dashes: Set<Unicode.Scalar> = ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}"]
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { plain.append(dashes.contains(scalar) ? "-" : scalar) }
        var words: [String] = []
        for word in String(plain).split(separator: " ") {
            let lower = word.lowercased()
            let last = words.last?.lowercased() ?? ""
            if ["e3", "e5", "e7"].contains(last), lower.prefix(4).allSatisfy(\.isNumber), lower.count >= 4 {
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
        let isXeon = words.contains { ["e3-", "e5-", "e7-"].contains($0.lowercased().prefix(3)) }
        if isXeon, !text.lowercased().contains("xeon") { words.insert("Xeon", at: 0) }
        return words.joined(separator: " ")
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
