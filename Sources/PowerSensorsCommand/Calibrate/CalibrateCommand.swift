#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors calibrate`: learns this machine's curve from its real sensor.
struct CalibrateCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Learns this machine's power over its load, for its guests and its twins.",
        discussion: """
            It keeps all processors busy at eleven levels, for some two minutes, reads the sensor meanwhile, and writes a \
            profile for --profile. With --passive it only watches what the machine does anyway.
            """
    )

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("Where to write the profile; - for standard output. (default: -)", valueName: "file"))
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to stay at each level, from 2s to 1h. (default: 10s)", valueName: "time"))
    var levelDuration: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Make no load, and watch for this long, from 30s to 30d.", valueName: "time"))
    var passive: String?

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(shared, environment)
        try Calibration(settings, CalibrateOptions(self, environment)).run()
    }
}

/// What `calibrate` alone is asked for, checked.
struct CalibrateOptions {
    /// Where the profile goes; nil for standard output.
    let output: String?

    /// How long each level lasts.
    let levelDuration: Duration

    /// How long to watch; nil to make load.
    let passive: Duration?

    /// Checks the options; a flag wins over its variable.
    init(_ command: CalibrateCommand, _ environment: Environment) throws(CommandFailure) {
        func option(_ name: String, _ flag: String?) -> OptionValue? {
            flag.map { OptionValue(name: "--\(name)", value: $0) } ?? environment.option(name)
        }
        let path = option("output", command.output)?.value ?? "-"
        output = path == "-" ? nil : path
        let hour = Duration.seconds(3600)
        levelDuration =
            try option("level-duration", command.levelDuration).map { option throws(CommandFailure) in
                try Self.duration(option, .seconds(2)...hour, "2s to 1h")
            } ?? .seconds(10)
        passive = try option("passive", command.passive).map { option throws(CommandFailure) in
            try Self.duration(option, .seconds(30)...(hour * 720), "30s to 30d")
        }
        if passive != nil, command.levelDuration != nil {
            throw .usage("--level-duration has no meaning with --passive; leave one of the two out.")
        }
    }

    private static func duration(
        _ option: OptionValue, _ range: ClosedRange<Duration>, _ words: String
    ) throws(CommandFailure) -> Duration {
        guard let duration = DurationText.duration(option.value), range.contains(duration) else {
            throw option.refused("allowed is \(words): an integer and ms, s, m, h or d, such as 30s.")
        }
        return duration
    }
}
#endif
