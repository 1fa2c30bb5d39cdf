#if Exporters
import ArgumentParser
import PowerSensors

/// What every subcommand understands. Values are kept as they were typed: ``Settings`` reads them, since they may
/// also come out of the environment.
struct SharedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A folder in place of /sys.", valueName: "dir"))
    var sysfs: String?

    @Option(help: ArgumentHelp("A folder in place of /proc.", valueName: "dir"))
    var procfs: String?

    @Option(help: ArgumentHelp("A folder in place of /dev.", valueName: "dir"))
    var dev: String?

    @Option(
        help: ArgumentHelp(
            """
            A sensor to use, one of \(SensorSet.Selection.known.map(\.description).joined(separator: ", ")). Repeatable; \
            without it, the best that works.
            """,
            valueName: "name"
        )
    )
    var sensor: [String] = []

    @Option(help: ArgumentHelp("The figure to show first: cpu, platform, battery or wall.", valueName: "scope"))
    var scope: String?

    // Unconditional, here and below, so that -1 is a value that is refused, and not an option that nobody knows.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time between two figures, from 1ms to 1d. (default: 2s)", valueName: "time")
    )
    var interval: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The greatest power one channel can have, in watts.", valueName: "watts")
    )
    var maxPower: String?

    @Option(
        help: ArgumentHelp(
            "Where the machine stands, for the carbon of its electricity: DE, US-CA, aws:eu-north-1; list shows all.",
            valueName: "code"))
    var region: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The carbon of its electricity, in grams of CO2 a kilowatt-hour.", valueName: "grams"))
    var carbonIntensity: String?

    @Option(help: ArgumentHelp("A file of carbon intensities in place of the built-in ones.", valueName: "file"))
    var carbonFile: String?

    @Option(
        help: ArgumentHelp(
            "What becomes of idle energy: active leaves it to nobody, proportional divides it too. (default: active)",
            valueName: "policy"))
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "The folder by which the host shares this guest's energy. (default: looked for)", valueName: "dir"))
    var share: String?

    @Option(
        help: ArgumentHelp(
            "What is wrong with a shared tree's counters: scaphandre, whose run five times too slow.", valueName: "name"
        ))
    var shareCorrection: String?

    @OptionGroup(title: "Options of the estimator") var estimator: EstimatorOptions

    @Option(help: ArgumentHelp("The name to give this machine. (default: the kernel's)", valueName: "name"))
    var node: String?

    @Flag(help: "Also say what was found and is no problem, and show voltages and temperatures.")
    var verbose = false
}

/// What every subcommand understands that writes for people or for machines.
struct JSONOption: ParsableArguments {
    @Flag(help: "Write JSON.")
    var json = false
}
#endif
