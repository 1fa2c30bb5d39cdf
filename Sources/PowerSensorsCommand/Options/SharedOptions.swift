#if Exporters
import ArgumentParser
import PowerSensors

/// A subcommand that looks for sensors.
///
/// Its groups of options are not nested: in a debug build, ArgumentParser checks a group five times for each group around it.
protocol SensorsCommand: RunnableCommand {
    var shared: SharedOptions { get }

    /// The estimator, by what the options say about this machine and its host.
    func estimator(roots: SystemRoots, in environment: Environment) throws(CommandFailure) -> Estimator
}

extension SensorsCommand {
    /// The estimator as it is without options.
    func estimator(roots: SystemRoots, in environment: Environment) throws(CommandFailure) -> Estimator {
        Estimator(roots: roots)
    }
}

/// The options of every subcommand that looks for sensors.
struct SharedOptions: ParsableArguments {
    @Option(
        "sensor", short: "s",
        "A sensor to use: \(list(SensorSet.Selection.all.map(\.description), "or")); by default, the best that works.",
        .choice("name", of: SensorSet.Selection.all, name: \.description))
    var sensor: [Setting<SensorSet.Selection>]

    @Option(
        "ignore",
        "A channel, chip or device never to read, such as hwmon/amdgpu/0000:03:00.0/power1, amdgpu or 0000:03:00.0.",
        .text("name", ifEmpty: "name a channel, a chip or a device, as powersensors list shows them."))
    var ignore: [Setting<String>]

    @Option(
        "scope", "The figure to show first: \(list(Scope.all.map(\.name), "or")); by default, the best there is.",
        .choice("scope", of: Scope.all, name: \.name))
    var scope: Setting<Scope?>

    @Option(
        "whole",
        "A channel that makes up the figure of a scope, alone or with others, such as "
            + "hwmon/corsairpsu/1-2:1.0/power1=wall.",
        .whole)
    var whole: [Setting<Whole>]

    @Option(
        "interval", short: "i", "The time between two figures, from 1ms to 1d.",
        .duration(from: "1ms", to: "1d", example: "2s"),
        default: "2s", exception: "but 100ms for run")
    var interval: Setting<Duration>

    @Option("max-power", "The most that any one channel can draw; more counts as an error.", .watts)
    var maxPower: Setting<Watts?>

    @Option(
        "policy", "What to do with idle energy: active leaves it unattributed, proportional divides it too.",
        .choice("policy", of: AttributionPolicy.all, name: \.name), default: AttributionPolicy.active.name)
    var policy: Setting<AttributionPolicy>

    @Option(
        "node", "The name to give this machine; by default, the kernel's.",
        .text("name", ifEmpty: "must not be empty."))
    var node: Setting<String?>

    @Flag(help: "Also report findings that are not a problem, and show voltages and temperatures.")
    var verbose: Verbose?

    @Option("sysfs", "A folder to use instead of /sys.", .text("dir"))
    var sysfs: Setting<String?>

    @Option("procfs", "A folder to use instead of /proc.", .text("dir"))
    var procfs: Setting<String?>

    @Option("dev", "A folder to use instead of /dev.", .text("dir"))
    var dev: Setting<String?>

    @Option(
        "share", "The folder in which the host shares this guest's energy; by default, it is searched for.",
        .text("dir", ifEmpty: "name the folder at which the share is mounted."))
    var share: Setting<String?>

    @Option(
        "share-correction",
        "A fault of the shared counters to correct: scaphandre, whose counters run at a fifth of the true speed.",
        .choice("name", of: GuestShareSensor.Correction.all, name: \.name))
    var shareCorrection: Setting<GuestShareSensor.Correction?>

    @Option(
        "region",
        "Where the machine is, for its carbon emissions, such as DE, US-CA or aws:eu-north-1; --region list shows all "
            + "codes.",
        .text("code"))
    var region: Setting<String?>

    @Option(
        "carbon-intensity", "The carbon intensity of this machine's electricity, in grams of CO2 per kilowatt-hour.",
        .number(
            "grams", CarbonIntensity.plausible,
            "a number of grams of CO2 per kilowatt-hour from 0 to 10000, such as 380"))
    var carbonIntensity: Setting<Double?>

    @Option("carbon-file", "A file of carbon intensities that override the built-in ones.", .text("file"))
    var carbonFile: Setting<String?>

    @Option(
        "config",
        "A file of settings: POWERSENSORS_NAME=value, one per line; by default, \(ConfigurationFile.standard) if it exists.",
        .text("file"))
    var config: Setting<String?>

    enum Verbose: String, Switch {
        case verbose

        static func name(for value: Verbose) -> NameSpecification { [.long, .customShort("v")] }
    }
}

/// The option `--json` of subcommands that write text by default.
struct JSONOption: ParsableArguments {
    @Flag(help: "Write JSON to standard output. Only export's --json names a file.")
    var json: JSON?

    /// Whether to write JSON, by the flag or its variable.
    func isOn(in environment: Environment) throws(CommandFailure) -> Bool {
        if json != nil { return true }
        guard let variable = environment.variable(of: JSON.name), !variable.isPath else { return false }
        return try variable.boolean()
    }

    enum JSON: String, Switch { case json }
}
#endif
