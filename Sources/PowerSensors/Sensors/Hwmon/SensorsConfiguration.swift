/// Which values a configuration of libsensors computes.
///
/// The library applies a computation and does not say that there is one: a value that happens to come out unchanged looks
/// like one that is passed on as it is. So its files are searched for `compute` lines. What is found in excess costs time
/// and changes nothing, since such a value is read through the library (man page sensors.conf(5)).
package struct SensorsConfiguration: Sendable {
    private struct Rule: Hashable, Sendable {
        let chip: String
        let feature: String
    }

    private var rules: Set<Rule> = []

    /// What the texts of several files compute, each text a file.
    package init(_ texts: [String]) {
        for text in texts { read(text) }
    }

    /// The files that the library reads of itself.
    ///
    /// - Parameter root: The root of the file system, as links may lead out of `/etc`.
    package static func ofSystem(_ root: SystemRoot = SystemRoot(mountPoint: "/")) -> SensorsConfiguration {
        let main = ["etc/sensors3.conf", "etc/sensors.conf"].first { root.exists($0) }
        let others = ((try? root.list("etc/sensors.d")) ?? []).map { "etc/sensors.d/\($0)" }
        let texts = ([main].compactMap(\.self) + others).compactMap { try? root.bytes($0) }
        return SensorsConfiguration(texts.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Whether some line may compute a feature, such as `in3`, of chips of a name.
    package func computes(_ feature: String, ofChip name: String) -> Bool {
        rules.contains(Rule(chip: name, feature: feature)) || rules.contains(Rule(chip: "*", feature: feature))
    }

    private mutating func read(_ text: String) {
        var chips: [String] = []
        for line in Self.lines(of: text) {
            let words = Self.words(of: line)
            switch words.first {
            case "chip": chips = words.dropFirst().map(Self.name(inPattern:))
            case "compute" where words.count > 1:
                for chip in chips { rules.insert(Rule(chip: chip, feature: words[1])) }
            default: continue
            }
        }
    }

    /// Lines, of which a backslash at the end joins two.
    private static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var joined = ""
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.last == "\\" {
                joined += line.dropLast() + " "
            } else {
                lines.append(joined + line)
                joined = ""
            }
        }
        return joined.isEmpty ? lines : lines + [joined]
    }

    /// Words and quoted texts, up to a comment.
    private static func words(of line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == "#" {
                break
            } else if !isQuoted, character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// The chip's name in `name-bus-address`, where each part may be `*`.
    private static func name(inPattern pattern: String) -> String {
        pattern.split(separator: "-", maxSplits: 1).first.map(String.init) ?? "*"
    }
}
