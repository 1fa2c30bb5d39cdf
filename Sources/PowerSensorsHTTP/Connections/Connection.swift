#if Exporters
import NIOCore

/// One client's connection, and what it is doing. Belongs to the endpoint's event loop.
final class Connection {
    /// What a connection is doing.
    enum Activity {
        /// The client has yet to send a whole request, or a TLS handshake.
        case receiving
        /// A password is being checked.
        case checking
        /// The client has yet to take a response.
        case sending
        /// Nothing, until the next request.
        case idle
        /// The last response is out; what still comes in is thrown away, so that it can be read.
        case parting

        /// Whether it is the client's turn, and nothing of ours is under way.
        var isWaiting: Bool { self == .receiving || self == .idle }
    }

    /// Its channel.
    let channel: any Channel

    /// What it is doing.
    private(set) var activity = Activity.receiving

    /// Since when.
    private(set) var since: NIODeadline

    init(_ channel: any Channel, at now: NIODeadline) {
        self.channel = channel
        since = now
    }

    /// Goes on to something else.
    func turn(to activity: Activity, at now: NIODeadline = .now()) {
        self.activity = activity
        since = now
    }

    /// Takes note of bytes: the first ones of a request start its time. More of them give no more time.
    func receiveBytes() {
        if activity == .idle { turn(to: .receiving) }
    }
}
#endif
