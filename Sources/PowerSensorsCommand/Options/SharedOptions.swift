#if Exporters
import ArgumentParser
import PowerSensors

/// A subcommand that looks for sensors.
///
/// Its groups of options are not nested: in a debug build, ArgumentParser checks a group five times for each group around it.
protocol SensorsCommand: RunnableCommand {
    var shared: SharedOptions { get }
    var knownPower: KnownPowerOptions { get }
}

/// The options of every subcommand that looks for sensors.
struct SharedOptions: ParsableArguments {
    @Option(
        "sensor",
        "A sensor to use: \(list(SensorSet.Selection.all.map(\.description), "or")); by default, the best that works.",
        .choice("name", of: SensorSet.Selection.all, name: \.description))
    var sensor: [Setting<SensorSet.Selection>]

    @Option(
        "scope", "The figure to show first: \(list(Scope.all.map(\.name), "or")); by default, the best there is.",
        .choice("scope", of: Scope.all, name: \.name))
    var scope: Setting<Scope?>

    @Option(
        "interval", "The time between two figures, from 1ms to 1d.", .duration(from: "1ms", to: "1d", example: "2s"),
        default: "2s")
    var interval: Setting<Duration>

    @Option("max-power", "The highest power that one channel can have.", .watts)
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
        "Where the machine is, for the carbon of its electricity, such as DE, US-CA or aws:eu-north-1; list shows all.",
        .text("code"))
    var region: Setting<String?>

    @Option(
        "carbon-intensity", "The carbon of its electricity, in grams of CO2 per kilowatt-hour.",
        .number(
            "grams", CarbonIntensity.plausible,
            "a number of grams of CO2 per kilowatt-hour from 0 to 10000, such as 380"))
    var carbonIntensity: Setting<Double?>

    @Option("carbon-file", "A file of carbon intensities that override the built-in ones.", .text("file"))
    var carbonFile: Setting<String?>

    @Option(
        "profile", "A profile of this machine, its host or one like it, made by powersensors calibrate.", .text("file"))
    var profile: Setting<String?>

    @Flag(help: "Use the profile even if it was made on other hardware.")
    var forceProfile: ForceProfile?

    @Option("host-threads", "The hardware threads of this guest's host, for the estimate.", .count("count"))
    var hostThreads: Setting<Int?>

    @Option(
        "host-overcommit", "How many virtual processors the host sells for each of its threads.",
        .number("factor", 1...1000, "a number from 1, such as 4 where four are sold for one"), default: "1")
    var hostOvercommit: Setting<Double>

    @Option(
        "host-memory", "The memory of this guest's host in GB; a quarter of the guest's part then depends on memory.",
        .positive("gb"))
    var hostMemory: Setting<Double?>

    @Option(
        "host-load", "The mean load of this guest's host, above 0 and up to 1.",
        .number("load", 0.nextUp...1, "a number above 0 and up to 1, such as 0.3"))
    var hostLoad: Setting<Double?>

    enum Verbose: String, Switch { case verbose }

    enum ForceProfile: String, Switch { case forceProfile = "force-profile" }
}

/// The option `--json` of subcommands that write text by default.
struct JSONOption: ParsableArguments {
    @Flag(help: "Write JSON.")
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
