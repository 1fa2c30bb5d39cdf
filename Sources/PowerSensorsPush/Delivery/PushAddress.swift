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
