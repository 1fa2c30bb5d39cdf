/// The words of a name in lower case, up to the first of the characters in `ends`: letters and digits of ASCII, `+`, `.` and `-`. The
/// marks (R) and (TM) separate words.
func nameWords(_ name: String, endingAt ends: String.UTF8View = "".utf8) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var rest = Array(name.utf8).map { (65...90).contains($0) ? $0 + 32 : $0 }[...]
    while let byte = rest.first {
        let mark = byte == UInt8(ascii: "(") ? ["(r)", "(tm)"].first { rest.starts(with: $0.utf8) } : nil
        if mark == nil, ends.contains(byte) { break }
        rest = rest.dropFirst(mark?.utf8.count ?? 1)
        if (97...122).contains(byte) || (45...46).contains(byte) || (48...57).contains(byte) || byte == 43 {
            word.append(byte)
        } else if !word.isEmpty {
            words.append(String(decoding: word, as: UTF8.self))
            word.removeAll(keepingCapacity: true)
        }
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    return words
}

/// Whether a word consists of digits, a point and digits.
func isDecimal(_ word: String) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
}

/// A processor's name taken apart.
struct NameWords: Hashable, Sendable {
    /// The words in lower case, without marks such as (R), frequencies, and words that say nothing.
    let all: [String]

    /// The words joined, so that "Sandy Bridge" equals "SandyBridge".
    let joined: String

    /// The cores that the name states, such as 64 of `64-Core`.
    let cores: Int?

    init(_ name: String) {
        let split = nameWords(name)
        var words: [String] = []
        var cores: Int?
        for (index, word) in split.enumerated() {
            if let count = Self.cores(word, index > 0 ? split[index - 1] : "") {
                cores = cores ?? count
                continue
            }
            let isFrequency =
                word.hasSuffix("ghz") || word.hasSuffix("mhz") || isDecimal(word)
                || (split.indices.contains(index + 1) && ["ghz", "mhz"].contains(split[index + 1]))
            if isFrequency || Self.ignored.contains(word) { continue }
            words.append(word)
        }
        all = words
        self.cores = cores
        joined = words.joined().filter { $0 != "-" && $0 != "." }
    }

    /// Words that say nothing; `gen` is that of `13th Gen Intel Core`.
    private static let ignored: Set<String> = [
        "r", "tm", "c", "cpu", "processor", "with", "radeon", "graphics", "vega", "gen", "soc", "series", "0", "-",
    ]

    /// The numbers that names have in words, such as `AMD Ryzen 7 1700 Eight-Core Processor`.
    private static let numbers = [
        "single": 1, "dual": 2, "triple": 3, "quad": 4, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "sixteen": 16,
    ]

    /// The number in a word such as `64-core`, or in `cores` after a number; nil for other words and impossible numbers.
    private static func cores(_ word: String, _ before: String) -> Int? {
        var number = before
        if word != "cores", word != "core" {
            guard let end = ["-core", "-cores"].first(where: word.hasSuffix) else { return nil }
            number = String(word.dropLast(end.count))
        } else if word == "core", numbers[before] == nil {
            // "Core" alone is Intel's brand.
            return nil
        }
        guard let count = numbers[number] ?? Int(number), (1...1024).contains(count) else { return nil }
        return count
    }

    func has(_ word: String) -> Bool { all.contains(word) }

    /// Whether a word begins like this.
    func hasPrefix(_ start: String) -> Bool { all.contains { $0.hasPrefix(start) } }

    /// The word after one that begins like this; nil if there is none.
    func after(_ start: String) -> String? {
        all.firstIndex { $0.hasPrefix(start) }.flatMap { all.indices.contains($0 + 1) ? all[$0 + 1] : nil }
    }

    /// The first word that has a number of at least so many digits, taken apart.
    func number(digits: Int) -> ModelNumber? {
        for word in all {
            if let number = ModelNumber(word), number.digits >= digits { return number }
        }
        return nil
    }

    /// Whether the name contains one of the words of Xeon Scalable.
    var isScalable: Bool { all.contains { ["platinum", "gold", "silver", "bronze"].contains($0) } }

    /// Whether the name is that of a hypervisor's processor model.
    var isHypervisorModel: Bool {
        hasPrefix("epyc-") || joined.contains("class") || joined.contains("e312xx")
            // A maker's name with a number may have the code name behind it: "Xeon Gold 6130 (Skylake)".
            || (NameFacts.codeName(joined) != nil && number(digits: 4) == nil)
    }
}

/// A word with a number, such as `i7-1165g7`: what is before the first digit, the digits, and what follows them.
struct ModelNumber: Hashable, Sendable {
    /// The letters before the number, without a dash.
    let prefix: String

    let value: Int

    /// How many digits the number has.
    let digits: Int

    /// What follows the number, such as `g7`.
    let suffix: String

    /// The number of a word; nil if it has none, or one of more than six digits. In words such as `i7-920` and
    /// `e5-2670`, the number is after the dash.
    init?(_ word: String) {
        var body = Substring(word)
        var start = ""
        if let dash = word.firstIndex(of: "-"), word[word.index(after: dash)...].contains(where: \.isNumber) {
            start = String(word[..<dash])
            body = word[word.index(after: dash)...]
        }
        let letters = body.prefix { !$0.isNumber }
        let number = body.dropFirst(letters.count).prefix { $0.isNumber }
        guard (1...6).contains(number.count), let value = Int(number) else { return nil }
        prefix = start + letters
        self.value = value
        digits = number.count
        suffix = String(body.dropFirst(letters.count + number.count))
    }

    /// The first digit.
    var leading: Int { (1..<digits).reduce(value) { rest, _ in rest / 10 } }

    /// The number without its last two digits, such as 76 of 7643.
    var hundreds: Int { value / 100 }
}
