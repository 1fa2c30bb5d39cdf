#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors export`: figures to other programs, for as long as it runs.
struct ExportCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Gives the figures to other programs, any number of them at once.",
        discussion: """
            It runs until it is asked to end; then it delivers what it still keeps. --check looks whether the settings are \
            right and every target can be reached, and ends.
            """
    )

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("A file of settings, POWERSENSORS_…=value, one a line.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Where Prometheus may ask: an address and a port, or a port of 127.0.0.1.", valueName: "address"))
    var prometheus: String?

    @Option(
        help: ArgumentHelp(
            "Certificates and passwords of that address, as Prometheus' exporters have it.", valueName: "file"))
    var webConfig: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How old a page for Prometheus may be. (default: 1s)", valueName: "time"))
    var minInterval: String?

    @Option(help: ArgumentHelp("Show the series of another program too: scaphandre.", valueName: "name"))
    var compat: String?

    @Flag(help: "Tell in OpenMetrics when each counter began, which makes a series of each.")
    var created = false

    @Option(
        help: ArgumentHelp("A file for node_exporter's textfile collector, such as DIR/power.prom.", valueName: "path"))
    var textfile: String?

    @Option(help: ArgumentHelp("A Loki to push to, such as http://localhost:3100.", valueName: "url"))
    var loki: String?

    @Option(help: ArgumentHelp("Loki's tenant.", valueName: "name"))
    var lokiTenant: String?

    @Option(help: ArgumentHelp("How to write Loki's lines: logfmt or json. (default: logfmt)", valueName: "format"))
    var lokiFormat: String?

    @Option(help: ArgumentHelp("A Pushgateway to push to, such as http://localhost:9091.", valueName: "url"))
    var pushgateway: String?

    @Option(
        name: .customLong("json"),
        help: ArgumentHelp("A file for one JSON object a line; - for standard output.", valueName: "path"))
    var jsonFile: String?

    @Option(help: ArgumentHelp("A file for comma-separated values; - for standard output.", valueName: "path"))
    var csv: String?

    @Option(
        help: ArgumentHelp(
            "The consumers to divide the energy among: vm, cgroup, process, with commas between; without it none.",
            valueName: "kinds"))
    var consumers: String?

    @Option(
        help: ArgumentHelp(
            "A folder in which to tell each virtual machine its own energy; see the guide to guests' shares.",
            valueName: "dir"))
    var guests: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How often to tell them, 1s at least. (default: 5s)", valueName: "time"))
    var guestsPeriod: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a machine may be gone before its folder goes. (default: 60s)", valueName: "time"))
    var guestsGrace: String?

    @Option(
        help: ArgumentHelp(
            "A user, besides root, qemu and libvirt-qemu, whose machines are told their energy. Repeatable.",
            valueName: "user"))
    var guestUser: [String] = []

    @Option(
        help: ArgumentHelp(
            "A machine whose folder is always there, and that may run outside the slices of machines. Repeatable.",
            valueName: "name"))
    var guestName: [String] = []

    @Flag(help: "Look whether the settings are right and every target can be reached, and end.")
    var check = false

    func run(in environment: Environment) async throws(CommandFailure) {
        let environment = try withFile(environment)
        let settings = try Settings(shared, environment)
        let options = try ExportOptions(self, settings, environment)
        let export = try Export(settings.dividing(among: options.consumers), options)
        if options.isCheck { try await export.check() } else { try await export.run() }
    }

    private func withFile(_ environment: Environment) throws(CommandFailure) -> Environment {
        guard let path = config ?? environment.option("config")?.value else { return environment }
        let file = try ConfigurationFile(path, knownNames: ExportOptions.variableNames)
        return Environment(file: file.variables)
    }
}
#endif
