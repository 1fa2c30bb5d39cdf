import Glibc

/// The characters that text for people may have.
package enum LocaleCharacters: Sendable {
    case ascii
    case unicode

    /// The character set that the first of these variables that is set names, as in locale(7).
    static let ofLocale: LocaleCharacters = {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { name -> String? in
            guard let value = unsafe getenv(name) else { return nil }
            let text = unsafe String(cString: value)
            return text.isEmpty ? nil : text
        }.first
        // Both spellings are common: `C.UTF-8`, `de_DE.utf8`.
        let charmap = locale?.split(separator: ".").last?.prefix { $0 != "@" }.filter { $0 != "-" }.lowercased()
        return charmap == "utf8" ? .unicode : .ascii
    }()

    /// The text in these characters. Columns keep their width, since one character stands for one.
    func shown(_ text: String) -> String {
        if self == .unicode || text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var shown = ""
        var previous: Character = " "
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "▶": shown += ">"
            case "–", "—", "−": shown += "-"
            case "×": shown += "x"
            // A range of numbers, or the rest of a name.
            case "…": shown += previous.isNumber && rest.first.map { $0.isNumber || $0 == "-" } == true ? "-" : "~"
            case "≥", "≤":
                shown += character == "≥" ? ">=" : "<="
                if rest.first == " " { rest.removeFirst() }
            case "µ": shown += "u"
            case "°": shown += " "
            case "₂", "²": shown += "2"
            // Lengths: the columns of a drawing, of which a blank is unknown, and bars.
            case "▁": shown += "_"
            case "▂": shown += "."
            case "▃": shown += ":"
            case "▄": shown += "-"
            case "▅": shown += "="
            case "▆": shown += "+"
            case "▇": shown += "*"
            case "█": shown += "#"
            case "▌": shown += "|"
            default: shown += character.isASCII ? String(character) : "?"
            }
            previous = character
        }
        return shown
    }
}
