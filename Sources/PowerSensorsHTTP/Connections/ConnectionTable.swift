#if Exporters
import Glibc
import NIOCore
import PowerSensors

/// How many connections an endpoint has handled since it started.
package struct ConnectionCounts: Hashable, Sendable {
    /// Accepted connections.
    package var accepted = 0
    /// Connections closed to make room for new ones.
    package var evicted = 0
    /// Attempts to accept a connection for which the system lacked something.
    package var refused = 0
    /// Connections closed because a request or response took too long.
    package var timedOut = 0
}

/// The open connections, kept within the endpoint's limits. Belongs to its event loop.
///
/// One timer checks all connections every second, or as often as the shortest limit asks for, so no connection needs its own.
final class ConnectionTable {
    private let limits: EndpointConfiguration.Limits
    private let eventLoop: any EventLoop
    private let report: @Sendable (EndpointNotice) -> Void
    private let budget: DescriptorBudget
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// The timer; nil while no connection is open.
    private var sweep: RepeatedTask?
    private var overloadReportedAt: NIODeadline?
    /// Succeeds when the last connection of a stopping endpoint is closed; nil before it stops.
    private var drained: EventLoopPromise<Void>?
    private(set) var counts = ConnectionCounts()

    init(
        _ limits: EndpointConfiguration.Limits, on eventLoop: any EventLoop,
        budget: DescriptorBudget = .ofProcess, reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) {
        self.budget = budget
        self.limits = limits
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Whether the endpoint is stopping and accepts no connections.
    var isClosing: Bool { drained != nil }

    /// Adds a connection. If there is no room for it, another one is closed first; if none can be, this one is.
    func insert(_ connection: Connection) {
        counts.accepted += 1
        let hasRoom = connections.count < max(limits.connections, 1) && budget.take(.connection) == 1
        // The new connection takes over what the budget granted to the closed one.
        guard hasRoom || evictConnection() else { return connection.channel.close(promise: nil) }
        connections[ObjectIdentifier(connection)] = connection
        if sweep == nil {
            let table = NIOLoopBound(self, eventLoop: eventLoop)
            let period = TimeAmount(
                min(.seconds(1), limits.receiveTime, limits.sendTime, limits.queryTime, limits.idleTime))
            sweep = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
                table.value.closeTimedOut(at: .now())
            }
        }
    }

    /// Removes a closed connection.
    func remove(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        budget.giveBack(.connection)
        guard connections.isEmpty else { return }
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
        for connection in Array(connections.values) { connection.closeAtOnce() }
    }

    private func closeTimedOut(at now: NIODeadline) {
        let timedOut = connections.values.filter { connection in
            timeLimit(for: connection.activity).map { now - connection.activityStart >= $0 } ?? false
        }
        for connection in timedOut {
            if connection.activity != .idle, connection.activity != .lingering { counts.timedOut += 1 }
            connection.closeAtOnce()
        }
    }

    private func timeLimit(for activity: Connection.Activity) -> TimeAmount? {
        switch activity {
        case .receiving: TimeAmount(limits.receiveTime)
        case .querying: TimeAmount(limits.queryTime)
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
    /// A connection between two requests counts as half a minute younger, because a scraper's is in this state most of the time,
    /// as long as these are fewer than half of all. Connections that became active within the last second are kept as long as there
    /// are others, so that a burst of connections does not push out one that is about to send its request; but if most connections
    /// wait for a password's check, one of these is closed first.
    ///
    /// - Returns: Whether there was one that could be closed.
    private func evictConnection() -> Bool {
        let now = NIODeadline.now()
        let candidates = connections.values.filter { $0.activity != .authenticating }
        let idle = candidates.filter { $0.activity == .idle }
        let bonus: TimeAmount = idle.count * 2 >= connections.count ? .zero : .seconds(30)
        let inactiveSince: (Connection) -> NIODeadline = {
            $0.activityStart + ($0.activity == .idle ? bonus : .zero)
        }
        let inactive = candidates.filter { now - inactiveSince($0) >= .seconds(1) }
        let fresh = bonus == .zero ? idle : candidates
        let isCrowded = inactive.isEmpty && candidates.count * 2 < connections.count
        let evicted =
            isCrowded
            ? oneInCrowd : (inactive.isEmpty ? fresh : inactive).min { inactiveSince($0) < inactiveSince($1) }
        reportOverload(at: now)
        guard let evicted else { return false }
        counts.evicted += 1
        connections.removeValue(forKey: ObjectIdentifier(evicted))
        evicted.closeAtOnce()
        return true
    }

    /// One at random of the address from which most connections wait for a password's check: a rule could be used to push out
    /// others at the same address.
    private var oneInCrowd: Connection? {
        let waiting = connections.values.filter { $0.activity == .authenticating }
        return Dictionary(grouping: waiting, by: \.address).values.max { $0.count < $1.count }?.randomElement()
    }

    /// How long no client is accepted after an accept(2) that failed; nil if the next one may succeed.
    func delayAfterRefusal(_ error: IOError) -> TimeAmount? {
        guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else { return nil }
        counts.refused += 1
        reportProblem(
            "clients have to wait, since none can be accepted: \(systemMessage(errno: error.errnoCode))",
            remedy: Finding.remedy(ofErrno: error.errnoCode) ?? "see what the system lacks", at: .now())
        return .seconds(1)
    }

    /// Reports that there is not enough room for all clients.
    private func reportOverload(at now: NIODeadline) {
        let isAtLimit = connections.count >= max(limits.connections, 1)
        reportProblem(
            connections.isEmpty
                ? "no open file is left for clients, so they are disconnected"
                : "more than \(connections.count) clients are connected, so the slowest are disconnected",
            remedy: (isAtLimit ? nil : Finding.remedy(ofErrno: EMFILE)) ?? "let fewer programs connect to this address",
            at: now)
    }

    /// Reports that not all clients can be served, at most every ten minutes.
    private func reportProblem(_ problem: String, remedy: String, at now: NIODeadline) {
        if let overloadReportedAt, now - overloadReportedAt < .minutes(10) { return }
        overloadReportedAt = now
        report(EndpointNotice(isProblem: true, description: "\(problem). Remedy: \(remedy)"))
    }
}
#endif
