#if Exporters
/// The address an endpoint listens on: `127.0.0.1:9840`, `[::1]:9840`, `localhost:9840`, or just a port.
public struct EndpointAddress: Hashable, Sendable, CustomStringConvertible {
    /// A numeric address or a host name, without brackets.
    public let host: String

    /// The port; 0 for any free one.
    public let port: Int

    /// An address that only this machine can reach, unless another host is given.
    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses an address. A port alone means 127.0.0.1, so listening for other machines takes an explicit host.
    ///
    /// - Parameter text: The address as typed.
    /// - Throws: ``EndpointError`` that says which forms are allowed.
    public init(_ text: String) throws(EndpointError) {
        let invalid = EndpointError(
            "\(text.debugDescription) is not an address to listen on. Remedy: give a port, such as 9840, or an address"
                + " with a port, such as 127.0.0.1:9840, [::1]:9840 or 0.0.0.0:9840")
        var host: Substring = "127.0.0.1"
        var digits = Substring(text)
        if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            digits = text[text.index(after: colon)...]
            if host.first == "[", host.last == "]" {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                throw invalid
            }
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "[]/@".contains($0) }),
            digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let port = UInt16(digits)
        else { throw invalid }
        self.init(host: String(host), port: Int(port))
    }

    /// The address as written in a URL.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
#endif
