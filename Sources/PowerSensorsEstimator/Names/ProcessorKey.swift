/// What a processor's name contains: the words that identify it within its generation, and its nominal frequency.
///
/// The program that fits the model, in `Fitting`, must parse names in the same way, since the model's tables hold its
/// keys.
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
        let words = nameWords(name, endingAt: "(@,".utf8)
        var kept = ""
        for (index, word) in words.enumerated() {
            let isFrequency =
                word.hasSuffix("ghz") || isDecimal(word)
                || (words.indices.contains(index + 1) && words[index + 1] == "ghz")
            let isCount = word.hasSuffix("-core") || word.hasSuffix("-cores")
            if Self.ignoredWords.contains(word) || isCount || isFrequency { continue }
            kept += word
        }
        text = kept.filter { $0 != "-" && $0 != "." }

        let all = name.utf8.contains(UInt8(ascii: "@")) ? nameWords(name, endingAt: "(,".utf8) : words
        megahertz = all.firstIndex { $0.hasSuffix("ghz") }.flatMap { index in
            let number = all[index] == "ghz" ? index > 0 ? all[index - 1] : "" : String(all[index].dropLast(3))
            return Double(number).map { $0 * 1000 }
        }
    }

    /// Whether a key is that of a processor for little power: L before its number, or HE, EE, L, T or U after it. After
    /// the numbers of Xeon Scalable, L stands for much memory.
    package static func isForLittlePower(_ key: String) -> Bool {
        let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
        var key = Array(key.utf8)[...]
        if key.first == UInt8(ascii: "l"), key.dropFirst().first.map(isDigit) == true { return true }
        // A version, such as v3, follows the letters of a Xeon E3.
        let line = key.prefix(2)
        if line.count == 2, ["e3", "e5", "e7", "i3", "i5", "i7", "i9"].contains(where: { line.elementsEqual($0.utf8) })
        {
            if key.count > 2, key.last.map(isDigit) == true, key.dropLast().last == UInt8(ascii: "v") {
                key = key.dropLast(2)
            }
            guard let letter = key.last, "ltu".utf8.contains(letter) else { return false }
            return key.dropFirst(2).dropLast().allSatisfy(isDigit)
        }
        guard key.last == UInt8(ascii: "e"), key.dropLast().last.map("he".utf8.contains) == true else { return false }
        return key.count > 2 && key.dropLast(2).allSatisfy(isDigit)
    }
}
