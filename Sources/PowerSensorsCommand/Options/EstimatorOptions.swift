#if Exporters
import ArgumentParser
import PowerSensors

/// What the estimator may be told of this machine.
struct EstimatorOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Watts of the whole server without load, where known.", valueName: "watts"))
    var idleWatts: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Watts of the whole server at full load, where known.", valueName: "watts"))
    var maxWatts: String?

    @Option(
        help: ArgumentHelp(
            "How load and power belong together: \(LoadProfile.all.map(\.name).joined(separator: " or ")).",
            valueName: "profile"))
    var loadProfile: String?

    @Option(
        help: ArgumentHelp("What powersensors calibrate learned, of this machine's host or twin.", valueName: "file"))
    var profile: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Hardware threads of this guest's host.", valueName: "count"))
    var hostThreads: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many virtual processors the host sells for each of its threads. (default: 1)", valueName: "factor"))
    var hostOvercommit: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Memory of this guest's host in GB; a quarter of the guest's part then goes by memory.", valueName: "gb"))
    var hostMemory: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Mean load of this guest's host, above 0 and up to 1, where known.", valueName: "load"))
    var hostLoad: String?

    @Flag(help: "Use a profile of other hardware.")
    var forceProfile = false
}

extension Estimator {
    /// An estimator that is told what the options say; a flag wins over its variable.
    init(
        _ options: EstimatorOptions, _ environment: Environment, roots: SystemRoots
    ) throws(CommandFailure) {
        let reader = EstimateOptions(environment)
        self.init(roots: roots)
        idleWatts = try reader.number("idle-watts", options.idleWatts).map { Watts($0) }
        maximumWatts = try reader.number("max-watts", options.maxWatts).map { Watts($0) }
        if let idleWatts, let maximumWatts, idleWatts > maximumWatts {
            let option = reader.option("idle-watts", options.idleWatts)
            throw option?.refused("it must be no more than the greatest, \(maximumWatts.rawValue) W.")
                ?? .usage("--idle-watts must be no more than --max-watts.")
        }
        profile = try reader.profile(options.loadProfile)
        host.threads = try reader.count("host-threads", options.hostThreads)
        host.memoryGigabytes = try reader.number("host-memory", options.hostMemory)
        if let option = reader.option("host-overcommit", options.hostOvercommit) {
            guard let factor = Double(option.value), factor >= 1, factor <= 1000 else {
                throw option.refused("allowed is a number from 1, such as 4 where four are sold for one.")
            }
            host.overcommit = factor
        }
        if let option = reader.option("host-load", options.hostLoad) {
            guard let load = Double(option.value), load > 0, load <= 1 else {
                throw option.refused("allowed is a number above 0 and up to 1, such as 0.3.")
            }
            host.load = load
        }
        forcesCalibration =
            options.forceProfile ? true : try environment.option("force-profile")?.truth() ?? false
        guard let option = reader.option("profile", options.profile) else { return }
        for name in ["idle-watts", "max-watts", "load-profile"] {
            let flag =
                switch name {
                case "idle-watts": options.idleWatts
                case "max-watts": options.maxWatts
                default: options.loadProfile
                }
            if let other = reader.option(name, flag) {
                throw other.refused("a profile takes its place; leave it out, or \(option.name).")
            }
        }
        let calibration = try ProfileFile.read(option.value)
        let machine = try? MachineDescription(roots: roots)
        if !forcesCalibration, let mismatch = machine.flatMap({ calibration.hardware.mismatch(with: $0) }) {
            throw .failure("\(option.name) \(option.value): \(mismatch). --force-profile uses it all the same.")
        }
        self.calibration = calibration
    }
}
#endif
