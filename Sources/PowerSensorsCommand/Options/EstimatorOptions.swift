#if Exporters
import ArgumentParser
import PowerSensors

/// The options of subcommands that may show an estimate: what is known about this machine and, in a guest, about its host.
struct EstimatorOptions: ParsableArguments {
    @Option(
        "profile", "A calibration profile of this machine, its host or one like it, made by powersensors calibrate.",
        .text("file"))
    var profile: Setting<String?>

    @Flag(help: "Use the profile even if it was made on other hardware.")
    var forceProfile: ForceProfile?

    @Option(
        "instance-type",
        "This guest's instance type in a cloud, such as m5.xlarge, n2-standard-8 or Standard_D4s_v5, for the estimate.",
        .instanceType)
    var instanceType: Setting<String?>

    @Flag(
        help: """
            Where the firmware does not name the instance type, ask the cloud for it: by a request to the link-local \
            address of its metadata service.
            """)
    var cloudMetadata: CloudMetadataFlag?

    @Option(
        "cloud-metadata-url", "Where to ask instead of \(CloudMetadata.address), such as a proxy.", .text("url"))
    var cloudMetadataURL: Setting<String?>

    @Option("host-threads", "The hardware threads of this guest's host, for the estimate.", .count("count"))
    var hostThreads: Setting<Int?>

    @Option(
        "host-overcommit", "How many virtual processors the host sells for each of its threads.",
        .number("factor", 1...1000, "a number from 1 to 1000, such as 4 where four are sold for one"), default: "1")
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
    enum CloudMetadataFlag: String, Switch { case cloudMetadata = "cloud-metadata" }
}

/// A subcommand that may show an estimate.
protocol EstimatingCommand: SensorsCommand {
    var estimatorOptions: EstimatorOptions { get }
    var knownPower: KnownPowerOptions { get }
}

extension EstimatingCommand {
    func estimator(roots: SystemRoots, in environment: Environment) throws(CommandFailure) -> Estimator {
        try estimatorOptions.estimator(knownPower, roots: roots, in: environment)
    }
}

extension EstimatorOptions {
    /// The estimator that the options describe, by what they say about this machine and its host.
    func estimator(
        _ power: KnownPowerOptions, roots: SystemRoots, in environment: Environment
    ) throws(CommandFailure) -> Estimator {
        var estimator = Estimator(roots: roots)
        let known = try power.known(in: environment)
        estimator.idleWatts = known.idle
        estimator.maximumWatts = known.maximum
        estimator.profile = try power.loadProfile.value(in: environment)
        estimator.host.instanceType = try instanceType(of: roots, in: environment)
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

    /// The instance type that is given or, if that is allowed, the one that the cloud tells; nil for what the firmware
    /// names.
    private func instanceType(of roots: SystemRoots, in environment: Environment) throws(CommandFailure) -> String? {
        if let given = try instanceType.value(in: environment) { return given }
        let url = try cloudMetadataURL.value(in: environment)
        guard try environment.isOn(cloudMetadata) else {
            if let option = cloudMetadataURL.flag { throw option.refused("it has no effect without --cloud-metadata.") }
            return nil
        }
        return try CloudMetadata(address: url ?? CloudMetadata.address).instanceType(of: roots)
    }

    private func calibration(
        _ option: OptionValue, for estimator: Estimator, roots: SystemRoots
    ) throws(CommandFailure) -> CalibrationProfile {
        let calibration = try ProfileFile.read(option.value)
        let machine = try? MachineDescription(roots: roots)
        if !estimator.forcesCalibration, let mismatch = machine.flatMap({ calibration.hardware.mismatch(with: $0) }) {
            throw .failure("\(option.origin) \(option.value): \(mismatch). --force-profile uses it anyway.")
        }
        return calibration
    }
}
#endif
