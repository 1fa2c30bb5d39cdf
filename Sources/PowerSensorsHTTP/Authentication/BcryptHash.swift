#if Exporters
/// A password's bcrypt hash, as made by `htpasswd -B`.
struct BcryptHash: Hashable, Sendable {
    /// At higher costs a single check takes seconds of processor time, so a few wrong passwords would block everyone else.
    static let maximumCost = 15

    /// bcrypt's own base64 alphabet.
    private static let digits = Set("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The hash as libcrypt expects it.
    let text: String

    /// The work of a check: 2 to the power of this.
    let cost: Int

    /// Reads `$2y$COST$` followed by 53 characters of salt and digest, or the equivalent `$2a$` or `$2b$`; nil for
    /// anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), (4...Self.maximumCost).contains(cost), parts[3].utf8.count == 53,
            parts[3].utf8.allSatisfy({ Self.digits.contains($0) })
        else { return nil }
        self.text = text
        self.cost = cost
    }
}
#endif
