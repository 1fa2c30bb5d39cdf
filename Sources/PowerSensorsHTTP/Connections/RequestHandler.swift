#if Exporters
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection in order, starting each when the response before it has been sent.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Something to answer: a request with its route, or one that is refused.
    private enum Work {
        case request(HTTPRequestHead, Routes.Route)
        case refusal(Response, HTTPRequestHead?)
    }

    private let connection: Connection
    private let core: EndpointCore
    /// The request whose end has not been received yet.
    private var incoming: Work?
    /// The request that is answered next.
    private var pending: Work?
    /// Whether a response is being prepared or sent.
    private var isAnswering = false
    /// Whether the loop of ``processPending(_:)`` runs, which must not be entered again.
    private var isProcessing = false
    /// Whether no further request is answered on this connection.
    private var isFinished = false
    /// The password's check that the request waits for.
    private var check: BasicAuthenticator.Check?

    init(_ connection: Connection, _ core: EndpointCore) {
        self.connection = connection
        self.core = core
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinished else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            do throws(Response) {
                incoming = .request(head, try core.routes.route(head))
            } catch {
                let work = Work.refusal(error, head)
                // If the connection is closed anyway, there is no need to wait for the rest of the request.
                if error.closesConnection { process(work, context) } else { incoming = work }
            }
        case .body: break
        case .end:
            guard let work = incoming else { return }
            incoming = nil
            process(work, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // The client has disconnected, or does not speak TLS.
            context.close(promise: nil)
            return
        }
        guard !isFinished else { return }
        let response: Response =
            switch error {
            case .headerOverflow: .closing(.requestHeaderFieldsTooLarge, "The request's headers are too large.")
            case .invalidVersion:
                .closing(
                    .httpVersionNotSupported,
                    "Only HTTP/1.0 and HTTP/1.1 are supported, and lines must end with CR LF.")
            default: .closing(.badRequest, "This is not a valid HTTP request.")
            }
        process(.refusal(response, nil), context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isFinished = true
        pending = nil
        if let check = check.take() { core.authenticator?.cancel(check) }
        core.table.remove(connection)
    }

    // MARK: One request after another

    private func process(_ work: Work, _ context: ChannelHandlerContext) {
        pending = work
        processPending(context)
    }

    /// Answers pending work in a loop rather than by recursion: many requests sent at once must not grow the stack.
    private func processPending(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while !isAnswering, !isFinished, let work = pending {
            pending = nil
            isAnswering = true
            switch work {
            case .request(let head, let route): answer(head, route, context)
            case .refusal(let response, let head): send(response, to: head, context)
            }
        }
    }

    private func answer(_ head: HTTPRequestHead, _ route: Routes.Route, _ context: ChannelHandlerContext) {
        guard route.needsAuthentication, let authenticator = core.authenticator else {
            return respond(to: head, route, context)
        }
        connection.begin(.authenticating)
        let headers = head.headers["Authorization"]
        check = authenticator.authenticate(
            headers.count == 1 ? headers[0] : nil, from: connection
        ) { [self] refusal in
            check = nil
            guard !isFinished else { return }
            if let refusal { send(refusal, to: head, context) } else { respond(to: head, route, context) }
        }
    }

    private func respond(to head: HTTPRequestHead, _ route: Routes.Route, _ context: ChannelHandlerContext) {
        if route == .history { connection.begin(.querying) }
        core.routes.respond(to: head, route) { [self] response in
            guard !isFinished else { return }
            send(response, to: head, context)
        }
    }

    private func send(_ response: Response, to head: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        connection.begin(.sending)
        // After lines that were typed by hand, what follows is not another program's request.
        let staysOpen =
            !response.closesConnection && !core.table.isClosing && !connection.hasBareLineFeeds
            && head.map(Self.staysOpen) == true
        if !staysOpen { isFinished = true }
        var headers = response.headers
        headers.add(name: "Date", value: core.date.text)
        // It would be that of the document, which the client has (RFC 9110, section 8.6).
        if response.status != .notModified {
            headers.add(name: "Content-Length", value: String(response.body.readableBytes))
        }
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
            didSend(staysOpen, context)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    private func didSend(_ staysOpen: Bool, _ context: ChannelHandlerContext) {
        isAnswering = false
        guard staysOpen, !core.table.isClosing else { return linger(context) }
        connection.begin(.idle)
        processPending(context)
    }

    /// Closes the connection in a way that lets the client read the response: if unread bytes were left, the kernel
    /// would reset the connection, and the client might discard what it has received.
    private func linger(_ context: ChannelHandlerContext) {
        isFinished = true
        connection.begin(.lingering)
        if core.isSecured {
            context.close(promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    /// Whether more requests may follow. After a request to switch protocols, what follows may not be HTTP.
    private static func staysOpen(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.headers["Upgrade"].isEmpty && head.method != .CONNECT
    }
}
#endif
