#if Exporters
#if canImport(FoundationEssentials)
import struct FoundationEssentials.URLComponents
#else
import struct Foundation.URLComponents
#endif

/// A server's address, taken apart and checked.
package struct PushAddress: Sendable {
    private var components: URLComponents

    /// What stood before an `@`; a password is never shown again.
    package let credentials: PushCredentials?

    /// Checks an address.
    package init(_ text: String) throws(PushSetupError) {
        let shown = Self.withoutPassword(text)
        guard var components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.host, !host.isEmpty, (components.port ?? 1) > 0, (components.port ?? 1) <= 0xFFFF
        else {
            throw PushSetupError(
                subject: shown, problem: "it is not the address of a server",
                remedy: "Write it as http://HOST:PORT or https://HOST.")
        }
        credentials = components.user.map { .basic(user: $0, password: components.password ?? "") }
        (components.user, components.password, components.fragment) = (nil, nil, nil)
        components.scheme = scheme
        self.components = components
    }

    /// The whole address, without a password.
    package var url: String { components.string ?? "" }

    /// What follows the host, in percent encoding and without the last slash.
    var path: String {
        get {
            let path = components.percentEncodedPath
            return path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        set { components.percentEncodedPath = newValue }
    }

    /// The address with another path after this one.
    func appending(_ path: String) -> PushAddress {
        var longer = self
        longer.path += path
        return longer
    }

    private static func withoutPassword(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let start = text.firstRange(of: "//")?.upperBound ?? text.startIndex
        return start < at ? text[..<start] + "…" + text[at...] : text
    }
}

extension PushSetupError {
    /// The same for an address, with the address as its subject.
    init(_ address: PushAddress, problem: String, remedy: String) {
        self.init(subject: address.url, problem: problem, remedy: remedy)
    }
}
#endif
