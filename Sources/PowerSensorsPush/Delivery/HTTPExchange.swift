#if Exporters
import NIOCore
import NIOHTTP1
import NIOSSL

/// A request on its way, and the promise of its response. If the promise fails, which a caller may do too, its connection is closed.
struct HTTPExchange: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    /// How many bytes of the response's body are read.
    let maximumMessageBytes: Int
    let response: EventLoopPromise<HTTPReceipt>

    /// Sends it on a connection that was made for it.
    func start(on channel: any Channel) {
        let response = response
        channel.writeAndFlush(self).whenFailure { response.fail(NoResponse(reason: $0)) }
    }

    /// Sends it on a connection that was made for another, and is idle.
    func start(onIdle channel: any Channel) {
        response.futureResult.whenFailure { _ in channel.close(promise: nil) }
        start(on: channel)
    }
}

/// A response, and the connection that it left open for another request.
struct HTTPReceipt: Sendable {
    let response: PushResponse
    let idleChannel: (any Channel)?
}

/// A connection ended before anything of the response arrived.
struct NoResponse: Error {
    let reason: any Error
}

/// A server closed the connection.
struct ConnectionClosed: Error {}

/// Sends one request at a time over a connection, and fulfils its promise.
///
/// Writing an ``HTTPExchange`` succeeds once it is begun; all that fails later fails its promise.
final class HTTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPExchange
    typealias OutboundOut = HTTPClientRequestPart

    /// How long a connection is kept for another request.
    private static let idleTime = TimeAmount.seconds(60)

    private var exchange: HTTPExchange?
    private var isSent = false
    private var head: HTTPResponseHead?
    private var message: [UInt8] = []
    private var idleTimer: Scheduled<Void>?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        idleTimer?.cancel()
        (self.exchange, isSent, head, message) = (exchange, false, nil, [])
        promise?.succeed()
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if exchange.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
        }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.isSent = true
            case .failure(let error): self.fail(error)
            }
        }
        context.write(wrapOutboundOut(.end(nil)), promise: sent)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part):
            message += part.readableBytesView.prefix(exchange.maximumMessageBytes - message.count)
            // The rest may be long, and is not worth waiting for.
            if message.count == exchange.maximumMessageBytes { succeed(context, isComplete: false) }
        case .end: succeed(context, isComplete: true)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A server that ends the connection without ending TLS: what follows tells whether something is missing.
        if error as? NIOSSLError == .uncleanShutdown { return }
        fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ConnectionClosed())
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        idleTimer?.cancel()
        fail(ConnectionClosed())
    }

    private func succeed(_ context: ChannelHandlerContext, isComplete: Bool) {
        guard let head, let exchange = exchange.take() else { return }
        let channel = context.channel
        let staysOpen =
            isComplete && isSent && channel.isActive && head.isKeepAlive && head.status != .switchingProtocols
        if staysOpen {
            idleTimer = context.eventLoop.scheduleTask(in: Self.idleTime) { channel.close(promise: nil) }
        } else {
            context.close(promise: nil)
        }
        let response = PushResponse(
            status: Int(head.status.code),
            retryAfter: head.headers.first(name: "Retry-After"),
            location: head.headers.first(name: "Location"),
            message: String(decoding: message, as: UTF8.self))
        exchange.response.succeed(HTTPReceipt(response: response, idleChannel: staysOpen ? channel : nil))
    }

    private func fail(_ error: any Error) {
        let isNothing = head == nil && !(error is HTTPParserError)
        exchange.take()?.response.fail(isNothing ? NoResponse(reason: error) : error)
    }
}
#endif
