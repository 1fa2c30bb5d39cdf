package import PowerSensorsCore

/// Finds out which values a configuration of libsensors computes (sensors.conf(5)).
///
/// The library applies computations without reporting which values have one, and a computation may leave a value
/// unchanged. So the files of the configuration are searched for `compute` lines. A value that is found by mistake only
/// costs time, since it is read through the library.
package struct SensorsConfiguration: Sendable {
    /// The features that are computed, by the name of their chips; `*` stands for all chips.
    private var rules: [String: Set<String>] = [:]

    /// Parses the texts of the files.
    package init(_ texts: [String]) {
        for text in texts { parse(text) }
    }

    /// Parses the files that the library reads by default.
    ///
    /// - Parameter root: The root of the file system; `/etc` alone would not do, since links may lead out of it.
    package static func ofSystem(_ root: SystemRoot = SystemRoot(mountPoint: "/")) -> SensorsConfiguration {
        let main = ["etc/sensors3.conf", "etc/sensors.conf"].first { root.exists($0) }
        let others = ((try? root.list("etc/sensors.d")) ?? []).map { "etc/sensors.d/\($0)" }
        let texts = ([main].compactMap(\.self) + others).compactMap { try? root.bytes($0) }
        return SensorsConfiguration(texts.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Whether a line may compute a feature, such as `in3`, of the chips with the given name.
    package func computes(_ feature: String, ofChip name: String) -> Bool {
        [name, "*"].contains { rules[$0]?.contains(feature) ?? false }
    }

    private mutating func parse(_ text: String) {
        var chips: [String] = []
        for line in Self.lines(of: text) {
            let words = Self.words(of: line)
            switch words.first {
            case "chip": chips = words.dropFirst().map(Self.name(inPattern:))
            case "compute" where words.count > 1:
                for chip in chips { rules[chip, default: []].insert(words[1]) }
            default: continue
            }
        }
    }

    /// Splits into lines; a backslash at its end joins a line to the next.
    private static func lines(of text: String) -> [String] {
        var lines = [""]
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let isJoined = line.last == "\\"
            let part: Substring = isJoined ? line.dropLast() + " " : line
            lines[lines.count - 1] += part
            if !isJoined { lines.append("") }
        }
        return lines
    }

    /// Splits into words without their quotation marks, up to a comment.
    ///
    /// Quoted white space and `#` are not kept together: they occur in labels, but in no name of a chip or feature.
    private static func words(of line: String) -> [String] {
        line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map { $0.split(separator: "\"").joined() }
    }

    /// The chip's name in `name-bus-address`, where each part may be `*`.
    private static func name(inPattern pattern: String) -> String {
        pattern.split(separator: "-", maxSplits: 1).first.map(String.init) ?? "*"
    }
}
