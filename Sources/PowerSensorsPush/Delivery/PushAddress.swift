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
            if Self.hasOtherLetters(text) {
                throw PushSetupError(
                    subject: text.hidingURLSecrets(isTyped: true), problem: "the host's name has letters beyond ASCII",
                    remedy: "Write it in its xn-- form.")
            }
            throw PushSetupError(
                subject: text.hidingURLSecrets(isTyped: true), problem: "this is not the address of a server",
                remedy: "Write it as http://HOST:PORT or https://HOST.")
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

    /// Whether the host in a text has letters beyond ASCII.
    private static func hasOtherLetters(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return host.utf8.contains { $0 >= 0x80 }
    }

    /// A line with the remedy about a password or token that is sent to another machine unencrypted; nil if there is none.
    ///
    /// - Parameters:
    ///   - text: The address of the server.
    ///   - credentials: What is sent to it; nil for the user and password in the address, if any.
    package static func warning(about text: String, sending credentials: PushCredentials?) -> String? {
        guard let address = try? PushAddress(text), credentials ?? address.credentials != nil,
            address.components.scheme == "http", !address.isLoopback
        else { return nil }
        return "\(address.url.hidingURLSecrets()): the password or token is sent there unencrypted. Remedy: use https"
    }

    /// Whether the host is this machine, by its usual names and addresses.
    private var isLoopback: Bool {
        let host = components.percentEncodedHost?.lowercased() ?? ""
        if host.hasPrefix("127.") { return host.allSatisfy { $0.isNumber || $0 == "." } }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
    }

    /// The whole address, without user and password, but with its query, in which some servers take a token.
    package var url: String { components.string ?? "" }

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
