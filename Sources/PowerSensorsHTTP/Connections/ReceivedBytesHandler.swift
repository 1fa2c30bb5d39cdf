#if Exporters
import NIOCore

/// Reports received bytes to their connection before they are parsed, and discards them once it is closing.
final class ReceivedBytesHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.activity != .lingering else { return }
        connection.didReceiveBytes()
        context.fireChannelRead(data)
    }
}
#endif
