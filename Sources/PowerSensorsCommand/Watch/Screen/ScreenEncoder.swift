/// Writes lines over those of a terminal's whole screen, in one piece.
package struct ScreenEncoder {
    private let hasColour: Bool
    private let characters: LocaleCharacters

    /// - Parameters:
    ///   - hasColour: Whether to use colours, bold and dim.
    ///   - characters: The characters that the terminal shows.
    package init(hasColour: Bool, characters: LocaleCharacters) {
        self.hasColour = hasColour
        self.characters = characters
    }

    /// The bytes that show the lines from the upper left corner on, and nothing else.
    ///
    /// Nothing is cleared before it is written over, so that nothing flickers: `H` moves to the corner, `K` clears the rest of a
    /// line, and `J` what is below. No line ends the last one, since that would scroll.
    package func bytes(_ lines: [ScreenLine]) -> [UInt8] {
        var text = "\u{1B}[H"
        for (index, line) in lines.enumerated() {
            if index > 0 { text += "\r\n" }
            for part in line.parts { text += encoded(part) }
            text += "\u{1B}[K"
        }
        return Array((text + "\u{1B}[J").utf8)
    }

    private func encoded(_ part: ScreenLine.Part) -> String {
        let text = characters.shown(part.text)
        guard hasColour, let code = Self.code(part.tone) else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The parameters of SGR, which choose among the sixteen colours that a user's own theme sets.
    private static func code(_ tone: ScreenLine.Tone) -> String? {
        switch tone {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .measured: "32"
        case .estimated: "36"
        case .attributed: "34"
        case .warning: "33"
        case .failure: "1;31"
        case .notice: "7"
        }
    }
}
