#if Exporters
import NIOCore

/// Tells a connection of bytes that came in, before they are parsed.
final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after the last response is nobody's business: it is not even parsed.
        guard connection.activity != .parting else { return }
        connection.receiveBytes()
        context.fireChannelRead(data)
    }
}
#endif
