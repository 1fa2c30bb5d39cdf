#if Exporters
public import PowerSensors
public import PowerSensorsExporters

/// Pushes pages in Prometheus' text format to a Pushgateway, for machines that Prometheus cannot reach.
///
/// Each page replaces the previous one, and the last is deleted at the end. Pages are delivered in the background, so no
/// call but ``finish()`` waits for the Pushgateway; while it is unreachable, only the newest page is kept.
///
/// A failure in the background is thrown by the next call, which has done its own work nevertheless.
public struct PushgatewayExporter: Exporter {
    /// `pushgateway`.
    public let name = "pushgateway"

    /// How often a page is pushed.
    public let interval: Duration

    private let configuration: PushgatewayConfiguration
    private let queue: PushgatewayPushQueue
    private let sender: PushSender
    private let base: PushAddress
    private let url: String
    private var format: PrometheusFormat

    /// An exporter to a Pushgateway.
    ///
    /// - Parameters:
    ///   - url: The Pushgateway's address: `http://HOST:9091`, with the path of its `--web.route-prefix` if it has one.
    ///   - node: The machine's name, for the label `instance`.
    ///   - format: What renders the page.
    ///   - configuration: What to push, and how.
    /// - Throws: ``PushSetupError`` for an invalid address, job or credentials.
    public init(
        _ url: String, node: String, format: PrometheusFormat,
        configuration: PushgatewayConfiguration = PushgatewayConfiguration()
    ) throws(PushSetupError) {
        try self.init(url, node: node, format: format, configuration: configuration, environment: .machine)
    }

    package init(
        _ url: String, node: String, format: PrometheusFormat, configuration: PushgatewayConfiguration,
        transport: (any PushTransport)? = nil, environment: PushEnvironment
    ) throws(PushSetupError) {
        let address = try PushAddress(url)
        let credentials = configuration.credentials ?? address.credentials
        let transport: any PushTransport =
            if let transport {
                transport
            } else {
                try HTTPTransport(credentials, authorityFile: configuration.certificateAuthorityFile)
            }
        guard !address.path.contains("/metrics") else {
            throw PushSetupError(
                subject: address.url, problem: "the path of the grouping key is appended to it",
                remedy: "End the address before /metrics; job and node are set separately.")
        }
        guard !configuration.job.isEmpty else {
            throw PushSetupError(
                subject: "the job", problem: "a Pushgateway requires a name for it",
                remedy: "Give a name, or leave it out.")
        }
        base = address
        self.url = address.appending(groupingPath(job: configuration.job, instance: node)).url
        interval = configuration.interval
        self.configuration = configuration
        self.format = format
        queue = PushgatewayPushQueue(url: self.url)
        sender = PushSender(
            DeliveryLoop(
                queues: [queue], transport: transport, environment: environment,
                advice: .pushgateway, batchInterval: .zero, timeout: configuration.timeout,
                backOff: PushBackOff(to: .seconds(30))))
    }

    /// What has become of the pages so far.
    public var statistics: PushgatewayStatistics { queue.statistics }

    /// Asks the Pushgateway once whether it is ready, without pushing anything.
    ///
    /// - Throws: ``PushFailure`` if it is not.
    public func check() async throws(PushFailure) {
        try await sender.check(PushRequest(method: .get, url: base.appending("/-/ready").url))
    }

    /// Prepares the names and labels of a topology's series.
    public mutating func prepare(for topology: Topology) { format.prepare(for: topology) }

    /// Counts a channel's failure, which the page shows.
    public mutating func export(_ event: MonitorEvent) { format.record(event) }

    /// Renders a page and queues it.
    ///
    /// - Throws: ``PushFailure`` for what has failed since the previous call.
    public mutating func export(_ snapshot: Snapshot) throws {
        var bytes: [UInt8] = []
        let age = ContinuousClock.now - snapshot.instant.continuous
        format.append(snapshot, in: .text, age: age, to: &bytes)
        if !bytes.isEmpty { queue.replacePage(with: bytes) }
        try sender.wake()
    }

    /// Deletes the page, or pushes the last one, within ``PushgatewayConfiguration/finishLimit``.
    ///
    /// - Throws: ``PushFailure`` if that failed, or with the totals if any pages were refused since the start.
    public mutating func finish() async throws {
        if configuration.deletesOnFinish { queue.deletePage() }
        await sender.finish(within: configuration.finishLimit)
        if !queue.isEmpty {
            throw sender.ending(
                .unfinished,
                configuration.deletesOnFinish
                    ? "the page could not be deleted, so its last figures stay" : "the last page could not be pushed",
                remedy: "Delete the group by hand on the Pushgateway's web page.", url: url)
        }
        let total = statistics
        if total.refused > 0 {
            throw sender.ending(
                .lost, "of \(total.sent + total.replaced + total.refused) pages, \(total.refused) were refused",
                remedy: sender.lastFailure?.remedy ?? "Check the Pushgateway's log.", url: url)
        }
        try sender.throwRefusal()
    }
}

extension PushAdvice {
    fileprivate static let pushgateway = PushAdvice(
        server: "the Pushgateway",
        authorization: "Give the user and password, or the token, that the Pushgateway requires.",
        path: "Give the address of the Pushgateway itself, with the path of its --web.route-prefix.",
        refusal: "The page is lost; the next one follows as usual. Check the Pushgateway's log."
    )
}
#endif
