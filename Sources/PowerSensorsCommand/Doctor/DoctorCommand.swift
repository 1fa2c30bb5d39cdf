#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors doctor`: what is missing or limited, why, and the command that fixes it.
struct DoctorCommand: EstimatingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Explains what is missing, and how to fix it.",
        discussion: """
            It reads the counters for two and a half seconds, to see whether they change. It exits with 0 if a source of \
            measured or shared power can be read, even if it is incomplete or does not change, and with 1 if there is none.
            """
    )

    @OptionGroup var output: JSONOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var knownPower: KnownPowerOptions

    @OptionGroup var estimatorOptions: EstimatorOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let isJSON = try output.isOn(in: environment)
        Signals.oweResult()
        let progress = ProgressLine("doctor")
        let time = Duration.seconds(2.5)
        var diagnosis = Doctor(settings.sensors, roots: settings.roots).examine(for: time) {
            let left = time - progress.elapsed
            // A share may be updated only once in some seconds.
            let isLate = left < .zero
            progress.show(
                isLate ? "waiting for what is updated rarely" : "watching the counters", left: isLate ? nil : left)
        }
        ProgressLine.clear()
        if Signals.isEndRequested {
            throw .failure("doctor was stopped before it had read the counters for long enough; it reports nothing.")
        }
        if let unit = SystemdUnit(settings.roots) { diagnosis.findings = unit.advise(diagnosis.findings) }
        if isJSON {
            try StandardOutput.write(diagnosis.json(node: settings.node))
        } else {
            try StandardOutput.write(text: settings.report.bytes(of: diagnosis))
        }
        // The output already says what is wrong.
        if !diagnosis.hasSource { throw CommandFailure(line: "", exitCode: 1) }
    }
}
#endif
