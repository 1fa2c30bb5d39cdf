#if Exporters
import NIOCore

/// What happened to connections since the start.
package struct ConnectionCounts: Hashable, Sendable {
    /// Connections that came.
    package var accepted = 0
    /// Connections that had to make room.
    package var displaced = 0
    /// Connections whose time was over in the middle of a request or response.
    package var timedOut = 0
}

/// The connections there are, within the endpoint's bounds. Belongs to its event loop.
///
/// Time is looked after for all of them at once, every second as long as there are any: a connection costs no timer.
final class ConnectionTable {
    private let limits: EndpointConfiguration.Limits
    private let eventLoop: any EventLoop
    private let report: @Sendable (EndpointNotice) -> Void
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var sweep: RepeatedTask?
    private var reportedCrowd: NIODeadline?
    private var emptied: EventLoopPromise<Void>?
    private(set) var counts = ConnectionCounts()

    init(
        _ limits: EndpointConfiguration.Limits, on eventLoop: any EventLoop,
        reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) {
        self.limits = limits
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Whether new connections are turned away, since the endpoint is about to end.
    var isClosing: Bool { emptied != nil }

    /// Takes in a connection; where there are too many, the one that can be spared best is closed.
    func insert(_ connection: Connection) {
        counts.accepted += 1
        if connections.count >= max(limits.connections, 1) { makeRoom() }
        connections[ObjectIdentifier(connection)] = connection
        if sweep == nil {
            let table = NIOLoopBound(self, eventLoop: eventLoop)
            sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                table.value.closeOverdue(at: .now())
            }
        }
    }

    /// Forgets a connection that was closed.
    func remove(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil, connections.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        emptied?.succeed()
    }

    /// Lets every response that was begun come to its end, closes the other connections, and says when the last is closed.
    func drain() -> EventLoopFuture<Void> {
        if let emptied { return emptied.futureResult }
        let promise = eventLoop.makePromise(of: Void.self)
        emptied = promise
        if connections.isEmpty { promise.succeed() }
        for connection in Array(connections.values) where connection.activity.isWaiting {
            connection.channel.close(promise: nil)
        }
        return promise.futureResult
    }

    /// Closes every connection, whatever it is doing.
    func closeAll() {
        for connection in Array(connections.values) { connection.channel.close(promise: nil) }
    }

    private func closeOverdue(at now: NIODeadline) {
        let overdue = connections.values.filter { connection in
            limit(connection.activity).map { now - connection.since >= $0 } ?? false
        }
        for connection in overdue {
            if connection.activity != .idle, connection.activity != .parting { counts.timedOut += 1 }
            connection.channel.close(promise: nil)
        }
    }

    private func limit(_ activity: Connection.Activity) -> TimeAmount? {
        switch activity {
        case .receiving: TimeAmount(limits.receiveTime)
        case .sending: TimeAmount(limits.sendTime)
        case .idle: TimeAmount(limits.idleTime)
        case .parting: .seconds(2)
        // The queue before the check is short, and its work bounded.
        case .checking: nil
        }
    }

    /// Closes the connection that has done nothing for longest.
    ///
    /// One between two requests, as a scraper's is for most of the time, counts as half a minute younger. And one that came
    /// within the last second is spared as long as there is another, so that a crowd does not drive out the one
    /// that is about to speak.
    private func makeRoom() {
        let now = NIODeadline.now()
        let restless: (Connection) -> NIODeadline = { $0.since + ($0.activity == .idle ? .seconds(30) : .zero) }
        let candidates = connections.values.filter { $0.activity != .checking }
        let settled = candidates.filter { now - restless($0) >= .seconds(1) }
        let spared = (settled.isEmpty ? candidates : settled).min { restless($0) < restless($1) }
        counts.displaced += 1
        reportCrowd(at: now)
        guard let spared else { return }
        // It counts no longer, even if its end takes a moment.
        connections.removeValue(forKey: ObjectIdentifier(spared))
        spared.channel.close(promise: nil)
    }

    private func reportCrowd(at now: NIODeadline) {
        if let reportedCrowd, now - reportedCrowd < .minutes(10) { return }
        reportedCrowd = now
        report(
            EndpointNotice(
                problem:
                    "more than \(limits.connections) clients are connected at a time, so the slowest are cut off. Remedy:"
                    + " let fewer programs reach this address"))
    }
}
#endif
