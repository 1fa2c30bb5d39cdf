#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsPush

/// Runs a monitor and the exporters that the options name.
struct Export {
    private let settings: Settings
    /// The format of pages for Prometheus, the textfile collector and the Pushgateway.
    private let prometheusFormat: PrometheusFormat
    /// The address on which Prometheus can scrape; nil for none.
    private let prometheus: EndpointAddress?
    private let webConfiguration: String?
    private let showsPage: Bool
    /// The pages that Prometheus scrapes.
    private let prometheusExporter: PrometheusExporter
    private let textfile: String?
    private let loki: LokiExporter?
    private let pushgateway: PushgatewayExporter?
    private let guests: GuestTarget?
    private let history: HistoryTarget?
    private let consumers: Set<Consumer.Kind>
    private let minimumLifetime: Duration
    private let includesTrees: Bool
    private let spikes: SpikeRule?
    /// Whether findings about sensors are not reported. What is wrong about passwords is, in any case.
    private let isQuiet: Bool
    /// The files that contain passwords or tokens.
    private let secretFiles: [String]

    /// What to tell about passwords and tokens that are sent unencrypted.
    private let pushWarnings: [String]

    /// The file for JSON; `-` for standard output.
    private let json: String?

    /// The file for CSV; `-` for standard output.
    private let csv: String?

    /// Checks the options.
    init(_ options: ExportCommand, _ settings: Settings, in environment: Environment) throws(CommandFailure) {
        self.settings = settings
        isQuiet = try environment.isOn(options.report.quiet)
        var format = PrometheusFormat(
            version: RootCommand.version, node: settings.node,
            compatibility: try options.compat.value(in: environment).map { [$0] } ?? [],
            createdNanoseconds: try environment.isOn(options.created) ? SampleInstant.wallNanoseconds : nil)
        prometheus = try options.prometheus.value(in: environment)
        webConfiguration = try options.webConfig.value(in: environment)
        if prometheus == nil, let option = options.webConfig.given(in: environment) {
            throw option.refused("it has no effect without --prometheus.")
        }
        showsPage = try !environment.isOn(options.noPage)
        textfile = try options.textfile.value(in: environment)
        var lokiConfiguration = LokiConfiguration()
        lokiConfiguration.interval = settings.interval
        lokiConfiguration.tenant = try options.lokiTenant.value(in: environment)
        lokiConfiguration.lineFormat = try options.lokiFormat.value(in: environment)
        let lokiAccess = try options.lokiAccess.access(
            isUsed: options.loki.given(in: environment) != nil, in: environment)
        lokiConfiguration.credentials = lokiAccess.credentials
        lokiConfiguration.certificateAuthorityFile = lokiAccess.authorityFile
        var pushgatewayConfiguration = PushgatewayConfiguration()
        pushgatewayConfiguration.interval = settings.interval
        let pushgatewayAccess = try options.pushgatewayAccess.access(
            isUsed: options.pushgateway.given(in: environment) != nil, in: environment)
        pushgatewayConfiguration.credentials = pushgatewayAccess.credentials
        pushgatewayConfiguration.certificateAuthorityFile = pushgatewayAccess.authorityFile
        secretFiles = [webConfiguration, lokiAccess.secretFile, pushgatewayAccess.secretFile].compactMap(\.self)
        let servers = [
            (options.loki.given(in: environment), lokiAccess),
            (options.pushgateway.given(in: environment), pushgatewayAccess),
        ]
        pushWarnings = servers.compactMap { server, access in
            server.flatMap { PushAddress.warning(about: $0.value, sending: access.credentials) }
        }
        let loki = try Self.pusher(options.loki.given(in: environment)) { url throws(PushSetupError) in
            try LokiExporter(url, node: settings.node, configuration: lokiConfiguration)
        }
        if let loki { format.deliveries.append { loki.statistics.counts } }
        let pushgateway = try Self.pusher(
            options.pushgateway.given(in: environment)
        ) { [format] url throws(PushSetupError) in
            try PushgatewayExporter(url, node: settings.node, format: format, configuration: pushgatewayConfiguration)
        }
        if let pushgateway { format.deliveries.append { pushgateway.statistics.counts } }
        (self.loki, self.pushgateway, prometheusFormat) = (loki, pushgateway, format)
        prometheusExporter = PrometheusExporter(format, interval: try options.minInterval.value(in: environment))
        json = try options.jsonPath(in: environment)
        csv = try options.csv.value(in: environment)
        guests = try options.guests.target(in: environment)
        history = try HistoryTarget(options, interval: settings.interval, in: environment)
        let consumers = try options.consumers.value(in: environment) ?? []
        self.consumers = guests == nil ? consumers : consumers.union([.virtualMachine])
        minimumLifetime = try options.minLifetime.value(in: environment)
        includesTrees = try environment.isOn(options.tree)
        if includesTrees, !consumers.contains(.process) {
            throw .usage("--tree: it is about processes; add --consumers process.")
        }
        let hasPages =
            options.prometheus.given(in: environment) != nil || options.textfile.given(in: environment) != nil
            || options.pushgateway.given(in: environment) != nil
        if includesTrees, json == nil, !hasPages {
            throw .usage("--tree: trees are in JSON and for Prometheus only; add --json, --prometheus or --textfile.")
        }
        spikes = try options.spikes.value(in: environment).rule
        if let option = options.spikes.flag, spikes != nil, prometheus == nil, loki == nil, history == nil {
            throw option.refused("it has no effect without --prometheus, --loki or --history.")
        }
        try FileTarget.checkDistinct([
            ("--textfile", textfile), ("--json", json), ("--csv", csv), ("--history", history?.path),
        ])
        let hasTarget =
            prometheus != nil || textfile != nil || loki != nil || pushgateway != nil || json != nil || csv != nil
            || guests != nil || history != nil
        if !hasTarget {
            throw .usage(
                "export has nowhere to export to: name --prometheus, --textfile, --loki, --pushgateway, --json, --csv,"
                    + " --history or --guests.")
        }
    }

