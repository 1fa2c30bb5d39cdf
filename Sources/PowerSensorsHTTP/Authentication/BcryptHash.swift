#if Exporters
/// A password's bcrypt hash, as `htpasswd -B` and Prometheus' tools make it.
struct BcryptHash: Hashable, Sendable {
    /// Beyond this a single check takes a processor for seconds, and a handful of wrong passwords take it for good.
    static let greatestCost = 15

    /// The hash as libcrypt takes it.
    let text: String

    /// How much work a check is: 2 to the power of this.
    let cost: Int

    /// Takes `$2y$COST$` with 53 characters of salt and digest behind it; `$2a$` and `$2b$` mean the same today. Nil for
    /// anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), (4...Self.greatestCost).contains(cost), parts[3].utf8.count == 53,
            parts[3].utf8.allSatisfy(Self.isDigit)
        else { return nil }
        self.text = text
        self.cost = cost
    }

    /// Whether bcrypt's own base 64 has the character: `.`, `/`, digits and letters.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ".")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
#endif
