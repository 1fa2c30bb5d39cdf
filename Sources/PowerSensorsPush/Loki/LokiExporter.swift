#if Exporters
public import PowerSensors
public import PowerSensorsExporters

/// Sends snapshots and events to Loki, as lines of numbers that LogQL can unwrap.
///
/// A snapshot becomes one line, of the host's figures and the channels' powers; an event becomes one, and so does a power
/// spike. They wait in memory and go out in the background, in order, so no call here ever waits for Loki. What may work
/// later is tried again for as long as it takes; what Loki refuses is lost, told once and counted in ``statistics``.
///
/// What went wrong in the background is thrown by the next call, which has done its own work all the same.
public struct LokiExporter: Exporter {
    /// `loki`.
    public let name = "loki"

    /// How often a snapshot is sent.
    public let interval: Duration

    private let outbox: LokiOutbox
    private let courier: PushCourier
    private let route: PushRoute
    private let url: String
    private let finishLimit: Duration
    private let spikeRule: SpikeRule?
    private var lines: LokiLines?
    private var spikes: SpikeDetector?
    private var spikesOf: Scope?
    /// The last snapshot's moment, on the clock of events and as wall time.
    private var last: (instant: SampleInstant, nanoseconds: Int64)?

    /// An exporter to a Loki.
    ///
    /// - Parameters:
    ///   - url: Where Loki is: `http://HOST:3100`, with a path before `/loki/api/v1/push` where a proxy wants one.
    ///   - node: The machine's name, the label `host`.
    ///   - configuration: How to send.
    /// - Throws: ``PushSetupError`` for an address that cannot be Loki's, and for what a header cannot carry.
    public init(
        _ url: String, node: String, configuration: LokiConfiguration = LokiConfiguration()
    ) throws(PushSetupError) {
        let address = try PushAddress(loki: url)
        let credentials = configuration.credentials ?? address.credentials
        try credentials?.check()
        try self.init(
            address, node, configuration, HTTPTransport(credentials), .machine)
    }

    package init(
        _ url: String, node: String, configuration: LokiConfiguration, transport: any PushTransport,
        environment: PushEnvironment
    ) throws(PushSetupError) {
        try self.init(PushAddress(loki: url), node, configuration, transport, environment)
    }

    package init(
        http url: String, node: String, configuration: LokiConfiguration, environment: PushEnvironment
    ) throws(PushSetupError) {
        let address = try PushAddress(loki: url)
        let transport = HTTPTransport(configuration.credentials ?? address.credentials)
        try self.init(address, node, configuration, transport, environment)
    }

    private init(
        _ address: PushAddress, _ node: String, _ configuration: LokiConfiguration, _ transport: any PushTransport,
        _ environment: PushEnvironment
    ) throws(PushSetupError) {
        if let tenant = configuration.tenant {
            guard !tenant.isEmpty, tenant.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw PushSetupError(
                    subject: "the tenant", problem: "\"\(tenant.safeToShow)\" cannot be one",
                    remedy: "Name Loki's tenant by letters, digits and the like, or leave it out.")
            }
        }
        guard node.utf8.count <= 1024 else {
            throw PushSetupError(
                subject: "the node's name", problem: "it has more than the 1024 bytes that suit a label of Loki's",
                remedy: "Name the machine more shortly.")
        }
        url = address.url
        interval = configuration.interval
        finishLimit = configuration.finishLimit
        spikeRule = configuration.spikes
        outbox = LokiOutbox(
            url: address.url, node: node, configuration, wallNanoseconds: environment.wallNanoseconds)
        route = PushRoute(
            outbox: outbox, transport: transport, environment: environment, advice: .loki,
            batchInterval: configuration.batchInterval, timeout: configuration.timeout,
            backOff: PushBackOff(from: .milliseconds(500), to: .seconds(300)))
        courier = PushCourier(route)
    }

    /// What became of the lines so far.
    public var statistics: LokiStatistics { outbox.statistics }

    /// Asks Loki once whether it would take lines, without sending any.
    ///
    /// - Throws: ``PushFailure`` where it would not.
    public func check() async throws(PushFailure) {
        switch await route.send(outbox.probe) {
        // It has nothing to store, and says so: that is Loki.
        case .delivered, .cancelled: return
        case .refused(let failure) where failure.reason == .status(422): return
        case .refused(let failure), .failed(let failure, _): throw failure
        }
    }

    /// Renders the names of a generation.
    public mutating func prepare(for topology: Topology) throws {
        lines = LokiLines(topology)
        spikes = nil
    }

    /// Queues a snapshot's line, and a power spike's.
    ///
    /// - Throws: ``PushFailure`` for what went wrong since the call before.
    public mutating func export(_ snapshot: Snapshot) throws {
        last = (snapshot.instant, snapshot.timeNanoseconds)
        if let lines, lines.generation == snapshot.topology.generation {
            for line in lines.lines(snapshot) { outbox.append(line) }
            if let host = snapshot.headline, let spike = spike(in: host, over: snapshot.interval) {
                outbox.append(lines.line(spike, of: host, at: snapshot.timeNanoseconds))
            }
        }
        courier.wake()
        try throwFailure()
    }

    /// Queues an event's line.
    ///
    /// - Throws: ``PushFailure`` for what went wrong since the call before.
    public mutating func export(_ event: MonitorEvent) throws {
        if let lines { outbox.append(lines.line(event, at: nanoseconds(of: event))) }
        courier.wake()
        try throwFailure()
    }

    /// Delivers what still waits, within ``LokiConfiguration/finishLimit``.
    ///
    /// - Throws: ``PushFailure`` where some of it could not be delivered.
    public mutating func finish() async throws {
        await courier.finish(within: finishLimit)
        let count = outbox.abandon()
        if count > 0 {
            throw courier.unfinished(
                "\(count) lines could not be delivered and are lost",
                remedy: "See why Loki did not take them; to wait longer at the end, raise the limit.", url: url)
        }
        if let refusal = courier.takeRefusal() { throw refusal }
    }

    private func throwFailure() throws(PushFailure) {
        if let failure = courier.takeFailure() { throw failure }
    }

    private mutating func spike(in host: HostSnapshot, over interval: Duration?) -> SpikeDetector.Spike? {
        guard let spikeRule, let power = host.power, let interval else { return nil }
        // A figure of another scope has another baseline.
        if spikes == nil || spikesOf != host.scope { (spikes, spikesOf) = (SpikeDetector(spikeRule), host.scope) }
        return spikes?.take(power, over: interval)
    }

    /// An event's wall time: the last snapshot's, and the time between the two.
    private func nanoseconds(of event: MonitorEvent) -> Int64 {
        guard let last else { return route.environment.wallNanoseconds() }
        let since = event.instant.boottimeNanoseconds &- last.instant.boottimeNanoseconds
        return last.nanoseconds &+ since
    }
}

extension PushAdvice {
    fileprivate static let loki = PushAdvice(
        server: "Loki",
        authorisation:
            "Give the tenant, and the user and password or the token, that Loki or the proxy before it wants.",
        path: "Name the address of Loki itself, or of a proxy's path to it.",
        refusal: "The lines of that request are lost, but for those that were good. Look at this machine's clock"
            + " and at Loki's limits_config."
    )
}
#endif
