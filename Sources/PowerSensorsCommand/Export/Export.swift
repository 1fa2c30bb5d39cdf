#if Exporters
import Logging
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#endif

/// A monitor and the exporters that were asked for, run until somebody asks for the end.
struct Export {
    private let settings: Settings
    private let options: ExportOptions
    private let page: PrometheusPage

    /// Prepares what was asked for.
    init(_ settings: Settings, _ options: ExportOptions) throws(CommandFailure) {
        self.settings = settings
        self.options = options
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        page = PrometheusPage(
            version: PowersensorsCommand.version, node: settings.node, compatibility: options.compatibility,
            createdNanoseconds: options.writesCreated ? Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) : nil)
    }

    /// Exports until SIGINT, SIGTERM or SIGQUIT; what is still kept has ten seconds to be delivered.
    func run() async throws(CommandFailure) {
        let exporters = try fileExporters + pushExporters + guestExporters
        let monitor = try openMonitor()
        report(monitor.topology)
        let pages = options.prometheus.map { _ in MetricsPages(page, interval: options.minimumInterval) }
        Signals.leaveToServices()
        var services: [any Service] = []
        if let pages { services.append(try await EndpointService(options, pages: pages)) }
        services.append(MonitorService(monitor: monitor, exporters: exporters + [pages].compactMap(\.self)))
        var logger = Logger(label: "powersensors") { _ in StandardErrorLog() }
        logger.logLevel = settings.isVerbose ? .info : .error
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint, .sigquit], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        // By then everything has been opened and shown once.
        let start = Task { if (try? await Task.sleep(for: .seconds(2))) != nil { StartCode.giveBack() } }
        defer { start.cancel() }
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .failure("\(error)")
        }
    }

    /// Looks whether every target can be reached, and says so a line each.
    func check() async throws(CommandFailure) {
        // The same monitor as when it runs: what that would begin with is right here, too.
        let monitor = try openMonitor()
        monitor.stop()
        report(monitor.topology)
        if let path = options.textfile { try FileTarget(path).check(isReplaced: true) }
        for path in [options.json, options.csv].compactMap(\.self) where path != "-" {
            try FileTarget(path).check(isReplaced: false)
        }
        if options.prometheus != nil {
            let endpoint = try await EndpointService(options, pages: MetricsPages(page))
            await endpoint.stop()
        }
        if let guests = options.guests { try guests.check() }
        do {
            try await loki()?.check()
            try await pushgateway()?.check()
        } catch {
            throw (error as? CommandFailure) ?? .failure("\(error)")
        }
        var output = StandardOutput()
        try output.write(Array("The settings are right, and every target can be reached.\n".utf8))
    }

    /// Says on standard error what is wrong with this machine's sensors, such as rights that are missing.
    private func report(_ topology: Topology) {
        FindingReport(topology.findings, isVerbose: settings.isVerbose).write()
    }

    private func openMonitor() throws(CommandFailure) -> PowerMonitor {
        do throws(SamplerError) {
            return try PowerMonitor(
                MonitorConfiguration(sensors: settings.sensors, interval: .seconds(1), headline: settings.scope))
        } catch {
            if case .noSuchScope = error {
                throw .failure("\(settings.scopeOption): \(error) Leave it out for the best there is.")
            }
            throw .failure("\(error)")
        }
    }

    private var pushExporters: [any Exporter] {
        get throws(CommandFailure) {
            let loki: (any Exporter)? = try loki()
            let pushgateway: (any Exporter)? = try pushgateway()
            return [loki, pushgateway].compactMap(\.self)
        }
    }

    private func loki() throws(CommandFailure) -> LokiExporter? {
        guard let target = options.loki else { return nil }
        var configuration = LokiConfiguration()
        configuration.interval = settings.interval
        configuration.tenant = target.tenant
        configuration.lineFormat = target.isJSON ? .json : .logfmt
        do throws(PushSetupError) {
            return try LokiExporter(target.url.value, node: settings.node, configuration: configuration)
        } catch {
            throw .usage("\(target.url.name): \(error)")
        }
    }

    private func pushgateway() throws(CommandFailure) -> PushgatewayExporter? {
        guard let target = options.pushgateway else { return nil }
        var configuration = PushgatewayConfiguration()
        configuration.interval = settings.interval
        do throws(PushSetupError) {
            return try PushgatewayExporter(target.value, node: settings.node, page: page, configuration: configuration)
        } catch {
            throw .usage("\(target.name): \(error)")
        }
    }

    private var guestExporters: [any Exporter] {
        get throws(CommandFailure) {
            guard let guests = options.guests else { return [] }
            let isVerbose = settings.isVerbose
            return [
                GuestExporter(try guests.publisher(), period: guests.configuration.period) { findings in
                    FindingReport(each: findings, isVerbose: isVerbose).write()
                }
            ]
        }
    }

    private var fileExporters: [any Exporter] {
        var exporters: [any Exporter] = []
        if let path = options.textfile { exporters.append(TextfileExporter(path, page: page)) }
        for (format, target) in [(SnapshotFileExporter.Format.json, options.json), (.csv, options.csv)] {
            guard let target else { continue }
            exporters.append(
                SnapshotFileExporter(
                    format, to: target == "-" ? nil : target, node: settings.node, interval: settings.interval))
        }
        return exporters
    }
}

/// Runs the exporters, and stops the monitor when the end is asked for.
private struct MonitorService: Service {
    let monitor: PowerMonitor
    let exporters: [any Exporter]

    func run() async throws {
        let log = FailureLog()
        await withGracefulShutdownHandler {
            await monitor.export(to: exporters) { failure in
                // Nobody reads on: then there is no use in going on.
                if let error = failure.error as? OutputFileError, error.isClosedPipe { return monitor.endSoon() }
                log.note(failure)
            }
        } onGracefulShutdown: {
            monitor.stop()
        }
    }
}

extension PowerMonitor {
    /// Stops from a task that the monitor may be waiting for.
    fileprivate func endSoon() { Task.detached { self.stop() } }
}

/// What exporters could not do, on standard error: each failure once until something else happens to that exporter.
private final class FailureLog: Sendable {
    private let last = Guarded<[String: String]>([:])

    func note(_ failure: ExporterFailure) {
        let line = "\(failure)"
        let isNew = last.withLock { last in
            defer { last[failure.exporter] = line }
            return last[failure.exporter] != line
        }
        if isNew { StandardError.write("powersensors: \(line)") }
    }
}

/// The log of the services on standard error, one line an entry.
private struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write("powersensors: \(event.level): \(event.message)")
    }
}
#endif
