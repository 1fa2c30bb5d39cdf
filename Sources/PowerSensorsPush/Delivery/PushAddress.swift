#if Exporters
import PowerSensorsExporters

#if canImport(FoundationEssentials)
import struct FoundationEssentials.URLComponents
#else
import struct Foundation.URLComponents
#endif

/// The validated address of a server.
package struct PushAddress: Sendable {
    private var components: URLComponents

    /// The user and password that the address contained. ``url`` and error messages do not contain them.
    package let credentials: PushCredentials?

    /// Parses an address.
    ///
    /// - Throws: ``PushSetupError`` for anything but an HTTP or HTTPS URL.
    package init(_ text: String) throws(PushSetupError) {
        guard var components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.percentEncodedHost, Self.isName(host), (components.port ?? 1) > 0,
            (components.port ?? 1) <= 0xFFFF
        else {
            let (host, hasAtSign) = Self.parts(of: text)
            if !hasAtSign, host.utf8.contains(where: { $0 >= 0x80 }) {
                throw PushSetupError(
                    subject: text.hidingURLSecrets(isTyped: true), problem: "the host's name has letters beyond ASCII",
                    remedy: "Write it in its xn-- form.")
            }
            throw PushSetupError(
                subject: text.hidingURLSecrets(isTyped: true), problem: "this is not the address of a server",
                remedy: hasAtSign
                    ? "In a user name or password, write / ? # and @ as %2F, %3F, %23 and %40."
                    : "Write it as http://HOST:PORT or https://HOST.")
        }
        credentials = components.user.map { .basic(user: $0, password: components.password ?? "") }
        (components.user, components.password, components.fragment) = (nil, nil, nil)
        components.scheme = scheme
        self.components = components
    }

    /// Whether a host's name or address can be looked up as it is. Other letters than ASCII's are looked up in a form of their own
    /// (RFC 5891), which whoever names the host knows.
    private static func isName(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.allSatisfy { $0 < 0x80 } && (host.hasPrefix("[") || !host.contains("%"))
    }

    /// The host in a text that is no address, and whether an at sign follows, so that it may be a part of a password.
    private static func parts(of text: String) -> (host: Substring, hasAtSign: Bool) {
        guard let scheme = text.firstRange(of: "://") else { return ("", false) }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return (host, rest[authority.endIndex...].contains("@"))
    }

    /// A line with the remedy about a password or token that is sent to another machine unencrypted; nil if there is none.
    ///
    /// - Parameters:
    ///   - text: The address of the server.
    ///   - credentials: What is sent to it beside what the address itself contains.
    package static func warning(about text: String, sending credentials: PushCredentials?) -> String? {
        guard let address = try? PushAddress(text), address.components.scheme == "http", !address.isLoopback,
            credentials ?? address.credentials != nil || address.hasToken
        else { return nil }
        return "\(address.url.hidingURLSecrets()): the password or token is sent there unencrypted. Remedy: use https"
    }

    /// Whether the query has a token, by the names that are usual for one, or is nothing but a value.
    private var hasToken: Bool {
        (components.query ?? "").split(separator: "&").contains { field in
            guard let equals = field.firstIndex(of: "=") else { return true }
            let name = field[..<equals].lowercased()
            return ["token", "key", "pass", "secret", "auth", "sig"].contains { name.contains($0) }
        }
    }

    /// Whether the host is this machine, by its usual names and addresses.
    private var isLoopback: Bool {
        let host = components.percentEncodedHost?.lowercased() ?? ""
        if host.hasPrefix("127.") { return host.allSatisfy { $0.isNumber || $0 == "." } }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
    }

    /// The whole address, without user and password, but with its query, in which some servers take a token.
    package var url: String { components.string ?? "" }

    /// The server that it names.
    var server: HTTPServer {
        let isSecure = components.scheme == "https"
        let host = components.host ?? ""
        return HTTPServer(
            isSecure: isSecure, host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host,
            port: components.port ?? HTTPServer.defaultPort(isSecure: isSecure))
    }

    /// What a request asks for: the percent-encoded path and query (RFC 9112, section 3.2.1).
    var requestTarget: String {
        let path = components.percentEncodedPath
        return (path.isEmpty ? "/" : path) + (components.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    /// The percent-encoded path without a trailing slash.
    var path: String {
        get {
            let path = components.percentEncodedPath
            return path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        set { components.percentEncodedPath = newValue }
    }

    /// The address with a path appended to its own.
    func appending(_ path: String) -> PushAddress {
        var address = self
        address.path += path
        return address
    }
}
#endif
