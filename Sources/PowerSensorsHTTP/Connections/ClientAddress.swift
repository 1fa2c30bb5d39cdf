#if Exporters
import NIOCore

/// Where a client is: its IPv4 address, or the network of its IPv6 address, all of which a single machine may use.
struct ClientAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    /// An address as the kernel tells it; nil for one that it does not know.
    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            // Behind the family and the port (ip(7)).
            bytes = unsafe withUnsafeBytes(of: address.address) { unsafe Array($0[4..<8]) }
        case .v6(let address):
            // Behind the family, the port and the flow (ipv6(7)).
            let all = unsafe withUnsafeBytes(of: address.address) { unsafe Array($0[8..<24]) }
            // An IPv4 address that is written as one of IPv6 (RFC 4291, section 2.5.5.2), or the first 64 bits.
            let isVersion4 = all.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            bytes = Array(isVersion4 ? all.suffix(4) : all.prefix(8))
        default: bytes = []
        }
    }
}
#endif
