#if Exporters
import NIOCore

/// The server of an address, and how to reach it.
struct HTTPServer: Hashable, Sendable {
    let isSecure: Bool

    /// The host's name, or its IP address without brackets.
    let host: String

    let port: Int

    /// The host's address, if it is named by one. A zone (RFC 4007) is for the resolver.
    var address: SocketAddress? { try? SocketAddress(ipAddress: host, port: port) }

    /// The name that a certificate must have; nil for an address, which is compared with the connection's.
    var name: String? { isIPv6 || address != nil ? nil : host }

    /// The value of the header `Host` (RFC 9110, section 7.2).
    var header: String {
        let host = isIPv6 ? "[\(host.prefix { $0 != "%" })]" : host
        return port == Self.defaultPort(isSecure: isSecure) ? host : "\(host):\(port)"
    }

    private var isIPv6: Bool { host.contains(":") }

    static func defaultPort(isSecure: Bool) -> Int { isSecure ? 443 : 80 }
}
#endif
