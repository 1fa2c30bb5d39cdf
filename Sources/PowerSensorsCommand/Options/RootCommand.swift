#if Exporters
import ArgumentParser

/// `powersensors`; without a subcommand it is `watch`.
struct RootCommand: ParsableCommand {
    /// The version of the command and of the library it is built with.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "powersensors",
        abstract: "Shows how much power this machine uses, and where each figure comes from.",
        discussion: """
            Without a subcommand it watches, and takes watch's options: --interval, --duration, --format, --sensor, \
            --scope and more. See powersensors watch --help for all of them.

            Each option can also be set by an environment variable: POWERSENSORS_ and the option's name, such as \
            POWERSENSORS_INTERVAL=5s or POWERSENSORS_MAX_POWER=2000. An option overrides its variable. In a variable, \
            commas separate the values of a repeatable option.
            """,
        version: version,
        subcommands: [
            WatchCommand.self, ListCommand.self, DoctorCommand.self, ExportCommand.self, EstimateCommand.self,
            CalibrateCommand.self, HistoryCommand.self, RunCommand.self,
        ],
        defaultSubcommand: WatchCommand.self
    )
}
#endif