    /// Creates an exporter that pushes to the address of an option; nil if the option is not given.
    private static func pusher<Pusher>(
        _ option: OptionValue?, _ make: (String) throws(PushSetupError) -> Pusher
    ) throws(CommandFailure) -> Pusher? {
        guard let option else { return nil }
        do throws(PushSetupError) {
            return try make(option.value)
        } catch {
            throw .usage("\(option.origin): \(error)")
        }
    }

    /// Exports until SIGINT, SIGTERM or SIGQUIT; what is still queued has a few seconds to be delivered.
    func run() async throws(CommandFailure) {
        try checkFiles(besideOthers: false)
        await DescriptorLimit.openTimers()
        var exporters = try exporters()
        let monitor = try openMonitor()
        let live = liveExporter(of: monitor)
        if let live { exporters.append(live) }
        let end = try BoundedEnd(of: monitor, exporters.map(\.name))
        let endpoint = try await startEndpoint(live)
        // After this time everything has been opened and run once.
        let start = Task { if (try? await Task.sleep(for: .seconds(2))) != nil { StartCode.release() } }
        defer { start.cancel() }
        let outages = Locked(OutageLog())
        let watched = exporters.map { exporter in
            WatchedExporter(exporter: exporter) { name in
                let now = SampleInstant.monotonicNow
                if outages.withLock({ $0.succeed(name, at: now) }) { StandardError.write("\(name): It works again.") }
            } finished: {
                end.finish($0)
            }
        }
        await monitor.export(to: watched) { failure in
            if let error = failure.error as? OutputFileError, error.isClosedPipe { return Signals.requestEnd() }
            let (line, isEndTold) = ("\(failure)", !(failure.error is PushFailure))
            if outages.withLock({ $0.fail(failure.exporter, line, isEndTold: isEndTold) }) { StandardError.write(line) }
        }
        await endpoint?.stop(within: .seconds(1))
        try BoundedEnd.stop(monitor)
    }

    /// Tests whether every target can be reached.
    func check() async throws(CommandFailure) {
        Signals.oweResult()
        // The same monitor as in a run, so that the same findings are reported.
        await DescriptorLimit.openTimers()
        let monitor = try openMonitor()
        defer { monitor.stop() }
        try checkFiles(besideOthers: true)
        await (try startEndpoint(nil))?.stop()
        try guests?.check()
        do {
            try await loki?.check()
            try await pushgateway?.check()
        } catch {
            throw .failure("\(error)")
        }
        let outage = await longestOutage(monitor) ?? ""
        try StandardOutput.write("The settings are right, and every target can be reached.\n\(outage)")
    }

