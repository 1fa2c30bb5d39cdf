/// What tells a processor from others of its generation, and its nominal frequency, as its name says them.
///
/// The fitting program takes names apart in the same way.
package struct ProcessorKey: Hashable, Sendable {
    /// The words that tell it apart, joined, such as `8380` or `e52670v2`; empty where the name has none.
    package let text: String

    /// The nominal frequency in MHz, where the name has it.
    package let megahertz: Double?

    /// What says nothing of a processor beyond its generation.
    private static let idleWords: Set<String> = [
        "intel", "amd", "ampere", "cpu", "processor", "xeon", "platinum", "gold", "silver", "bronze", "epyc", "opteron",
        "core", "altra", "64-bit", "multi-core", "e", "0", "ghz",
    ]

    /// Takes a name apart.
    package init(_ name: String) {
        let name = Array(name.lowercased().utf8)
        let words = Self.words(of: name, endingAt: [UInt8(ascii: "("), UInt8(ascii: "@"), UInt8(ascii: ",")])
        var kept = ""
        for (index, word) in words.enumerated() {
            let isFrequency =
                word.hasSuffix("ghz") || Self.isDecimal(word)
                || words.indices.contains(index + 1) && words[index + 1] == "ghz"
            if Self.idleWords.contains(word) || word.hasSuffix("-core") || isFrequency { continue }
            kept += word
        }
        text = kept.filter { $0 != "-" && $0 != "." }

        let all = Self.words(of: name, endingAt: [UInt8(ascii: "("), UInt8(ascii: ",")])
        var megahertz: Double?
        for (index, word) in all.enumerated() where word.hasSuffix("ghz") {
            let number = word == "ghz" ? index > 0 ? all[index - 1] : "" : String(word.dropLast(3))
            megahertz = Double(number).map { $0 * 1000 }
            break
        }
        self.megahertz = megahertz
    }

    /// Whether a word is digits, a point and digits.
    private static func isDecimal(_ word: String) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    /// The words before the first of some marks; (r) and (tm) only end a word.
    private static func words(of name: [UInt8], endingAt ends: [UInt8]) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var at = 0
        while at < name.count {
            let rest = name[at...]
            if let mark = ["(r)", "(tm)"].first(where: { rest.starts(with: $0.utf8) }) {
                at += mark.utf8.count
            } else if ends.contains(name[at]) {
                break
            } else {
                at += 1
                switch name[at - 1] {
                case let byte
                where (97...122).contains(byte) || (48...57).contains(byte)
                    || [UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte):
                    word.append(byte)
                    continue
                default: break
                }
            }
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word = []
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
