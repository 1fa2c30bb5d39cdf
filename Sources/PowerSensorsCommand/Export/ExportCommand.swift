#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsHistory
import PowerSensorsPush

/// `powersensors export`: exports figures to other programs until it is stopped.
struct ExportCommand: EstimatingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Exports the figures to other programs, any number of them at once.",
        discussion: """
            It runs until it is stopped, and then delivers what is still queued. --check tests whether the settings are \
            right and every target can be reached, and exits.
            """
    )

    @Option(
        "prometheus", "Where to listen for Prometheus: an address and a port, or only a port, for 127.0.0.1.", .address)
    var prometheus: Setting<EndpointAddress?>

    @Option(
        "web-config", "Certificates and passwords for that address, in the file format of Prometheus' own exporters.",
        .text("file"))
    var webConfig: Setting<String?>

    @Option(
        "min-interval", "How long the same page may be served to Prometheus before it is made again.",
        .duration(from: "100ms", to: "1h", example: "1s"), default: "1s")
    var minInterval: Setting<Duration>

    @Flag(help: "Serve three links at / instead of the live page.")
    var noPage: NoPage?

    @Option(
        "compat", "Also export the series of another program: scaphandre.",
        .choice("name", of: PrometheusFormat.Compatibility.all, name: \.name))
    var compat: Setting<PrometheusFormat.Compatibility?>

    @Flag(help: "In OpenMetrics, also export when each counter began, which makes one more series of each.")
    var created: Created?

    @Option("textfile", "A file for node_exporter's textfile collector, such as DIR/power.prom.", .text("path"))
    var textfile: Setting<String?>

    @Option("loki", "A Loki to push to, such as http://localhost:3100.", .text("url"))
    var loki: Setting<String?>

    @Option("loki-tenant", "The tenant in Loki.", .text("name"))
    var lokiTenant: Setting<String?>

    @Option(
        "loki-format", "The format of Loki's lines: logfmt or json.",
        .choice("format", of: [.logfmt, .json], name: \.name),
        default: LokiConfiguration.LineFormat.logfmt.name)
    var lokiFormat: Setting<LokiConfiguration.LineFormat>

    @OptionGroup var lokiAccess: LokiAccessOptions

    @Option("pushgateway", "A Pushgateway to push to, such as http://localhost:9091.", .text("url"))
    var pushgateway: Setting<String?>

    @OptionGroup var pushgatewayAccess: PushgatewayAccessOptions

    @Option("json", "A file for one JSON object per line; - for standard output.", .text("path"))
    var json: Setting<String?>

    @Option("csv", "A file for comma-separated values; - for standard output.", .text("path"))
    var csv: Setting<String?>

    @Option(
        "history",
        "A file in which to keep the history for powersensors history, such as \(HistoryPath.standard).",
        .text("path", ifEmpty: "name a file."))
    var history: Setting<String?>

    @Option(
        "history-size", "The greatest size of the history: a number and k, M or G.", .bytes, default: "64M")
    var historySize: Setting<Int64>

    @Option(
        "price", "The price of a kilowatt-hour, in any currency, for the cost that the live page shows of the history.",
        .price)
    var price: Setting<Double?>

    @Option(
        "consumers",
        "The consumers to divide the energy among: vm, cgroup, process, separated by commas; by default, none.", .kinds)
    var consumers: Setting<Set<Consumer.Kind>?>

    @Option(
        "min-lifetime",
        "How long a process must have run to be exported as a consumer of its own; until then it counts as folded.",
        .duration(from: "0s", to: "1d", example: "30s"), default: "30s")
    var minLifetime: Setting<Duration>

    @Flag(help: "Export each process's energy with that of its descendants too, such as make with all its compilers.")
    var tree: Tree?

    @Option(
        "spikes", "How eagerly to tell power spikes: eager, normal, calm, or off.",
        .choice("how", of: SpikeEagerness.all, name: \.name), default: SpikeEagerness.normal.name)
    var spikes: Setting<SpikeEagerness>

    @OptionGroup var guests: GuestOptions

    @Flag(help: "Test whether the settings are right and every target can be reached, and exit.")
    var check: Check?

    @OptionGroup var report: QuietOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var knownPower: KnownPowerOptions

    @OptionGroup var estimatorOptions: EstimatorOptions

    enum NoPage: String, Switch { case noPage = "no-page" }

    enum Created: String, Switch { case created }

    enum Tree: String, Switch { case tree }

    enum Check: String, Switch { case check }

    func run(in environment: Environment) async throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let export = try Export(self, settings, in: environment)
        if try environment.isOn(check) { try await export.check() } else { try await export.run() }
    }
}

extension ExportCommand {
    /// The path that `--json` or its variable names; nil if neither does.
    ///
    /// A boolean in the variable is meant for the other subcommands, whose `--json` is a flag.
    func jsonPath(in environment: Environment) throws(CommandFailure) -> String? {
        guard let given = json.given(in: environment) else { return nil }
        if !given.isVariable || given.isPath { return given.value }
        guard (try? given.boolean()) != nil else {
            throw given.refused("must be - or a path with a slash in it, such as ./power.json.")
        }
        return nil
    }
}

extension ValueParser<EndpointAddress> {
    fileprivate static var address: ValueParser {
        let failure = "must be an address and a port, such as 127.0.0.1:9840, [::1]:9840 or 0.0.0.0:9840."
        return ValueParser(valueName: "address", failure: failure) { try? EndpointAddress($0) }
    }
}

extension ValueParser<Set<Consumer.Kind>> {
    fileprivate static var kinds: ValueParser {
        let failure = "must be vm, cgroup or process, or several of them separated by commas, such as vm,cgroup."
        return ValueParser(valueName: "kinds", failure: failure, choices: Consumer.Kind.all.map(\.name)) { text in
            let names = text.split(separator: ",", omittingEmptySubsequences: false)
            let kinds = names.map { name in Consumer.Kind.all.first { $0.name == name.filter { $0 != " " } } }
            return kinds.contains(nil) ? nil : Set(kinds.compactMap(\.self))
        }
    }
}
#endif
