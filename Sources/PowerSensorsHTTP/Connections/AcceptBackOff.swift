#if Exporters
import NIOCore

/// Stops accepting clients for a while after an accept(2) that failed.
///
/// It is a handler of the listening channel. NIO's `AcceptBackoffHandler` withholds reads instead, which has no effect after a
/// failure: the channel stays registered, so that the kernel reports the waiting client again and again.
final class AcceptBackOff: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let delay: (IOError) -> TimeAmount?

    /// - Parameter delay: Returns for how long no client is accepted after an error; nil to go on at once.
    init(delay: @escaping (IOError) -> TimeAmount?) { self.delay = delay }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let refusal = error as? IOError else { return context.fireErrorCaught(error) }
        guard let delay = delay(refusal) else { return }
        let listener = context.channel
        listener.setOption(.autoRead, value: false).whenComplete { _ in }
        listener.eventLoop.scheduleTask(in: delay) {
            // Fails without effect if the channel was closed in the meantime.
            listener.setOption(.autoRead, value: true).whenComplete { _ in }
        }
    }
}
#endif
