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
        let words = text.split(whereSeparator: \.isWhitespace)
        // "Dual Core AMD Opteron" says something else.
        let numbers = ["single": 1, "dual": 2, "quad": 4]
        if words.count > 1, let number = numbers[words[0].lowercased()], !words[1].lowercased().hasPrefix("core") {
            return (number, words.dropFirst().joined(separator: " "))
        }
        // The 2 x, 2x, 2P, 2S and 2 sockets of one or two words; after a model's number also x2.
        for count in [2, 1] where words.count > count {
            if let number = number(words.prefix(count).joined()) {
                return (number, words.dropFirst(count).joined(separator: " "))
            }
            let rest = words.dropLast(count)
            guard rest.contains(where: { $0.filter(\.isNumber).count >= 4 }) else { continue }
            let last = words.suffix(count).joined()
            if let number = number(last) ?? number(String(last.reversed()), hasSocket: false) {
                return (number, rest.joined(separator: " "))
            }
        }
        return (nil, text)
    }

    /// The number of processors that a text such as `2x` says; nil for other texts.
    private static func number(_ text: String, hasSocket: Bool = true) -> Int? {
        let plain = text.lowercased().filter { !"()-,".contains($0) }
        guard let first = plain.first, let number = first.wholeNumberValue, (1...8).contains(number) else { return nil }
        let units = ["x", "×", "*"] + (hasSocket ? ["p", "s", "socket", "sockets"] : [])
        return units.contains(String(plain.dropFirst())) ? number : nil
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
            if ["embedded", "nvidia"].contains(lower) { continue }
            if let cores = cores(lower) {
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
        let isXeon = words.contains { ["e3-", "e5-", "e7-"].contains($0.lowercased().prefix(3)) }
        if isXeon, !text.lowercased().contains("xeon") { words.insert("Xeon", at: 0) }
        return words.joined(separator: " ")
    }

    /// The cores of a word such as `96c` or `96c/192t`.
    private static func cores(_ word: String) -> Int? {
        let parts = word.split(separator: "/")
        guard let first = parts.first, first.last == "c", first.count <= 4 else { return nil }
        let isAlone = parts.count == 1 || (parts.count == 2 && parts[1].last == "t" && Int(parts[1].dropLast()) != nil)
        return isAlone ? Int(first.dropLast()).flatMap { $0 > 0 ? $0 : nil } : nil
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
