#if Exporters
import ArgumentParser
import PowerSensors

/// The options for a machine's known power at idle and at full load, and for how it rises in between.
struct KnownPowerOptions: ParsableArguments {
    @Option("idle-watts", "The known idle power of the whole server, for the estimate.", .watts)
    var idleWatts: Setting<Watts?>

    @Option("max-watts", "The known power of the whole server at full load, for the estimate.", .watts)
    var maxWatts: Setting<Watts?>

    @Option(
        "load-profile",
        "How power rises with load, for the estimate: \(list(LoadProfile.all.map(\.name), "or")); by default, "
            + "\(LoadProfile.performance.name) in a cloud and \(LoadProfile.powersave.name) elsewhere.",
        .choice("profile", of: LoadProfile.all, name: \.name))
    var loadProfile: Setting<LoadProfile?>

    /// The power that is known at idle and at full load.
    func known(in environment: Environment) throws(CommandFailure) -> KnownWatts {
        let idle = try idleWatts.value(in: environment)
        let maximum = try maxWatts.value(in: environment)
        guard let known = KnownWatts(idle: idle, maximum: maximum) else {
            throw .usage("--idle-watts must not exceed --max-watts.")
        }
        return known
    }
}
#endif
