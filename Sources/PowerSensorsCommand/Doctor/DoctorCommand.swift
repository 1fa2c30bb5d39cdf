#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors doctor`: what is missing or limited, why, and the command that mends it.
struct DoctorCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Explains what is missing, and how to mend it.",
        discussion: """
            It watches the counters for two and a half seconds, as one that stands still shows itself only in time. It \
            ends with 0 where a source of measured or shared power can be read, be it a part or one that stands still, \
            and with 1 where there is none.
            """
    )

    @OptionGroup var shared: SharedOptions

    @OptionGroup var output: JSONOption

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(shared, environment, json: output)
        let diagnosis = Doctor(settings.sensors, roots: settings.roots).examine()
        var bytes: [UInt8] = []
        if settings.json == true {
            DiagnosisJSON(node: settings.node).append(diagnosis, to: &bytes)
        } else {
            var style = TextStyle.standardOutput
            style.redraws = false
            DiagnosisText(node: settings.node, style: style).append(diagnosis, to: &bytes)
        }
        var output = StandardOutput()
        try output.write(bytes)
        // What is wrong has been said already.
        if !diagnosis.hasSource { throw CommandFailure(line: "", exitCode: 1) }
    }
}
#endif
