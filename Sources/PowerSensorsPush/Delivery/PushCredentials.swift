#if Exporters
/// The credentials that an exporter sends to a server. Their description does not contain the secret.
public struct PushCredentials: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case basic(user: String, password: String)
        case bearer(String)
    }

    let kind: Kind

    /// A user and password, sent by HTTP basic authentication (RFC 7617).
    ///
    /// - Parameters:
    ///   - user: The user name. It must not contain a colon.
    ///   - password: The password.
    public static func basic(user: String, password: String) -> PushCredentials {
        PushCredentials(kind: .basic(user: user, password: password))
    }

    /// A bearer token (RFC 6750).
    public static func bearer(_ token: String) -> PushCredentials { PushCredentials(kind: .bearer(token)) }

    /// The kind of credentials, without the secret.
    public var description: String {
        switch kind {
        case .basic: "basic authentication"
        case .bearer: "a bearer token"
        }
    }

    /// Throws for credentials that an HTTP header cannot carry.
    func check() throws(PushSetupError) {
        switch kind {
        case .basic(let user, let password):
            guard !user.contains(":"), isOneLine(user), isOneLine(password) else {
                throw PushSetupError(
                    subject: "the user and password",
                    problem: "a colon in the user name, or a line break, cannot be sent",
                    remedy: "Use a user name without a colon, and check the password's file for a stray line break.")
            }
        case .bearer(let token):
            guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw PushSetupError(
                    subject: "the token", problem: "it is empty, or contains characters that a header cannot carry",
                    remedy: "Check the token's file for a space or a line break.")
            }
        }
    }

    private func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
#endif
