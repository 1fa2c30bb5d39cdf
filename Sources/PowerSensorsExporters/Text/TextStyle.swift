/// The style of text for people.
public struct TextStyle: Sendable {
    /// Whether to use a terminal's bold and dim.
    public var hasColour: Bool

    /// Whether each block overwrites the previous one, as on a terminal.
    public var redraws: Bool

    /// The terminal's height in lines, which limits a redrawn block; nil for no limit.
    public var rows: Int?

    /// The terminal's width in columns, to which names and lines are fitted; nil for 80.
    public var columns: Int?

    /// Creates a style; by default plain text.
    public init(hasColour: Bool = false, redraws: Bool = false, rows: Int? = nil, columns: Int? = nil) {
        self.hasColour = hasColour
        self.redraws = redraws
        self.rows = rows
        self.columns = columns
    }

    /// The greatest length of a line: one less than the terminal's width, because some terminals wrap when the last column
    /// is used.
    var width: Int { max((columns ?? 80) - 1, 1) }

    /// Emphasizes a text.
    func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// De-emphasizes a text.
    func dim(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}

extension String {
    /// The text padded with spaces to a width; a longer text is cut and ends in an ellipsis.
    package func padded(_ width: Int) -> String {
        let length = count
        if length > width { return width > 0 ? prefix(width - 1) + "…" : "" }
        return self + String(repeating: " ", count: width - length)
    }

    /// The text in at most a width: an ellipsis stands for the middle of a longer one, whose beginning and end stay.
    package func shortened(to width: Int) -> String {
        guard count > width, width > 2 else { return self }
        return prefix(width / 2) + "…" + suffix(width - width / 2 - 1)
    }

    /// The number with its decimal point behind `places` characters, padded to a width; a longer one is right-aligned.
    func aligned(places: Int, width: Int) -> String {
        let whole = prefix { $0 != "." }.count
        let text = String(repeating: " ", count: max(places - whole, 0)) + self
        return text.count > width ? leftPadded(width) : text.padded(width)
    }

    /// The text right-aligned in a width.
    package func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }

    /// The text without trailing spaces.
    package var withoutTrailingBlanks: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }

    /// The text in lines of at most `width` columns, broken at spaces; longer words stay whole, so that they can be copied.
    package func wrapped(to width: Int) -> [String] {
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
