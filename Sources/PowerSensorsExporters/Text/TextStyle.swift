/// How text for people is dressed.
package struct TextStyle: Sendable {
    /// Whether to use a terminal's bold and dim.
    package var hasColour: Bool

    /// Whether each block takes the place of the one before, as on a terminal.
    package var redraws: Bool

    /// How many lines the terminal shows; a block that is redrawn must not be longer.
    package var rows: Int?

    /// Dresses text.
    package init(hasColour: Bool = false, redraws: Bool = false, rows: Int? = nil) {
        self.hasColour = hasColour
        self.redraws = redraws
        self.rows = rows
    }

    /// A text to be seen first.
    func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// A text of less weight.
    func dim(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}

extension String {
    /// The text with blanks after it, up to a width; a longer one is cut, its last column an ellipsis.
    func padded(_ width: Int) -> String {
        let length = count
        if length > width { return prefix(max(width - 1, 0)) + "…" }
        return self + String(repeating: " ", count: width - length)
    }

    /// The text with blanks before it, up to a width.
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }

    /// The text without blanks at its end.
    var withoutTrailingBlanks: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }

    /// The text in lines of at most `width` columns, broken at blanks; a longer word stays whole, to be copied.
    func folded(_ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
