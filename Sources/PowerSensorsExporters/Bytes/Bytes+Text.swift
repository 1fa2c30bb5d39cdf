extension [UInt8] {
    /// Appends a string in UTF-8.
    mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Lines, each with its end.
    init(lines: [String]) { self.init(lines.map { "\($0)\n" }.joined().utf8) }

    /// Appends a string literal in UTF-8.
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}

extension Unicode.Scalar {
    /// Whether it is a control character, or changes the direction of the text around it.
    ///
    /// Names and labels come from files that an attacker may have written.
    package var isUnsafeToShow: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        // Line and paragraph separators and bidirectional controls.
        case 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }
}

extension String {
    /// The text with every character that is unsafe on a terminal replaced by `�`.
    package var safeToShow: String {
        guard unicodeScalars.contains(where: \.isUnsafeToShow) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isUnsafeToShow ? "\u{FFFD}" : $0 }))
    }
}
