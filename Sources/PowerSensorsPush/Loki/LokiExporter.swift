#if Exporters
public import PowerSensors
public import PowerSensorsExporters

/// Sends snapshots and events to Loki, as lines of numbers that LogQL can unwrap.
///
/// Each snapshot becomes a line with the host's figures and the channels' powers; each event becomes a line too. Lines are
/// queued in memory and delivered in order in the background, so no call here waits for Loki. Those of consumers have a queue
/// of their own, so that a limit which they exceed does not hold back the host's. Temporary failures are retried for as long as
/// they last; lines that Loki refuses are lost and counted in ``statistics``.
///
/// A failure in the background is thrown by the next call, which has done its own work nevertheless.
public struct LokiExporter: Exporter {
    /// `loki`.
    public let name = "loki"

    /// How often a snapshot is sent.
    public let interval: Duration

    let configuration: LokiConfiguration
    let requests: LokiRequests
    private let store: LokiStore
    private let sender: PushSender
    private let url: String
    private var lines: LokiLines?
    private var losses: LossReport
    /// The time of the latest snapshot, on the clock of events and as wall time.
    private var latest: (instant: SampleInstant, nanoseconds: Int64)?

    /// An exporter to a Loki server.
    ///
    /// - Parameters:
    ///   - url: The address of Loki: `http://HOST:3100`, with a path before `/loki/api/v1/push` if a proxy needs one.
    ///   - node: The machine's name, for the label `host`.
    ///   - configuration: What to send, and how.
    /// - Throws: ``PushSetupError`` for an address that cannot be Loki's, and for values that a header cannot carry.
    public init(
        _ url: String, node: String, configuration: LokiConfiguration = LokiConfiguration()
    ) throws(PushSetupError) {
        try self.init(url, node: node, configuration: configuration, environment: .machine)
    }

    package init(
        _ url: String, node: String, configuration: LokiConfiguration, transport: (any PushTransport)? = nil,
        environment: PushEnvironment
    ) throws(PushSetupError) {
        let address = try PushAddress(loki: url)
        let credentials = configuration.credentials ?? address.credentials
        let transport: any PushTransport =
            if let transport {
                transport
            } else {
                try HTTPTransport(credentials, authorityFile: configuration.certificateAuthorityFile)
            }
        if let tenant = configuration.tenant {
            guard !tenant.isEmpty, tenant.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw PushSetupError(
                    subject: "the tenant", problem: "\"\(tenant.safeToShow)\" is not valid",
                    remedy: "Use letters, digits and punctuation without spaces, or leave it out.")
            }
        }
        guard node.utf8.count <= 1024 else {
            throw PushSetupError(
                subject: "the node's name", problem: "it is longer than the 1024 bytes that fit into a label",
                remedy: "Use a shorter name.")
        }
        self.url = address.url
        interval = configuration.interval
        self.configuration = configuration
        losses = LossReport(configuration)
        let requests = LokiRequests(url: address.url, node: node, configuration: configuration)
        let store = LokiStore(limit: max(configuration.maximumQueuedBytes, 1 << 16))
        (self.requests, self.store) = (requests, store)
        let queues = LokiBacklog.Part.allCases.map {
            LokiPushQueue($0, of: store, requests, wallNanoseconds: environment.wallNanoseconds)
        }
        sender = PushSender(
            DeliveryLoop(
                queues: queues, transport: transport, environment: environment,
                advice: .loki, batchInterval: configuration.batchInterval, timeout: configuration.timeout,
                backOff: PushBackOff(to: .seconds(300))))
    }

    /// What has become of the lines so far.
    public var statistics: LokiStatistics { store.statistics }

    /// Asks Loki once whether it accepts lines, without sending any.
    ///
    /// - Throws: ``PushFailure`` if it does not.
    public func check() async throws(PushFailure) {
        // 422 is Loki's answer to a request without lines.
        try await sender.check(requests.probe, allowing: .status(422))
    }

    /// Prepares the field names of a topology's channels.
    public mutating func prepare(for topology: Topology) throws {
        lines = LokiLines(topology)
    }

    /// Queues the lines of a snapshot.
    ///
    /// - Throws: ``PushFailure`` for what has failed since the previous call.
    public mutating func export(_ snapshot: Snapshot) throws {
        latest = (snapshot.instant, snapshot.timeNanoseconds)
        store.skip(snapshot.skipped)
        if let lines, lines.generation == snapshot.topology.generation {
            for line in lines.lines(snapshot) { append(line) }
        }
        try sender.wake()
        try throwLoss()
    }

    /// Queues the line of an event.
    ///
    /// - Throws: ``PushFailure`` for what has failed since the previous call.
    public mutating func export(_ event: MonitorEvent) throws {
        if let lines { append(lines.line(event, at: nanoseconds(of: event))) }
        try sender.wake()
    }

    /// Delivers the queued lines, within ``LokiConfiguration/finishLimit``.
    ///
    /// - Throws: ``PushFailure`` with the totals if any lines were lost since the start.
    public mutating func finish() async throws {
        await sender.finish(within: configuration.finishLimit)
        store.abandon()
        let total = statistics
        guard total.lost > 0 else { return }
        throw sender.ending(
            total.abandoned > 0 ? .unfinished : .lost,
            "of \(total.offered) lines, \(total.sent) were delivered and \(total.lost) \(total.lost == 1 ? "is" : "are") lost:"
                + " \(total.losses())",
            remedy: sender.lastFailure?.remedy ?? "Find out why Loki did not accept them in time.", url: url)
    }

    private func append(_ line: LokiLines.Line) { store.append(requests.entry(line)) }

    /// Throws when lines begin to be lost, and when that is over.
    private mutating func throwLoss() throws(PushFailure) {
        guard let notice = losses.notice(statistics, at: sender.delivery.environment.elapsed()) else { return }
        if notice.isEnd { sender.delivery.failures.withLock { $0.forgetRefusals() } }
        let remedy =
            notice.isEnd ? "" : "See why Loki does not accept them: \(sender.lastFailure?.remedy ?? "its log.")"
        throw PushFailure(reason: .lost, url: url, text: notice.text, remedy: remedy)
    }

    /// An event's wall time: that of the latest snapshot plus the time between the two.
    private func nanoseconds(of event: MonitorEvent) -> Int64 {
        guard let latest else { return sender.delivery.environment.wallNanoseconds() }
        let since = event.instant.boottimeNanoseconds &- latest.instant.boottimeNanoseconds
        return latest.nanoseconds &+ since
    }
}

extension PushAdvice {
    fileprivate static let loki = PushAdvice(
        server: "Loki",
        authorization: "Give the tenant, and the user and password or token, that Loki or its proxy requires.",
        path: "Give the address of Loki itself, or of a proxy's path to it.",
        refusal:
            "The lines of that request are lost, except valid ones that Loki may have stored. Check this machine's clock"
            + " and Loki's limits_config."
    )
}
#endif
