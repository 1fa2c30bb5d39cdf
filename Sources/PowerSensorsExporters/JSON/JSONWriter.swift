/// Appends JSON (RFC 8259) to a buffer and inserts the commas.
package struct JSONWriter {
    private var bytes: [UInt8] = []
    private var needsComma = false

    /// The JSON of one value.
    package static func rendering(_ value: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        value(&json)
        return json.bytes
    }

    /// One object, its members in the body, and a line end.
    static func line(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        rendering { $0.object(members) } + [UInt8(ascii: "\n")]
    }

    /// Appends one object to a buffer, its members in the body, and a line end.
    ///
    /// The writer holds the buffer exclusively meanwhile, so that nothing is copied.
    package static func appendLine(to bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        swap(&json.bytes, &bytes)
        json.object(members)
        swap(&json.bytes, &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    // MARK: Structure

    /// Writes an object, its members in the body.
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// Writes an array, its elements in the body.
    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        enclose(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    /// Writes a member's name; its value must follow.
    package mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(name)
        bytes.append("\":" as StaticString)
        needsComma = false
    }

    /// Writes a member's name that is only known at run time, with escapes; its value must follow.
    package mutating func name(text: String) {
        string(text)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a value that is already JSON.
    package mutating func rendered(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    // MARK: Members

    package mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { literal("null") }
    }

    /// Writes the shortest decimal that round-trips; `null` for nil, infinity and NaN.
    package mutating func member(_ name: StaticString, _ value: Double?) {
        member(name, literal: value.flatMap { $0.isFinite ? $0.description : nil })
    }

    package mutating func member(_ name: StaticString, _ value: Int?) { member(name, literal: value?.description) }

    package mutating func member(_ name: StaticString, _ value: Int64?) { member(name, literal: value?.description) }

    package mutating func member(_ name: StaticString, _ value: Bool?) { member(name, literal: value?.description) }

    private mutating func member(_ name: StaticString, literal: String?) {
        self.name(name)
        self.literal(literal ?? "null")
    }

    /// Writes a member that is an array with an object for each element.
    package mutating func member<Elements: Sequence>(
        _ name: StaticString, each elements: Elements, _ members: (Elements.Element, inout JSONWriter) -> Void
    ) {
        self.name(name)
        array { json in
            for element in elements { json.object { members(element, &$0) } }
        }
    }

    /// Writes a member that is an array of strings.
    package mutating func member(_ name: StaticString, _ texts: [String]) {
        self.name(name)
        array { json in
            for text in texts { json.string(text) }
        }
    }

    // MARK: Values

    /// Writes a quoted string.
    ///
    /// Besides what JSON requires, it escapes terminal control characters.
    package mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(\.isPlain) { bytes.append(text) } else { append(escaping: text) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(escaping text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append("\\\"" as StaticString)
            case "\\": bytes.append("\\\\" as StaticString)
            case "\n": bytes.append("\\n" as StaticString)
            case "\r": bytes.append("\\r" as StaticString)
            case "\t": bytes.append("\\t" as StaticString)
            case _ where scalar.isUnsafeToShow: escape(scalar)
            default: bytes.append(String(scalar))
            }
        }
    }

    /// Writes a number.
    package mutating func number(_ value: Double) { literal(value.isFinite ? value.description : "null") }

    /// Writes a number.
    package mutating func number(_ value: Int) { literal(value.description) }

    /// Writes `null`.
    package mutating func null() { literal("null") }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(text)
    }

    /// Every scalar escaped this way is in the Basic Multilingual Plane, so four digits suffice.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        bytes.append("\\u" as StaticString)
        let digits = String(scalar.value, radix: 16)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(4 - digits.utf8.count, 0)))
        bytes.append(digits)
    }

    private mutating func enclose(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    /// Writes a comma unless this is the first value.
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension UInt8 {
    /// Whether it is a character by itself that needs no escape, as most are.
    fileprivate var isPlain: Bool {
        (0x20...0x7E).contains(self) && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
