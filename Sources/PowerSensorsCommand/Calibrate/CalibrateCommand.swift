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
            it. With --passive it only watches what the machine does anyway, for minutes or for days; what it has learned \
            is kept beside the profile, and another run goes on with it.
            """,
        subcommands: [MergeCommand.self]
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

    @Option(
        "teacher",
        "What to learn from: a scope (\(list(Scope.all.map(\.name), "or"))), or a channel's id, such as that of a meter at "
            + "the wall; by default, the best measured figure.",
        .text("scope-or-channel", ifEmpty: "name a scope or a channel, as powersensors list shows them."))
    var teacher: Setting<String?>

    @Option(
        "state",
        "With --passive: the file in which what was learned is kept; by default, the profile's with .learned at its end.",
        .text("file", ifEmpty: "name a file."))
    var state: Setting<String?>

    @OptionGroup var shared: SharedOptions

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let output = try output.value(in: environment)
        let passive = try passive.value(in: environment)
        if passive != nil, levelDuration.flag != nil {
            throw .usage("--level-duration has no meaning with --passive; leave one of the two out.")
        }
        if passive == nil, let option = state.flag { throw option.refused("it has no effect without --passive.") }
        let teacher = teacher.given(in: environment)
        if let teacher, shared.scope.flag != nil {
            throw teacher.refused("--scope chooses what is learned too; leave one of the two out.")
        }
        let path = output == "-" ? nil : output
        let calibration = Calibration(
            settings: settings, teacher: teacher, output: path,
            state: try state.value(in: environment) ?? path.flatMap { $0.hasPrefix("/dev/") ? nil : $0 + ".learned" },
            levelDuration: try levelDuration.value(in: environment), passive: passive)
        try calibration.run()
    }
}
#endif
