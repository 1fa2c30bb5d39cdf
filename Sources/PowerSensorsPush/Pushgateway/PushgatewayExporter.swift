#if Exporters
public import PowerSensors
public import PowerSensorsExporters

/// Pushes Prometheus' text to a Pushgateway, for machines that no Prometheus can reach.
///
/// A page replaces the one before, and is deleted at the end. It is delivered in the background, so no call here waits for
/// the Pushgateway but ``finish()``; while it is away only the newest page is kept.
///
/// What went wrong in the background is thrown by the next call, which has done its own work all the same.
public struct PushgatewayExporter: Exporter {
    /// `pushgateway`.
    public let name = "pushgateway"

    /// How often a page is pushed.
    public let interval: Duration

    private let configuration: PushgatewayConfiguration
    private let outbox: PushgatewayOutbox
    private let courier: PushCourier
    private let route: PushRoute
    private let base: PushAddress
    private let url: String
    private var page: PrometheusPage

    /// An exporter to a Pushgateway.
    ///
    /// - Parameters:
    ///   - url: Where the Pushgateway is: `http://HOST:9091`, with the path of its `--web.route-prefix` where it has one.
    ///   - node: The machine's name, the label `instance`.
    ///   - page: The page's template.
    ///   - configuration: How to push.
    /// - Throws: ``PushSetupError`` for what is no address, and for what cannot be a key.
    public init(
        _ url: String, node: String, page: PrometheusPage,
        configuration: PushgatewayConfiguration = PushgatewayConfiguration()
    ) throws(PushSetupError) {
        let address = try PushAddress(url)
        let credentials = configuration.credentials ?? address.credentials
        try credentials?.check()
        try self.init(address, node, page, configuration, HTTPTransport(credentials), .machine)
    }

    package init(
        _ url: String, node: String, page: PrometheusPage, configuration: PushgatewayConfiguration,
        transport: any PushTransport, environment: PushEnvironment
    ) throws(PushSetupError) {
        try self.init(PushAddress(url), node, page, configuration, transport, environment)
    }

    private init(
        _ address: PushAddress, _ node: String, _ page: PrometheusPage, _ configuration: PushgatewayConfiguration,
        _ transport: any PushTransport, _ environment: PushEnvironment
    ) throws(PushSetupError) {
        guard !address.path.contains("/metrics") else {
            throw PushSetupError(
                address, problem: "the path of the key is added to it",
                remedy: "End the address before /metrics; the job and the node have options of their own.")
        }
        guard !configuration.job.isEmpty else {
            throw PushSetupError(
                subject: "the job", problem: "a Pushgateway wants a name for it", remedy: "Name one, or leave it out.")
        }
        let key = GroupingKey(job: configuration.job, instance: node)
        base = address
        url = address.appending(key.path).url
        interval = configuration.interval
        self.configuration = configuration
        self.page = page
        outbox = PushgatewayOutbox(url: url)
        route = PushRoute(
            outbox: outbox, transport: transport, environment: environment, advice: .pushgateway,
            batchInterval: .zero, timeout: configuration.timeout,
            backOff: PushBackOff(from: .milliseconds(500), to: .seconds(30)))
        courier = PushCourier(route)
    }

    /// What became of the pages so far.
    public var statistics: PushgatewayStatistics { outbox.statistics }

    /// Asks the Pushgateway once whether it is ready, without pushing anything.
    ///
    /// - Throws: ``PushFailure`` where it is not.
    public func check() async throws(PushFailure) {
        switch await route.send(PushRequest(method: .get, url: base.appending("/-/ready").url)) {
        case .delivered, .cancelled: return
        case .refused(let failure), .failed(let failure, _): throw failure
        }
    }

    /// Renders the names and labels.
    public mutating func prepare(for topology: Topology) { page.prepare(for: topology) }

    /// Counts what befell a channel.
    public mutating func export(_ event: MonitorEvent) { page.note(event) }

    /// Renders the page and has it pushed.
    ///
    /// - Throws: ``PushFailure`` for what went wrong since the call before.
    public mutating func export(_ snapshot: Snapshot) throws {
        var bytes: [UInt8] = []
        let age = ContinuousClock.now - snapshot.instant.continuous
        page.append(snapshot, in: .text, age: age, to: &bytes)
        if !bytes.isEmpty { outbox.put(bytes) }
        courier.wake()
        try throwFailure()
    }

    /// Deletes the page, or pushes the last one, within ``PushgatewayConfiguration/finishLimit``.
    ///
    /// - Throws: ``PushFailure`` where that was not possible.
    public mutating func finish() async throws {
        if configuration.deletesAtTheEnd { outbox.deletePage() }
        await courier.finish(within: configuration.finishLimit)
        if outbox.isUnfinished {
            throw courier.unfinished(
                configuration.deletesAtTheEnd
                    ? "the page could not be deleted, so its last figures stay" : "the last page could not be pushed",
                remedy: "Delete the group by hand, on the Pushgateway's own page.", url: url)
        }
        if let refusal = courier.takeRefusal() { throw refusal }
    }

    private func throwFailure() throws(PushFailure) {
        if let failure = courier.takeFailure() { throw failure }
    }
}

extension PushAdvice {
    fileprivate static let pushgateway = PushAdvice(
        server: "the Pushgateway",
        authorisation: "Give the user and password, or the token, that the Pushgateway wants.",
        path: "Name the address of the Pushgateway itself, with the path of its --web.route-prefix.",
        refusal: "The page is lost, and the next is pushed in its time. See the Pushgateway's own log."
    )
}
#endif