    /// What would be lost while Loki is unreachable; nil if nothing is sent there.
    private func longestOutage(_ monitor: PowerMonitor) async -> String? {
        guard let loki else { return nil }
        var typical: Snapshot?
        // The second snapshot has powers and consumers.
        for await snapshot in monitor.snapshots(every: .seconds(1)) {
            typical = snapshot
            if snapshot.interval != nil { break }
        }
        guard let typical else { return nil }
        let kinds = consumers.subtracting([.virtualMachine]).count
        let times = loki.longestOutage(typical, consumers: kinds * (attribution?.limit ?? 0))
        let host = "older than \(timeText(times.host))"
        let all = "older than \(timeText(times.all))"
        return "While Loki cannot be reached, lines wait in memory: "
            + (consumers.isEmpty
                ? "those \(host) would be lost.\n"
                : "those of consumers \(all) would be lost, and those of the host \(host).\n")
    }

    private var attribution: Attribution? {
        settings.attribution(among: consumers, minimumLifetime: minimumLifetime, includesTrees: includesTrees)
    }

    private func checkFiles(besideOthers: Bool) throws(CommandFailure) {
        if let textfile { try FileTarget(textfile).check(isReplaced: true) }
        for path in [json, csv].compactMap(\.self) where path != "-" {
            try FileTarget(path).check(isReplaced: false)
        }
        try history?.check(besideOthers: besideOthers)
    }

    private func openMonitor() throws(CommandFailure) -> PowerMonitor {
        var configuration = MonitorConfiguration(
            sensors: settings.sensors, headlineScope: settings.scope,
            attribution: attribution, carbonIntensity: settings.carbonIntensity)
        configuration.spikes = spikes
        configuration.usualPower = history?.usualPower
        let monitor = try Result { () throws(SamplerError) in try PowerMonitor(configuration) }
            .mapError(settings.failure).get()
        if !isQuiet {
            let findings = monitor.topology.findings
            let advised = SystemdUnit(settings.roots)?.advise(findings) ?? findings
            FindingReport(advised, isVerbose: settings.isVerbose).write()
        }
        for warning in secretFiles.compactMap(SecretFile.warning) + pushWarnings { StandardError.write(warning) }
        return monitor
    }

    /// What the live page and the JSON documents show; nil without an endpoint.
    private func liveExporter(of monitor: PowerMonitor) -> LiveExporter? {
        if prometheus == nil { return nil }
        let unit = SystemdUnit(settings.roots)
        return LiveExporter(node: settings.node, interval: prometheusExporter.interval) { [weak monitor] in
            let findings = monitor?.findings ?? []
            return unit?.advise(findings) ?? findings
        }
    }

    /// Starts to listen, so that a port in use ends the command before anything else begins.
    ///
    /// - Parameter live: What the live page shows; nil for no page.
    private func startEndpoint(_ live: LiveExporter?) async throws(CommandFailure) -> PrometheusEndpoint? {
        guard let prometheus else { return nil }
        do throws(EndpointError) {
            var configuration = EndpointConfiguration(address: prometheus)
            configuration.web = try webConfiguration.map { path throws(EndpointError) in
                try WebConfiguration(file: path)
            }
            configuration.live = live
            configuration.showsPage = showsPage
            configuration.history = history?.source(
                notFinerThan: prometheusExporter.interval, of: consumers)
            let endpoint = try await PrometheusEndpoint.start(configuration) { [prometheusExporter] in
                prometheusExporter.page($0)
            } reporting: { notice in
                StandardError.write("\(notice)")
            }
            StandardError.write("Prometheus can scrape \(endpoint.address).")
            return endpoint
        } catch {
            throw .failure("--prometheus: \(error).")
        }
    }

    private func exporters() throws(CommandFailure) -> [any Exporter] {
        var exporters: [any Exporter] = []
        if let textfile { exporters.append(TextfileExporter(textfile, format: prometheusFormat)) }
        for (format, path) in [(SnapshotFileExporter.Format.json, json), (.csv, csv)] {
            guard let path else { continue }
            exporters.append(
                SnapshotFileExporter(
                    format, to: path == "-" ? nil : path, node: settings.node, interval: settings.interval))
        }
        if let loki { exporters.append(loki) }
        if let pushgateway { exporters.append(pushgateway) }
        exporters += history?.exporters ?? []
        if let guests {
            exporters.append(
                try guests.publisher { [settings, isQuiet] findings in
                    if !isQuiet { FindingReport(each: findings, isVerbose: settings.isVerbose).write() }
                })
        }
        if prometheus != nil { exporters.append(prometheusExporter) }
        if let systemd = SystemdExporter({ unsafe getenv($0).map { unsafe String(cString: $0) } }) {
            exporters.append(systemd)
        }
        return exporters
    }
}
#endif
