#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors list`: what was found.
struct ListCommand: SensorsCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what can be read, how, and what is missing."
    )

    @OptionGroup var output: JSONOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var carbon: CarbonOptions

    @OptionGroup var estimator: EstimatorOptions

    @OptionGroup var knownPower: KnownPowerOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let isJSON = try output.isOn(in: environment) ?? false
        let topology = settings.sensors.discover()
        var bytes: [UInt8] = []
        if isJSON {
            TopologyJSON(node: settings.node).append(topology, to: &bytes)
        } else {
            TopologyText(node: settings.node, style: .standardOutput(redraws: false))
                .append(topology, headline: settings.scope, to: &bytes)
        }
        try StandardOutput.write(bytes)
    }
}
#endif
