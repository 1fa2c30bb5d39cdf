#if Exporters
import CPowerSensorsGzip
import NIOCore
import NIOHTTP1
import NIOPosix
import PowerSensors

/// An HTTP server on the loopback interface with scripted answers.
final class HTTPStub: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: HTTPHeaders
        /// The body, expanded if the headers say so.
        var body: [UInt8] = []

        /// Expands a body of at most 32 MiB; one that cannot be is empty.
        mutating func expandBody() {
            guard headers["Content-Encoding"] == ["gzip"] else { return }
            body = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 25) { [body] output, count in
                guard let start = output.baseAddress else { return }
                count = unsafe cpowersensorsgzip_expand(body, body.count, start, output.count)
            }
        }
    }

    enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], body: String = "")
        /// Closes the connection after the response, without saying so in it.
        case lastStatus(Int)
        /// Closes the connection without a response.
        case close
        /// Never responds.
        case hang
    }

    private let channel: any NIOCore.Channel
    private let log: Locked<[Request]>
    private let opened: Locked<Int>

    private init(_ channel: any NIOCore.Channel, _ log: Locked<[Request]>, _ opened: Locked<Int>) {
        self.channel = channel
        self.log = log
        self.opened = opened
    }

    deinit { channel.close(promise: nil) }

    /// Its address.
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// The requests so far.
    var requests: [Request] { log.withLock { $0 } }

    /// How many connections were opened so far.
    var connections: Int { opened.withLock { $0 } }

    /// Starts a server on a free port.
    static func start(_ answer: @escaping @Sendable (Request) -> Answer) async throws -> HTTPStub {
        let log = Locked<[Request]>([])
        let opened = Locked(0)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                opened.withLock { $0 += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        StubHandler { request in
                            log.withLock { $0.append(request) }
                            return answer(request)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return HTTPStub(channel, log, opened)
    }
}

/// Collects a request and answers it.
private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: (HTTPStub.Request) -> HTTPStub.Answer
    private var request: HTTPStub.Request?

    init(_ answer: @escaping (HTTPStub.Request) -> HTTPStub.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = HTTPStub.Request(method: head.method.rawValue, path: head.uri, headers: head.headers)
        case .body(let buffer): request?.body += buffer.readableBytesView
        case .end:
            guard var request else { return }
            request.expandBody()
            switch answer(request) {
            case .hang: return
            case .close: context.close(promise: nil)
            case .lastStatus(let status):
                respond(status, [], "", context)
                context.close(promise: nil)
            case .status(let status, let headers, let body): respond(status, headers, body, context)
            }
        }
    }

    private func respond(
        _ status: Int, _ headers: [(String, String)], _ body: String, _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        if status != 204 { head.headers.add(name: "Content-Length", value: "\(body.utf8.count)") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
#endif
