/// A key that was pressed.
package enum ScreenKey: Hashable, Sendable {
    case character(Character)
    case tab, up, down, pageUp, pageDown, home, end
}

/// Recognises keys in what a terminal sends, also if a key's bytes come in parts.
package struct ScreenKeyReader: Sendable {
    private enum State {
        case ground
        case escaped
        /// In a control sequence: ESC, `[` or `O`, then parameters.
        case sequence(String)
    }

    private var state = State.ground

    package init() {}

    /// The keys that end in these bytes.
    package mutating func keys(in bytes: some Sequence<UInt8>) -> [ScreenKey] { bytes.compactMap { key($0) } }

    private mutating func key(_ byte: UInt8) -> ScreenKey? {
        switch (state, byte) {
        case (_, 0x1B):
            state = .escaped
            return nil
        case (.escaped, UInt8(ascii: "[")), (.escaped, UInt8(ascii: "O")):
            state = .sequence("")
            return nil
        case (.sequence(let parameters), 0x20...0x3F):
            // Nothing that is known is longer; what is may be an attack on memory.
            state = .sequence(parameters.count < 8 ? parameters + String(UnicodeScalar(byte)) : parameters)
            return nil
        case (.sequence(let parameters), _):
            state = .ground
            return Self.key(parameters, byte)
        case (.escaped, _):
            // A key with Alt.
            state = .ground
            return nil
        case (.ground, 0x09): return .tab
        case (.ground, 0x20...0x7E): return .character(Character(UnicodeScalar(byte)))
        default: return nil
        }
    }

    private static func key(_ parameters: String, _ final: UInt8) -> ScreenKey? {
        switch (parameters, UnicodeScalar(final)) {
        case (_, "A"): .up
        case (_, "B"): .down
        case (_, "H"), ("1", "~"), ("7", "~"): .home
        case (_, "F"), ("4", "~"), ("8", "~"): .end
        case ("5", "~"): .pageUp
        case ("6", "~"): .pageDown
        default: nil
        }
    }
}
