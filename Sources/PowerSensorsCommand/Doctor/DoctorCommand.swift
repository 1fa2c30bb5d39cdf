#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors doctor`: what is missing or limited, why, and the command that fixes it.
struct DoctorCommand: SensorsCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Explains what is missing, and how to fix it.",
        discussion: """
            It watches the counters for two and a half seconds, since only time shows that one does not move. It exits \
            with 0 where a source of measured or shared power can be read, even if it is incomplete or does not move, and \
            with 1 where there is none.
            """
    )

    @OptionGroup var output: JSONOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var carbon: CarbonOptions

    @OptionGroup var estimator: EstimatorOptions

    @OptionGroup var knownPower: KnownPowerOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let isJSON = try output.isOn(in: environment) ?? false
        let diagnosis = Doctor(settings.sensors, roots: settings.roots).examine()
        try StandardOutput.write(
            isJSON
                ? diagnosis.json(node: settings.node)
                : TextReport(node: settings.node, style: .standardOutput(redraws: false)).bytes(of: diagnosis))
        // The text says already what is wrong.
        if !diagnosis.hasSource { throw CommandFailure(line: "", exitCode: 1) }
    }
}
#endif
