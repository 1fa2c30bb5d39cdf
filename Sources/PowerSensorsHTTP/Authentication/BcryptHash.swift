#if Exporters
/// A password's bcrypt hash, as made by `htpasswd -B`.
struct BcryptHash: Hashable, Sendable {
    /// Why a text cannot be used.
    enum Fault: Error {
        /// It is no bcrypt hash.
        case notBcrypt
        /// A check would take too long.
        case tooCostly(Int)

        /// What a user has instead of a hash that can be used, and the remedy.
        func description(_ user: String) -> String {
            let remedy = "make one with: htpasswd -nB -C 10 \(user)"
            return switch self {
            case .notBcrypt: "has no bcrypt hash; \(remedy)"
            case .tooCostly(let cost):
                "has a bcrypt hash of cost \(cost), and the highest allowed is \(BcryptHash.maximumCost), since each step"
                    + " doubles what a wrong password costs this machine; \(remedy)"
            }
        }
    }

    /// At this cost a check takes about a quarter of a second of processor time. Anyone may cause checks, and everyone who is
    /// not known yet waits for them.
    static let maximumCost = 12

    /// The bytes of a password that bcrypt looks at; it ignores any others.
    static let significantBytes = 72

    /// bcrypt's own base64 alphabet.
    private static let digits = Set("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The hash as libcrypt expects it.
    let text: String

    /// The work of a check: 2 to the power of this.
    let cost: Int

    /// Reads `$2y$COST$` followed by 53 characters of salt and digest, or the equivalent `$2a$` or `$2b$`.
    init(_ text: String) throws(Fault) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            parts[2].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let cost = Int(parts[2]), (4...31).contains(cost), parts[3].utf8.count == 53,
            parts[3].utf8.allSatisfy({ Self.digits.contains($0) })
        else { throw .notBcrypt }
        guard cost <= Self.maximumCost else { throw .tooCostly(cost) }
        self.text = text
        self.cost = cost
    }
}
#endif
