#if Exporters
import PowerSensors

/// Reads the part of YAML 1.2 that settings are written in: mappings by indentation or in braces, plain and quoted strings on
/// one line each, and comments.
///
/// Whatever else YAML has, such as lists, anchors, tags and strings of several lines, is refused with its line and never
/// misread. A whole YAML library would bring Foundation and the tables of ICU into every program with an endpoint.
struct YAMLParser {
    /// No setting stands deeper, and a file of braces must not use up the stack.
    private static let maximumDepth = 8

    private let name: String
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    /// Where the line's indentation ends, once it is known.
    private var contentStart: Int?

    /// - Parameters:
    ///   - bytes: The text, in UTF-8.
    ///   - name: The file's name for messages.
    /// - Throws: ``EndpointError`` if a line is not UTF-8, or has control characters.
    init(_ bytes: [UInt8], name: String) throws(EndpointError) {
        self.name = name
        self.bytes = Array(bytes.withoutByteOrderMark)
        for (index, line) in self.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            guard let text = String(validating: line, as: UTF8.self) else {
                throw EndpointError("\(name), line \(index + 1): this is not UTF-8")
            }
            let isPlain = text.unicodeScalars.allSatisfy {
                $0 == "\t" || $0 == "\r" || $0.properties.generalCategory != .control
            }
            guard isPlain else { throw EndpointError("\(name), line \(index + 1): this has a control character") }
        }
    }

    /// The mapping that the file holds; nil where it holds nothing.
    mutating func document() throws(EndpointError) -> YAMLMapping? {
        try skipToContent()
        if column == 0, bytes[index...].starts(with: "---".utf8), lineEnds(at: index + 3) {
            index += 3
            try skipToContent()
        }
        if isAtEnd { return nil }
        let mapping = try next == UInt8(ascii: "{") ? flowMapping(depth: 1) : blockMapping(depth: 1)
        try skipToContent()
        guard isAtEnd else { throw error("does not fit the indentation of the lines above") }
        return mapping
    }

    // MARK: Mappings

    /// Reads lines of `key: value` that begin at the present column.
    private mutating func blockMapping(depth: Int) throws(EndpointError) -> YAMLMapping {
        let column = self.column
        var mapping = try start(depth: depth)
        repeat {
            let key = try self.key(isFlow: false)
            skipSpaces()
            if lineEnds(at: index) {
                try skipToContent()
                let isNested = !isAtEnd && self.column > column
                try mapping.add(key, isNested ? .mapping(blockMapping(depth: depth + 1)) : .null)
            } else {
                try mapping.add(key, value(isFlow: false, depth: depth))
                skipSpaces()
                guard lineEnds(at: index) else { throw error("continues after its value; put the value in quotes") }
                try skipToContent()
            }
        } while !isAtEnd && self.column == column
        return mapping
    }

    /// Reads `{key: value, …}`, on one line or on several.
    private mutating func flowMapping(depth: Int) throws(EndpointError) -> YAMLMapping {
        var mapping = try start(depth: depth)
        index += 1
        while true {
            try skipToContent()
            if take("}") { return mapping }
            let key = try self.key(isFlow: true)
            try skipToContent()
            try mapping.add(key, value(isFlow: true, depth: depth))
            try skipToContent()
            guard next == UInt8(ascii: "}") || take(",") else { throw error("lacks a comma or the closing brace") }
        }
    }

    private func start(depth: Int) throws(EndpointError) -> YAMLMapping {
        guard depth <= Self.maximumDepth else { throw error("is nested too deeply") }
        return YAMLMapping(position: position)
    }

    private mutating func key(isFlow: Bool) throws(EndpointError) -> YAMLKey {
        let position = self.position
        let (text, _) = try scalar(isFlow: isFlow, whatFor: "key")
        skipSpaces()
        guard take(":"), isFlow || isAtEnd || isSpace(next) || isLineBreak(next) else {
            throw EndpointError("\(position): expected a mapping, that is, lines of `key: value`")
        }
        return YAMLKey(text: text, position: position)
    }

    private mutating func value(isFlow: Bool, depth: Int) throws(EndpointError) -> YAMLValue {
        if next == UInt8(ascii: "{") { return .mapping(try flowMapping(depth: depth + 1)) }
        if isFlow, next == UInt8(ascii: ",") || next == UInt8(ascii: "}") { return .null }
        let (text, isQuoted) = try scalar(isFlow: isFlow, whatFor: "value")
        return !isQuoted && ["~", "null", "Null", "NULL"].contains(text) ? .null : .string(text)
    }

    // MARK: Strings

    private mutating func scalar(
        isFlow: Bool, whatFor: String
    ) throws(EndpointError) -> (text: String, isQuoted: Bool) {
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): (try quoted(), true)
        default: (try plain(isFlow: isFlow, whatFor: whatFor), false)
        }
    }

    private mutating func quoted() throws(EndpointError) -> String {
        let quote = bytes[index]
        var text: [UInt8] = []
        index += 1
        while let byte = next, !isLineBreak(byte) {
            index += 1
            if byte == quote {
                // In single quotes, two of them are one.
                guard quote == UInt8(ascii: "'"), take("'") else { return String(decoding: text, as: UTF8.self) }
                text.append(quote)
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard let escaped = next, [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(escaped)
                else { throw error("has an escape other than \\\" and \\\\; use single quotes, which have none") }
                text.append(escaped)
                index += 1
            } else {
                text.append(byte)
            }
        }
        throw error("lacks the closing quote")
    }

    private mutating func plain(isFlow: Bool, whatFor: String) throws(EndpointError) -> String {
        let start = index
        try checkStart(whatFor: whatFor)
        while let byte = next, !isLineBreak(byte) {
            let isLast = index + 1 == bytes.count || isSpace(bytes[index + 1]) || isLineBreak(bytes[index + 1])
            if byte == UInt8(ascii: ":"), isLast || isFlow && ",{}[]".utf8.contains(bytes[index + 1]) { break }
            if byte == UInt8(ascii: "#"), index > start, isSpace(bytes[index - 1]) { break }
            if isFlow, ",{}[]".utf8.contains(byte) { break }
            index += 1
        }
        var end = index
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Refuses characters that would begin something else than a plain string.
    private func checkStart(whatFor: String) throws(EndpointError) {
        guard let first = next else { throw error("ends where a \(whatFor) is expected") }
        let isAlone = index + 1 == bytes.count || isSpace(bytes[index + 1]) || isLineBreak(bytes[index + 1])
        let isMarker = column == 0 && bytes[index...].starts(with: "---".utf8)
        if ",[]{}&*!|>%@`:#".utf8.contains(first) || "-?".utf8.contains(first) && isAlone || isMarker {
            let shown = Character(Unicode.Scalar(first))
            throw EndpointError(
                "\(position): a \(whatFor) that begins with \(shown) is not supported; put it in quotes, or write a mapping, that is, "
                    + "lines of `key: value`")
        }
    }

    // MARK: Characters

    private var isAtEnd: Bool { index >= bytes.count }
    private var next: UInt8? { isAtEnd ? nil : bytes[index] }
    private var column: Int { index - lineStart }
    private var position: String { "\(name), line \(line)" }

    private func error(_ problem: String) -> EndpointError { EndpointError("\(position): this \(problem)") }

    private func isSpace(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private func isLineBreak(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// Whether nothing but spaces and a comment stands from here to the end of the line.
    private func lineEnds(at start: Int) -> Bool {
        let rest = bytes[start...].prefix { !isLineBreak($0) }
        guard let first = rest.firstIndex(where: { !isSpace($0) }) else { return true }
        return bytes[first] == UInt8(ascii: "#") && isSpace(bytes[first - 1])
    }

    private mutating func skipSpaces() {
        while isSpace(next) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Goes on to the next character that is no space, line break or comment.
    private mutating func skipToContent() throws(EndpointError) {
        while let byte = next {
            if byte == UInt8(ascii: "#"), index == lineStart || isSpace(bytes[index - 1]) {
                while let byte = next, !isLineBreak(byte) { index += 1 }
            } else if isLineBreak(byte) {
                index += 1
                // A carriage return and a line feed are one line break.
                if byte == UInt8(ascii: "\n") || next != UInt8(ascii: "\n") { line += 1 }
                lineStart = index
                contentStart = nil
            } else if isSpace(byte) {
                index += 1
            } else {
                if contentStart == nil {
                    contentStart = index
                    guard !bytes[lineStart..<index].contains(UInt8(ascii: "\t")) else {
                        throw error("is indented by a tab; use spaces")
                    }
                }
                return
            }
        }
    }
}
#endif
