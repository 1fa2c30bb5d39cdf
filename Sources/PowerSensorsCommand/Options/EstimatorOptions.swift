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
        "load-profile", "How power rises with load, for the estimate: \(list(LoadProfile.all.map(\.name), "or")).",
        .choice("profile", of: LoadProfile.all, name: \.name), default: LoadProfile.powersave.name)
    var loadProfile: Setting<LoadProfile>

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

/// The options that describe this machine and its host to the estimator.
struct EstimatorOptions: ParsableArguments {
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

    enum ForceProfile: String, Switch { case forceProfile = "force-profile" }

    /// The estimator that the options describe.
    func estimator(
        _ power: KnownPowerOptions, roots: SystemRoots, in environment: Environment
    ) throws(CommandFailure) -> Estimator {
        var estimator = Estimator(roots: roots)
        let known = try power.known(in: environment)
        estimator.idleWatts = known.idle
        estimator.maximumWatts = known.maximum
        estimator.profile = try power.loadProfile.value(in: environment)
        estimator.host.threads = try hostThreads.value(in: environment)
        estimator.host.memoryGigabytes = try hostMemory.value(in: environment)
        estimator.host.overcommit = try hostOvercommit.value(in: environment)
        estimator.host.load = try hostLoad.value(in: environment)
        estimator.forcesCalibration = try environment.isOn(forceProfile)
        if let option = profile.given(in: environment) {
            let replaced = [
                power.idleWatts.given(in: environment), power.maxWatts.given(in: environment),
                power.loadProfile.given(in: environment),
            ]
            if let other = replaced.compactMap(\.self).first {
                throw other.refused("a profile replaces it; leave out either this or \(option.name).")
            }
            estimator.calibration = try calibration(option, for: estimator, roots: roots)
        }
        return estimator
    }

    private func calibration(
        _ option: OptionValue, for estimator: Estimator, roots: SystemRoots
    ) throws(CommandFailure) -> CalibrationProfile {
        let calibration = try ProfileFile.read(option.value)
        let machine = try? MachineDescription(roots: roots)
        if !estimator.forcesCalibration, let mismatch = machine.flatMap({ calibration.hardware.mismatch(with: $0) }) {
            throw .failure("\(option.name) \(option.value): \(mismatch). --force-profile uses it anyway.")
        }
        return calibration
    }
}
#endif
