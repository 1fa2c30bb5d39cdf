#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors list`: lists the channels that were found, and what is missing.
struct ListCommand: EstimatingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what can be read, how, and what is missing."
    )

    @OptionGroup var output: JSONOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var knownPower: KnownPowerOptions

    @OptionGroup var estimatorOptions: EstimatorOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let isJSON = try output.isOn(in: environment)
        Signals.oweResult()
        let topology = settings.sensors.bind(within: .seconds(10)).topology
        if isJSON { return try StandardOutput.write(topology.json(node: settings.node)) }
        try StandardOutput.write(text: settings.report.bytes(of: topology, headline: settings.scope))
    }
}
#endif
