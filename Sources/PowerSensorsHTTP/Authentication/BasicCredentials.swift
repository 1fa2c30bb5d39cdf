#if Exporters
#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

/// A user name and password from an `Authorization` header (RFC 7617).
package struct BasicCredentials: Hashable, Sendable {
    /// The user name.
    package let user: [UInt8]

    /// The password, without zero bytes, which would end it in C.
    package let password: [UInt8]

    /// Reads `Basic` followed by the base64 of a name, a colon and a password; nil for anything else.
    package init?(_ header: String) {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "basic", let text = Self.decoded(parts[1]),
            let colon = text.firstIndex(of: UInt8(ascii: ":")), !text.contains(0)
        else { return nil }
        user = Array(text[..<colon])
        password = Array(text[(colon + 1)...])
    }

    /// The bytes of a base64 text (RFC 4648, section 4), with or without padding.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        var digits = text
        if digits.utf8.count.isMultiple(of: 4) { for _ in 0..<2 where digits.last == "=" { digits.removeLast() } }
        // Foundation would accept an equals sign anywhere.
        guard !digits.contains("=") else { return nil }
        let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: digits + padding).map { Array($0) }
    }
}
#endif
