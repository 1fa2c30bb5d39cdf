#if Exporters
/// Where and how an endpoint serves.
public struct EndpointConfiguration: Sendable {
    /// Limits that keep clients from using up the machine's resources.
    public struct Limits: Hashable, Sendable {
        /// The number of simultaneous connections. When another arrives, the one inactive the longest is closed.
        public var connections = 256

        /// The size of a request's first line and headers in bytes.
        public var headBytes = 16 * 1024

        /// The time a client has to send a request's headers, from connecting or from a later request's first byte. A
        /// TLS handshake counts as well.
        public var receiveTime: Duration = .seconds(10)

        /// The time a client has to receive a response.
        public var sendTime: Duration = .seconds(10)

        /// The time that a query of the history may take, with those before it.
        public var queryTime: Duration = .seconds(30)

        /// How long a connection may be idle between two requests.
        public var idleTime: Duration = .seconds(180)

        /// Limits for a machine that a few servers scrape.
        public init() {}
    }

    /// The address to listen on.
    public var address: EndpointAddress

    /// TLS and users, as in a web configuration file of Prometheus exporters; nil for plain HTTP without passwords.
    public var web: WebConfiguration?

    /// Limits on what clients may use.
    public var limits = Limits()

    /// What the live page and the documents beneath `/api/v1/` show; nil for neither. It must also get the monitor's snapshots:
    /// `monitor.export(to: [pages, live])`.
    public var live: LiveExporter?

    /// Whether `/` is the live page; otherwise it is three links.
    public var showsPage = true

    /// What answers `/api/v1/history`; nil if no history is kept.
    public var history: HistorySource?

    /// A configuration with the default limits.
    ///
    /// - Parameters:
    ///   - address: The address to listen on.
    ///   - web: TLS and users; nil for plain HTTP without passwords.
    public init(address: EndpointAddress, web: WebConfiguration? = nil) {
        self.address = address
        self.web = web
    }
}
#endif
