#if Exporters
/// How a pusher proves who it is. Never shown in a text.
public struct PushCredentials: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case basic(user: String, password: String)
        case bearer(String)
    }

    let kind: Kind

    /// A user and a password, sent as HTTP's basic authentication (RFC 7617).
    ///
    /// - Parameters:
    ///   - user: The user; a colon in it cannot be sent, and an exporter refuses it.
    ///   - password: The password.
    public static func basic(user: String, password: String) -> PushCredentials {
        PushCredentials(kind: .basic(user: user, password: password))
    }

    /// A token, sent as a bearer's (RFC 6750).
    public static func bearer(_ token: String) -> PushCredentials { PushCredentials(kind: .bearer(token)) }

    /// Which sort it is, without the secret.
    public var description: String {
        switch kind {
        case .basic: "basic authentication"
        case .bearer: "a bearer token"
        }
    }

    /// Refuses what HTTP cannot carry.
    func check() throws(PushSetupError) {
        switch kind {
        case .basic(let user, let password):
            guard !user.contains(":"), isOneLine(user), isOneLine(password) else {
                throw PushSetupError(
                    subject: "the user and password", problem: "a colon in the user, or a line end, cannot be sent",
                    remedy: "Use a user without a colon, and look for a stray line end in the password's file.")
            }
        case .bearer(let token):
            guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw PushSetupError(
                    subject: "the token", problem: "it is empty, or holds what a header cannot carry",
                    remedy: "Look for a blank or a line end in the token's file.")
            }
        }
    }

    private func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
#endif
