#if Exporters
import PowerSensorsExporters

/// A name and a value in a line.
package struct LokiField: Sendable {
    enum Value: Sendable {
        case number(Double)
        case count(Int)
        case word(String)
    }

    let key: String
    let value: Value

    package init(_ key: String, _ value: Double) { (self.key, self.value) = (key, .number(value)) }

    package init(_ key: String, _ value: Int) { (self.key, self.value) = (key, .count(value)) }

    package init(_ key: String, _ value: String) { (self.key, self.value) = (key, .word(Self.readable(value))) }

    /// Loki replaces a value that contains U+FFFD, the sign for invalid text, by an empty one.
    private static func readable(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{FFFD}") else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{FFFD}" ? "?" : $0 }))
    }

    var isWord: Bool {
        if case .word = value { true } else { false }
    }
}

extension [LokiField] {
    /// Appends a number if it is known. An unknown one is left out rather than 0.
    package mutating func append(_ key: String, _ number: Double?) {
        if let number, number.isFinite { append(LokiField(key, number)) }
    }

    /// The fields in logfmt: `key=value` separated by spaces, with quotation marks where a value needs them.
    package var logfmt: String {
        var line = ""
        for field in self {
            if !line.isEmpty { line += " " }
            line += field.key + "="
            switch field.value {
            case .number(let number): line += number.description
            case .count(let count): line += count.description
            case .word(let word): line += word.needsQuotes ? word.quoted : word
            }
        }
        return line
    }

    /// The fields as one JSON object.
    package var json: String {
        let bytes = JSONWriter.rendering { json in
            json.object { json in
                for field in self {
                    json.name(text: field.key)
                    switch field.value {
                    case .number(let number): json.number(number)
                    case .count(let count): json.number(count)
                    case .word(let word): json.string(word)
                    }
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    fileprivate var needsQuotes: Bool {
        isEmpty
            || unicodeScalars.contains {
                $0.value <= 0x20 || $0 == "\"" || $0 == "=" || $0 == "\\" || $0.isUnsafeToShow
            }
    }

    /// The text as a JSON string, which LogQL's logfmt parser reads.
    fileprivate var quoted: String {
        String(decoding: JSONWriter.rendering { $0.string(self) }, as: UTF8.self)
    }
}
#endif
