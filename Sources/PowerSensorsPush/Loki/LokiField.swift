#if Exporters
import PowerSensorsExporters

/// A name and a value in a line.
package struct LokiField: Sendable {
    let key: String
    /// The digits of a number, or a word.
    let text: String
    let isWord: Bool

    package init(_ key: String, _ value: Double) { (self.key, text, isWord) = (key, value.description, false) }

    package init(_ key: String, _ value: Int) { (self.key, text, isWord) = (key, value.description, false) }

    package init(_ key: String, _ value: String) { (self.key, text, isWord) = (key, Self.readable(value), true) }

    /// Loki replaces a value that contains U+FFFD, the sign for invalid text, by an empty one.
    private static func readable(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{FFFD}") else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{FFFD}" ? "?" : $0 }))
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
            line += field.key + "=" + (field.isWord && field.text.needsQuotes ? field.text.quoted : field.text)
        }
        return line
    }

    /// The fields as one JSON object.
    package var json: String {
        String(decoding: JSONWriter.rendering { $0.object(self) }, as: UTF8.self)
    }
}

extension JSONWriter {
    /// Writes fields as one object.
    mutating func object(_ fields: [LokiField]) {
        object { json in
            for field in fields {
                json.name(text: field.key)
                if field.isWord { json.string(field.text) } else { json.rendered(Array(field.text.utf8)) }
            }
        }
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
