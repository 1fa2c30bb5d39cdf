#if Exporters
/// How an endpoint serves.
public struct EndpointConfiguration: Sendable {
    /// Bounds that keep clients, whatever they do, from using the machine up.
    public struct Limits: Hashable, Sendable {
        /// Connections at a time. One more makes room for itself: the one that has done nothing for longest is closed.
        public var connections = 256

        /// Bytes of a request's line and headers.
        public var headBytes = 16 * 1024

        /// The time from a connection, or from the first byte of a later request, to the end of the request's headers. It
        /// holds for the TLS handshake too.
        public var receiveTime: Duration = .seconds(10)

        /// The time in which a client must take a response.
        public var sendTime: Duration = .seconds(10)

        /// The time for which a connection is kept between two requests.
        public var idleTime: Duration = .seconds(180)

        /// The bounds that suit an agent that a few servers scrape.
        public init() {}
    }

    /// Where it listens.
    public var address: EndpointAddress

    /// TLS and who may come in, as a file of the Prometheus exporter toolkit says; nil for plain HTTP for everybody.
    public var web: WebConfiguration?

    /// The bounds.
    public var limits = Limits()

    /// An endpoint for everybody who reaches the address.
    public init(address: EndpointAddress, web: WebConfiguration? = nil) {
        self.address = address
        self.web = web
    }
}
#endif
