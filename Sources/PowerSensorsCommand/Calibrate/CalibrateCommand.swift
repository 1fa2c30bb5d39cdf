#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors calibrate`: learns how this machine's power depends on its load, from a sensor that measures it.
struct CalibrateCommand: SensorsCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Learns how this machine's power depends on its load, from a sensor that measures it.",
        discussion: """
            It keeps all processors busy at eleven levels of load, by default for about two minutes in all, reads the \
            sensor meanwhile, and writes a profile, which --profile uses in this machine's guests and on machines like \
            it. With --passive it only watches what the machine does anyway.
            """
    )

    @Option("output", "Where to write the profile; - for standard output.", .text("file"), default: "-")
    var output: Setting<String>

    @Option(
        "level-duration", "How long to stay at each level, from 2s to 1h.",
        .duration(from: "2s", to: "1h", example: "30s"), default: "10s")
    var levelDuration: Setting<Duration>

    @Option(
        "passive", "Generate no load, and watch for this long, from 30s to 30d.",
        .duration(from: "30s", to: "30d", example: "10m"))
    var passive: Setting<Duration?>

    @OptionGroup var shared: SharedOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let output = try output.value(in: environment)
        let passive = try passive.value(in: environment)
        if passive != nil, levelDuration.flag != nil {
            throw .usage("--level-duration has no meaning with --passive; leave one of the two out.")
        }
        let calibration = Calibration(
            settings: settings, output: output == "-" ? nil : output,
            levelDuration: try levelDuration.value(in: environment), passive: passive)
        try calibration.run()
    }
}
#endif
