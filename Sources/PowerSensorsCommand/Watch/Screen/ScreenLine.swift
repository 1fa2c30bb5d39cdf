/// A line of a screen: texts and what each of them means.
package struct ScreenLine: Hashable, Sendable {
    /// What a text means. A colour shows it beside a mark or a word, never alone.
    package enum Tone: Hashable, Sendable {
        case plain
        /// The figure to look at first.
        case strong
        /// Headings, and what is there for completeness.
        case faint
        /// Measured here, or by the host.
        case measured
        /// Computed by a model.
        case estimated
        /// A consumer's share.
        case attributed
        /// A figure is missing or less accurate than it could be.
        case warning
        /// A sensor does not work.
        case failure
        /// The state of the screen itself.
        case notice
    }

    /// A text of one meaning.
    package struct Part: Hashable, Sendable {
        package let text: String
        package let tone: Tone
    }

    package private(set) var parts: [Part] = []

    package init(_ text: String = "", _ tone: Tone = .plain) { append(text, tone) }

    /// Appends a text.
    package mutating func append(_ text: String, _ tone: Tone = .plain) {
        if !text.isEmpty { parts.append(Part(text: text, tone: tone)) }
    }

    /// The whole text.
    package var text: String { parts.map(\.text).joined() }

    /// The number of characters.
    var width: Int { parts.reduce(0) { $0 + $1.text.count } }

    /// The line in at most a width; an ellipsis ends one that is cut.
    func cut(to width: Int) -> ScreenLine {
        guard self.width > width else { return self }
        var line = ScreenLine()
        var left = max(width - 1, 0)
        for part in parts where left > 0 {
            line.append(String(part.text.prefix(left)), part.tone)
            left -= part.text.count
        }
        if width > 0 { line.append("…", .faint) }
        return line
    }
}
