#if Exporters
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The state shared by an endpoint's connections. Belongs to its event loop.
final class EndpointCore {
    let routes: Routes
    let table: ConnectionTable
    let authenticator: BasicAuthenticator?
    let date = HTTPDate()
    private let certificates: CertificateStore?
    private let limits: EndpointConfiguration.Limits

    /// Whether connections use TLS.
    var isSecured: Bool { certificates != nil }

    init(
        _ configuration: EndpointConfiguration, pages: @escaping MetricsSource, on eventLoop: any EventLoop,
        worker: NIOThreadPool, historian: NIOThreadPool, reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) throws(EndpointError) {
        limits = configuration.limits
        routes = Routes(configuration, pages: pages, on: eventLoop, historian: historian)
        table = ConnectionTable(limits, on: eventLoop, reporting: report)
        authenticator = try BasicAuthenticator(
            configuration.web?.users ?? [:], on: eventLoop, worker: worker, reporting: report)
        certificates = try configuration.web?.tls.map { files throws(EndpointError) in
            try CertificateStore(files, reporting: report)
        }
    }

    /// Sets up a new connection.
    func accept(_ channel: any Channel) throws {
        guard !table.isClosing else { return channel.close(promise: nil) }
        let now = NIODeadline.now()
        let connection = Connection(channel, at: now)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headBytes
        decoderLimits.maxHeaderListSize = limits.headBytes
        // Far more headers than a scraper or browser sends.
        decoderLimits.maxHeaderFieldCount = 64
        let pipeline = channel.pipeline.syncOperations
        if let certificates {
            try pipeline.addHandler(NIOSSLServerHandler(context: certificates.current(at: now)))
        }
        try pipeline.addHandlers([
            connection,
            HTTPResponseEncoder(),
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)),
            HTTPServerPipelineHandler(),
            RequestHandler(connection, self),
        ])
        table.insert(connection)
    }
}
#endif
