#if Exporters
import NIOCore
import NIOSSL

/// A client's connection and its current activity. Belongs to the endpoint's event loop.
///
/// It is the channel's handler in front of the HTTP parser, and behind TLS if there is any. So it sees received bytes before
/// they are parsed, and discards them once it is closing.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What a connection is doing.
    enum Activity {
        /// Waiting for the rest of a request or TLS handshake.
        case receiving
        /// Waiting for a password check.
        case authenticating
        /// Waiting for an answer from the history.
        case querying
        /// Waiting for the client to receive a response.
        case sending
        /// Waiting for the next request.
        case idle
        /// The last response is sent; input is discarded until the client has read it.
        case lingering

        /// Whether only the client can continue: no request is being answered.
        var isWaitingForClient: Bool { self == .receiving || self == .idle }
    }

    /// The connection's channel.
    let channel: any Channel

    /// The current activity.
    private(set) var activity = Activity.receiving

    /// When the current activity began.
    private(set) var activityStart: NIODeadline

    /// Where the client is, for as long as the connection is open.
    private(set) lazy var address = ClientAddress(channel.remoteAddress)

    /// How many of its passwords had to be checked.
    var attempts = 0

    /// How the lines of its requests end.
    private var lineEnds = LineEnds()

    /// Whether the lines of its requests end with a line feed alone.
    var hasBareLineFeeds: Bool { lineEnds.areBare == true }

    init(_ channel: any Channel, at now: NIODeadline) {
        self.channel = channel
        activityStart = now
    }

    /// Begins another activity.
    func begin(_ activity: Activity, at now: NIODeadline = .now()) {
        self.activity = activity
        activityStart = now
    }

    /// Closes the connection without waiting for the client, as a TLS connection otherwise does for its consent.
    func closeAtOnce() {
        let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        if let tls { tls.close(promise: nil) } else { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard activity != .lingering else { return }
        // A request's later bytes do not extend its time.
        if activity == .idle { begin(.receiving) }
        context.fireChannelRead(wrapInboundOut(lineEnds.completed(unwrapInboundIn(data))))
    }
}
#endif
