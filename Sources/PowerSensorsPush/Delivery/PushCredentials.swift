#if Exporters
import PowerSensors

/// The credentials that an exporter sends to a server. Their description does not contain the secret.
public struct PushCredentials: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case basic(user: String, password: String)
        case bearer(String)
        case basicFile(user: String, path: String)
        case bearerFile(String)
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

    /// A user, and a password in a file that is read for each request, so that it may be changed at any time.
    ///
    /// - Parameters:
    ///   - user: The user name. It must not contain a colon.
    ///   - passwordFile: The file with nothing but the password; blanks and line ends around it do not count.
    public static func basic(user: String, passwordFile: String) -> PushCredentials {
        PushCredentials(kind: .basicFile(user: user, path: passwordFile))
    }

    /// A bearer token (RFC 6750).
    public static func bearer(_ token: String) -> PushCredentials { PushCredentials(kind: .bearer(token)) }

    /// A bearer token in a file that is read for each request, so that it may be changed at any time, as Kubernetes does.
    ///
    /// - Parameter tokenFile: The file with nothing but the token; blanks and line ends around it do not count.
    public static func bearer(tokenFile: String) -> PushCredentials { PushCredentials(kind: .bearerFile(tokenFile)) }

    /// The kind of credentials, without the secret.
    public var description: String {
        switch kind {
        case .basic, .basicFile: "basic authentication"
        case .bearer, .bearerFile: "a bearer token"
        }
    }

    /// The credentials with the secret that a file has now.
    ///
    /// - Throws: ``PushSetupError`` for a file that cannot be read, and for credentials that an HTTP header cannot carry.
    func resolved() throws(PushSetupError) -> PushCredentials {
        let credentials: PushCredentials =
            switch kind {
            case .basic, .bearer: self
            case .basicFile(let user, let path): .basic(user: user, password: try secret(in: path))
            case .bearerFile(let path): .bearer(try secret(in: path))
            }
        try credentials.check()
        return credentials
    }

    private func check() throws(PushSetupError) {
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
        case .basicFile, .bearerFile: break
        }
    }

    private func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

/// The content of a file in UTF-8, without a byte order mark, and without blanks and line ends around it.
private func secret(in path: String) throws(PushSetupError) -> String {
    let content = "the password or token"
    let bytes = try fileForPushing(path, content, limit: 4 << 10, isReadAgain: true)
    var rest = bytes.withoutByteOrderMark
    let blanks = Array(" \t\r\n".utf8)
    rest = rest.drop { blanks.contains($0) }
    while let last = rest.last, blanks.contains(last) { rest.removeLast() }
    guard !rest.isEmpty else {
        throw PushSetupError(
            subject: path, problem: "the file is empty", remedy: "Write \(content) into it, and nothing else.")
    }
    guard let text = String(validating: rest, as: UTF8.self) else {
        throw PushSetupError(
            subject: path, problem: "the file is not in UTF-8", remedy: "Write \(content) into it in UTF-8.")
    }
    return text
}

/// The bytes of a file that the user named.
///
/// - Parameters:
///   - content: What the file should contain, for the error.
///   - limit: How many bytes it may have.
///   - isReadAgain: Whether it is read for each request.
func fileForPushing(
    _ path: String, _ content: String, limit: Int, isReadAgain: Bool = false
) throws(PushSetupError) -> [UInt8] {
    let remedy = "Name a file with \(content) that this user may read."
    let problem: String
    do throws(NamedFileFault) {
        return try WholeFile.named(path, limit: limit)
    } catch {
        switch error {
        case .unreadable(let error):
            problem = systemMessage(errno: error.errno)
        case .notAFile, .endless:
            problem = "it must be a file" + (isReadAgain ? ", since it is read again for each request" : "")
        case .tooLarge(let limit):
            problem = "the file is larger than \(limit >> 10) KiB"
        }
    }
    throw PushSetupError(subject: path, problem: problem, remedy: remedy)
}
#endif
