#if Exporters
import NIOCore
import NIOHTTP1

/// Answers one connection's requests, in their order, one at a time: the next is begun when the response before is out.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What is to be answered: a request with the route it leads to, or something that was refused.
    private enum Work {
        case request(HTTPRequestHead, Routes.Route)
        case refusal(Response, HTTPRequestHead?)
    }

    private let connection: Connection
    private let core: EndpointCore
    private var incoming: Work?
    private var waiting: Work?
    private var isBusy = false
    private var isPumping = false
    private var isOver = false

    init(_ connection: Connection, _ core: EndpointCore) {
        self.connection = connection
        self.core = core
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // A body is not waited for: nobody wants it.
            switch core.routes.route(head) {
            case .success(let route): incoming = .request(head, route)
            case .failure(let refusal):
                let work = Work.refusal(refusal.response, head)
                if refusal.response.closes { take(work, context) } else { incoming = work }
            }
        case .body: break
        case .end:
            guard let work = incoming else { return }
            incoming = nil
            take(work, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // The client is gone, or speaks no TLS.
            context.close(promise: nil)
            return
        }
        guard !isOver else { return }
        switch error {
        case .headerOverflow:
            take(.refusal(.closing(.requestHeaderFieldsTooLarge, "The request's headers are too large."), nil), context)
        case .invalidVersion:
            take(
                .refusal(.closing(.httpVersionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are spoken here."), nil),
                context)
        default:
            take(.refusal(.closing(.badRequest, "This is no HTTP request."), nil), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isOver = true
        waiting = nil
        core.table.remove(connection)
    }

    // MARK: One request after the other

    private func take(_ work: Work, _ context: ChannelHandlerContext) {
        waiting = work
        pump(context)
    }

    /// Begins what waits, as often as something does: a client that sends many requests at once must not make
    /// the stack grow.
    private func pump(_ context: ChannelHandlerContext) {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while !isBusy, !isOver, let work = waiting {
            waiting = nil
            isBusy = true
            switch work {
            case .request(let head, let route): answer(head, route, context)
            case .refusal(let response, let head): send(response, to: head, context)
            }
        }
    }

    private func answer(_ head: HTTPRequestHead, _ route: Routes.Route, _ context: ChannelHandlerContext) {
        guard route.isGuarded, let gatekeeper = core.gatekeeper else {
            return send(core.routes.response(route, head), to: head, context)
        }
        connection.turn(to: .checking)
        let headers = head.headers["Authorization"]
        gatekeeper.judge(headers.count == 1 ? headers[0] : nil, on: context.eventLoop) { [self] verdict in
            guard !isOver else { return }
            switch verdict {
            case .welcome: send(core.routes.response(route, head), to: head, context)
            case .refused: send(Self.unauthorized, to: head, context)
            case .busy: send(Self.busy, to: head, context)
            }
        }
    }

    private static let unauthorized = Response.text(
        .unauthorized, "A user's name and password are needed here.",
        headers: ["WWW-Authenticate": #"Basic realm="Power Sensors", charset="UTF-8""#])

    private static let busy = Response.text(
        .serviceUnavailable, "Too many passwords are being checked; try again in a second.",
        headers: ["Retry-After": "1"])

    private func send(_ response: Response, to head: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        connection.turn(to: .sending)
        let staysOpen = !response.closes && !core.table.isClosing && head.map(Self.staysOpen) == true
        if !staysOpen { isOver = true }
        var headers = response.headers
        headers.add(name: "Date", value: core.date.text)
        headers.add(name: "Content-Length", value: String(response.body.readableBytes))
        if !staysOpen {
            headers.add(name: "Connection", value: "close")
        } else if head?.version == .http1_0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        let line = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
        context.write(wrapOutboundOut(.head(line)), promise: nil)
        if head?.method != .HEAD, response.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            guard case .success = result else { return context.close(promise: nil) }
            sent(staysOpen, context)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    private func sent(_ staysOpen: Bool, _ context: ChannelHandlerContext) {
        isBusy = false
        guard staysOpen, !core.table.isClosing else { return part(context) }
        connection.turn(to: .idle)
        pump(context)
    }

    /// Ends the connection so that the client can read the response: closed with bytes that nobody read, the kernel would
    /// reset it, and the client might throw away what it has.
    private func part(_ context: ChannelHandlerContext) {
        isOver = true
        connection.turn(to: .parting)
        if core.isSecured {
            context.close(promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    /// Whether more requests may follow. Behind a wish to speak another protocol nothing is understood any more.
    private static func staysOpen(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.headers["Upgrade"].isEmpty && head.method != .CONNECT
    }
}
#endif
