#if Exporters
/// A user's name and password, as the header `Authorization` carries them (RFC 7617).
package struct BasicCredentials: Hashable, Sendable {
    /// The name.
    package let user: [UInt8]

    /// The password. It holds no zero byte, at which C would take it to end.
    package let password: [UInt8]

    /// Reads `Basic` and base 64 of a name, a colon and a password; nil for anything else.
    package init?(_ header: String) {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "basic", let text = Self.decoded(parts[1]),
            let colon = text.firstIndex(of: UInt8(ascii: ":")), !text.contains(0)
        else { return nil }
        user = Array(text[..<colon])
        password = Array(text[(colon + 1)...])
    }

    /// The bytes that base 64 stands for (RFC 4648, section 4), with or without the padding.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count.isMultiple(of: 4) {
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = value(digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
#endif
