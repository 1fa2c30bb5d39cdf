/// A word of a command, as the system has it: any bytes but 0, which need not be UTF-8.
struct CommandWord: Sendable {
    /// Its bytes and a final 0.
    let bytes: [CChar]

    /// The word as text; what is not UTF-8 is replaced.
    let text: String

    init(_ text: String) {
        self.text = text
        bytes = text.utf8.map { CChar(bitPattern: $0) } + [0]
    }

    /// - Parameter bytes: The word's bytes and a final 0.
    init(bytes: [CChar]) {
        self.bytes = bytes
        text = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The words at the end of this program's own arguments, as they were typed.
    ///
    /// - Parameter words: The same as text.
    static func typed(_ words: [String]) -> [CommandWord] {
        let own = ProgramArguments.bytes.suffix(words.count).map { CommandWord(bytes: $0) }
        return own.map(\.text) == words ? own : words.map { CommandWord($0) }
    }
}
