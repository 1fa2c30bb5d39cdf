#if Exporters
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What the endpoint's connections share. Belongs to its event loop.
final class EndpointCore {
    let routes: Routes
    let table: ConnectionTable
    let gatekeeper: Gatekeeper?
    let date = HTTPDate()
    private let certificates: CertificateStore?
    private let limits: EndpointConfiguration.Limits

    /// Whether connections speak TLS.
    var isSecured: Bool { certificates != nil }

    init(
        _ configuration: EndpointConfiguration, pages: @escaping MetricsSource, on eventLoop: any EventLoop,
        worker: NIOThreadPool, reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) throws(EndpointError) {
        limits = configuration.limits
        routes = Routes(pages)
        table = ConnectionTable(limits, on: eventLoop, reporting: report)
        gatekeeper = try Gatekeeper(configuration.web?.users ?? [:], worker: worker)
        if let files = configuration.web?.tls {
            certificates = try CertificateStore(files, reporting: report)
        } else {
            certificates = nil
        }
    }

    /// Takes in a new connection.
    func take(_ channel: any Channel) throws {
        guard !table.isClosing else { return channel.close(promise: nil) }
        let now = NIODeadline.now()
        let connection = Connection(channel, at: now)
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.headBytes
        bounds.maxHeaderListSize = limits.headBytes
        bounds.maxHeaderFieldCount = 64
        let pipeline = channel.pipeline.syncOperations
        if let certificates {
            try pipeline.addHandler(NIOSSLServerHandler(context: certificates.current(at: now)))
        }
        try pipeline.addHandlers([
            ArrivalHandler(connection),
            HTTPResponseEncoder(),
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds)),
            HTTPServerPipelineHandler(),
            RequestHandler(connection, self),
        ])
        table.insert(connection)
    }
}
#endif
