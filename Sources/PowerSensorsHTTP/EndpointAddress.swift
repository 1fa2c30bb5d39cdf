#if Exporters
/// Where an endpoint listens: `127.0.0.1:9840`, `[::1]:9840`, `localhost:9840`, or a port alone.
public struct EndpointAddress: Hashable, Sendable, CustomStringConvertible {
    /// A numeric address or a name, without brackets.
    public let host: String

    /// The port; 0 for any that is free.
    public let port: Int

    /// An address that only programs on this machine reach, unless another host is named.
    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads an address. A port alone is one of 127.0.0.1: who wants to be reached from elsewhere says so.
    ///
    /// - Parameter text: The address as it was typed.
    /// - Throws: ``EndpointError`` for anything else, with what is allowed.
    public init(_ text: String) throws(EndpointError) {
        let refused = EndpointError(
            "\(text.debugDescription) is no address to listen at: allowed are a port, as in 9840, and an address with a"
                + " port, as in 127.0.0.1:9840, [::1]:9840 or 0.0.0.0:9840")
        var host: Substring = "127.0.0.1"
        var digits = Substring(text)
        if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            digits = text[text.index(after: colon)...]
            if host.first == "[", host.last == "]" {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                throw refused
            }
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "[]/@".contains($0) }),
            digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let port = UInt16(digits)
        else { throw refused }
        self.init(host: String(host), port: Int(port))
    }

    /// The address as it stands in a URL.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
#endif
