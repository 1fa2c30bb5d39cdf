#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors list`: what was found, once.
struct ListCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what can be read, how, and what is missing."
    )

    @OptionGroup var shared: SharedOptions

    @OptionGroup var output: JSONOption

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(shared, environment, json: output)
        let topology = settings.sensors.discover().topology
        var bytes: [UInt8] = []
        if settings.json == true {
            TopologyJSON(node: settings.node).append(topology, to: &bytes)
        } else {
            var style = TextStyle.standardOutput
            style.redraws = false
            TopologyText(node: settings.node, style: style).append(topology, headline: settings.scope, to: &bytes)
        }
        var output = StandardOutput()
        try output.write(bytes)
    }
}
#endif
