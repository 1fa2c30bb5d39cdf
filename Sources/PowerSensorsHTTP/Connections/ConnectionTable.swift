#if Exporters
import NIOCore

/// How many connections an endpoint has handled since it started.
package struct ConnectionCounts: Hashable, Sendable {
    /// Accepted connections.
    package var accepted = 0
    /// Connections closed to make room for new ones.
    package var evicted = 0
    /// Connections closed because a request or response took too long.
    package var timedOut = 0
}

/// The open connections, kept within the endpoint's limits. Belongs to its event loop.
///
/// One timer checks all connections every second, so no connection needs its own.
final class ConnectionTable {
    private let limits: EndpointConfiguration.Limits
    private let eventLoop: any EventLoop
    private let report: @Sendable (EndpointNotice) -> Void
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// The timer; nil while no connection is open.
    private var sweep: RepeatedTask?
    private var overloadReportedAt: NIODeadline?
    /// Succeeds when the last connection of a stopping endpoint is closed; nil before it stops.
    private var drained: EventLoopPromise<Void>?
    private(set) var counts = ConnectionCounts()

    init(
        _ limits: EndpointConfiguration.Limits, on eventLoop: any EventLoop,
        reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) {
        self.limits = limits
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Whether the endpoint is stopping and accepts no connections.
    var isClosing: Bool { drained != nil }

    /// Adds a connection. At the limit, another one is closed first.
    func insert(_ connection: Connection) {
        counts.accepted += 1
        if connections.count >= max(limits.connections, 1) { evictConnection() }
        connections[ObjectIdentifier(connection)] = connection
        if sweep == nil {
            let table = NIOLoopBound(self, eventLoop: eventLoop)
            sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                table.value.closeTimedOut(at: .now())
            }
        }
    }

    /// Removes a closed connection.
    func remove(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil, connections.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        drained?.succeed()
    }

    /// Lets responses in progress finish and closes all other connections. The future succeeds when none is left.
    func drain() -> EventLoopFuture<Void> {
        if let drained { return drained.futureResult }
        let promise = eventLoop.makePromise(of: Void.self)
        drained = promise
        if connections.isEmpty { promise.succeed() }
        for connection in Array(connections.values) where connection.activity.isWaitingForClient {
            connection.channel.close(promise: nil)
        }
        return promise.futureResult
    }

    /// Closes every connection, whatever it is doing.
    func closeAll() {
        for connection in Array(connections.values) { connection.channel.close(promise: nil) }
    }

    private func closeTimedOut(at now: NIODeadline) {
        let timedOut = connections.values.filter { connection in
            timeLimit(for: connection.activity).map { now - connection.activityStart >= $0 } ?? false
        }
        for connection in timedOut {
            if connection.activity != .idle, connection.activity != .lingering { counts.timedOut += 1 }
            connection.channel.close(promise: nil)
        }
    }

    private func timeLimit(for activity: Connection.Activity) -> TimeAmount? {
        switch activity {
        case .receiving: TimeAmount(limits.receiveTime)
        case .sending: TimeAmount(limits.sendTime)
        case .idle: TimeAmount(limits.idleTime)
        // Long enough for a client to receive and read the end of its response.
        case .lingering: .seconds(2)
        // Each connection waits for one check at most, which bounds the time.
        case .authenticating: nil
        }
    }

    /// Closes the connection that has been inactive the longest.
    ///
    /// A connection between two requests counts as half a minute younger, because a scraper's is in this state most of the time.
    /// Connections that became active within the last second are kept as long as there are others, so that a burst of
    /// connections does not push out one that is about to send its request; but if most connections wait for a password's check, one
    /// of these is closed first.
    private func evictConnection() {
        let now = NIODeadline.now()
        let inactiveSince: (Connection) -> NIODeadline = {
            $0.activityStart + ($0.activity == .idle ? .seconds(30) : .zero)
        }
        let candidates = connections.values.filter { $0.activity != .authenticating }
        let inactive = candidates.filter { now - inactiveSince($0) >= .seconds(1) }
        let isCrowded = inactive.isEmpty && candidates.count * 2 < connections.count
        let evicted =
            isCrowded
            ? lastInCrowd
            : (inactive.isEmpty ? candidates : inactive).min { inactiveSince($0) < inactiveSince($1) }
        counts.evicted += 1
        reportOverload(at: now)
        guard let evicted else { return }
        // It no longer counts, even if closing takes a moment.
        connections.removeValue(forKey: ObjectIdentifier(evicted))
        evicted.channel.close(promise: nil)
    }

    /// Of the address from which most connections wait for a password's check, the one that has waited the shortest: the others
    /// keep their turns.
    private var lastInCrowd: Connection? {
        let waiting = connections.values.filter { $0.activity == .authenticating }
        let crowd = Dictionary(grouping: waiting, by: \.address).values.max { $0.count < $1.count }
        return crowd?.max { $0.activityStart < $1.activityStart }
    }

    /// Reports that connections are closed to make room, at most every ten minutes.
    private func reportOverload(at now: NIODeadline) {
        if let overloadReportedAt, now - overloadReportedAt < .minutes(10) { return }
        overloadReportedAt = now
        report(
            EndpointNotice(
                isProblem: true,
                description: "more than \(limits.connections) clients are connected, so the slowest are disconnected."
                    + " Remedy: let fewer programs connect to this address"))
    }
}
#endif
