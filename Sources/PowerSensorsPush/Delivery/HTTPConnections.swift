#if Exporters
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PowerSensors

/// Connections to servers, of which one is kept open for the next request.
///
/// There is one request at a time, except for a check, and all of them go to one server.
final class HTTPConnections: Sendable {
    /// The one that NIO would share has a thread and three descriptors for each processor.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// The event loop of all connections, which is started when it is first needed.
    static var eventLoop: any EventLoop { eventLoops.next() }

    private static let connectTimeout = TimeAmount.seconds(10)

    private struct Idle: Sendable {
        let server: HTTPServer
        let channel: any NIOCore.Channel
    }

    private let tlsConfiguration: TLSConfiguration
    /// Made when it is first needed, since it reads the certificates of all authorities.
    private let tls = Locked<NIOSSLContext?>(nil)
    private let idle = Locked<Idle?>(nil)

    init(_ tlsConfiguration: TLSConfiguration) { self.tlsConfiguration = tlsConfiguration }

    deinit { close() }

    /// Takes the connection that was kept open to a server, if it still is.
    func takeIdle(to server: HTTPServer) -> (any NIOCore.Channel)? {
        guard let kept = idle.withLock({ $0.take() }) else { return nil }
        if kept.server == server, kept.channel.isActive { return kept.channel }
        kept.channel.close(promise: nil)
        return nil
    }

    /// Keeps a connection for the next request, instead of the one that was kept before.
    func keep(_ channel: any NIOCore.Channel, to server: HTTPServer) {
        let previous = idle.withLock { idle in
            defer { idle = Idle(server: server, channel: channel) }
            return idle
        }
        previous?.channel.close(promise: nil)
    }

    /// Closes the connection that was kept open.
    /// The server's own end of TLS is not waited for.
    func close() { idle.withLock { $0.take() }?.channel.close(promise: nil) }

    /// Starts a request on a new connection.
    func connect(to server: HTTPServer, for exchange: HTTPExchange) throws {
        let tls = server.isSecure ? try context() : nil
        let bootstrap = ClientBootstrap(group: Self.eventLoops)
            .connectTimeout(Self.connectTimeout)
            .channelInitializer { channel in
                // A caller that gives up ends an attempt to connect as well.
                exchange.response.futureResult.whenFailure { _ in channel.close(promise: nil) }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: server.name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(HTTPExchangeHandler())
                }
            }
        let connected =
            if let address = server.address {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: server.host, port: server.port)
            }
        // On the event loop and before the handshake, so that the request is there to learn how that failed.
        connected.whenSuccess { exchange.start(on: $0) }
        connected.cascadeFailure(to: exchange.response)
    }

    private func context() throws -> NIOSSLContext {
        try tls.withLock { tls in
            if let tls { return tls }
            let context = try NIOSSLContext(configuration: tlsConfiguration)
            tls = context
            return context
        }
    }
}
#endif
