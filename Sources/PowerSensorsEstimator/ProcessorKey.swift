/// Identifies a processor within its generation, and tells its nominal frequency, both parsed from its name.
///
/// The fitting program parses names in the same way.
package struct ProcessorKey: Hashable, Sendable {
    /// The identifying words, joined, such as `8380` or `e52670v2`; empty if there are none.
    package let text: String

    /// The nominal frequency in MHz, if the name contains it.
    package let megahertz: Double?

    /// Words that do not identify a processor.
    private static let ignoredWords: Set<String> = [
        "intel", "amd", "ampere", "cpu", "processor", "xeon", "platinum", "gold", "silver", "bronze", "epyc", "opteron",
        "core", "altra", "64-bit", "multi-core", "e", "0", "ghz",
    ]

    package init(_ name: String) {
        let name = Array(name.lowercased().utf8)
        let words = Self.words(of: name, endingAt: [UInt8(ascii: "("), UInt8(ascii: "@"), UInt8(ascii: ",")])
        var kept = ""
        for (index, word) in words.enumerated() {
            let isFrequency =
                word.hasSuffix("ghz") || Self.isDecimal(word)
                || words.indices.contains(index + 1) && words[index + 1] == "ghz"
            if Self.ignoredWords.contains(word) || word.hasSuffix("-core") || isFrequency { continue }
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

    /// Whether a word consists of digits, a point and digits.
    private static func isDecimal(_ word: String) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    /// The words up to the first of some characters. (r) and (tm) separate words.
    private static func words(of name: [UInt8], endingAt ends: [UInt8]) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var rest = name[...]
        while let byte = rest.first {
            if let mark = ["(r)", "(tm)"].first(where: { rest.starts(with: $0.utf8) }) {
                rest = rest.dropFirst(mark.utf8.count)
            } else if ends.contains(byte) {
                break
            } else {
                rest = rest.dropFirst()
                let isLetterOrDigit = (97...122).contains(byte) || (48...57).contains(byte)
                if isLetterOrDigit || "+.-".utf8.contains(byte) {
                    word.append(byte)
                    continue
                }
            }
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word = []
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
