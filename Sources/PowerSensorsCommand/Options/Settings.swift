#if Exporters
import PowerSensors

/// What the shared options and the environment ask for, checked.
struct Settings {
    /// Which sensors to look for, and where.
    private(set) var sensors: SensorSet

    /// The trees to look in.
    let roots: SystemRoots

    /// The figure to show first; nil for the best there is.
    let scope: Scope?

    /// Where the scope was named, for messages.
    let scopeOption: String

    /// Time between two figures.
    let interval: Duration

    /// The machine's name.
    let node: String

    /// What becomes of idle energy where energy is divided.
    let policy: AttributionPolicy

    /// Whether to write JSON; nil where nothing was said.
    let json: Bool?

    /// Whether to say also what is no problem.
    let isVerbose: Bool

    /// Checks the options; a flag wins over its variable.
    ///
    /// - Parameters:
    ///   - options: The shared options.
    ///   - environment: The variables.
    ///   - json: The flag `--json`; nil for a subcommand that has none.
    init(
        _ options: SharedOptions, _ environment: Environment, json: JSONOption? = nil
    ) throws(CommandFailure) {
        func option(_ name: String, _ flag: String?) -> OptionValue? {
            flag.map { OptionValue(name: "--\(name)", value: $0) } ?? environment.option(name)
        }
        let scopeOption = option("scope", options.scope)
        self.scopeOption = scopeOption?.name ?? "--scope"
        scope = try scopeOption.map(Self.scope)
        interval = try option("interval", options.interval).map(Self.interval) ?? .seconds(2)
        node = try option("node", options.node).map(Self.node) ?? nodeName()
        self.json = try json.flatMap { (flag) throws(CommandFailure) in
            if flag.json { return true }
            guard let variable = environment.option("json"), !variable.isPath else { return nil }
            return try variable.truth()
        }
        isVerbose = options.verbose ? true : try environment.option("verbose")?.truth() ?? false
        policy = try option("policy", options.policy).map(Self.policy) ?? .active
        let maximumPower = try option("max-power", options.maxPower).map(Self.power)
        let selections = try Self.selections(options.sensor, environment)
        roots = SystemRoots(
            sysfs: try Self.root(option("sysfs", options.sysfs), mountPoint: "/sys"),
            procfs: try Self.root(option("procfs", options.procfs), mountPoint: "/proc"),
            dev: try Self.root(option("dev", options.dev), mountPoint: "/dev")
        )
        var sensors = SensorSet(
            roots: roots, selections: selections, maximumPower: maximumPower, usesLibSensors: true,
            share: GuestShareSensor(
                roots: roots, directory: try option("share", options.share).map(Self.folder),
                correction: try option("share-correction", options.shareCorrection).map(Self.correction),
                maximumPower: maximumPower),
            estimator: try Estimator(options.estimator, environment, roots: roots))
        sensors.carbonIntensity = try CarbonSetting.intensity(
            region: option("region", options.region),
            number: option("carbon-intensity", options.carbonIntensity),
            file: option("carbon-file", options.carbonFile))
        self.sensors = sensors
    }

    /// The same settings, with the energy divided among consumers.
    ///
    /// - Parameters:
    ///   - kinds: The kinds of consumers.
    ///   - limit: How many of a kind to tell apart.
    ///   - interval: How often to look at them.
    ///   - isByTheWay: Whether nobody asked for it in particular.
    func dividing(
        among kinds: Set<Consumer.Kind>, limit: Int = 50, every interval: Duration = .seconds(1),
        isByTheWay: Bool = false
    ) -> Settings {
        if kinds.isEmpty { return self }
        var attribution = Attribution(roots: roots, kinds: kinds, policy: policy, interval: interval, limit: limit)
        attribution.isByTheWay = isByTheWay
        var settings = self
        settings.sensors.attribution = attribution
        return settings
    }

    // MARK: One option each

    private static func scope(_ option: OptionValue) throws(CommandFailure) -> Scope {
        guard let scope = Scope.byPreference.first(where: { $0.name == option.value }) else {
            throw option.refused("allowed are \(list(Scope.byPreference.map(\.name))).")
        }
        return scope
    }

    private static func interval(_ option: OptionValue) throws(CommandFailure) -> Duration {
        guard let interval = DurationText.duration(option.value), interval >= .milliseconds(1),
            interval <= .seconds(86_400)
        else { throw option.refused("allowed is 1ms to 1d: an integer and ms, s, m, h or d, such as 2s.") }
        return interval
    }

    private static func node(_ option: OptionValue) throws(CommandFailure) -> String {
        guard !option.value.isEmpty else { throw option.refused("a name must not be empty.") }
        return option.value
    }

    private static func policy(_ option: OptionValue) throws(CommandFailure) -> AttributionPolicy {
        guard let policy = AttributionPolicy.known.first(where: { $0.name == option.value }) else {
            throw option.refused("allowed are \(list(AttributionPolicy.known.map(\.name))).")
        }
        return policy
    }

    private static func power(_ option: OptionValue) throws(CommandFailure) -> Watts {
        guard let power = Double(option.value), power >= 0.001, power <= 1e9 else {
            throw option.refused("allowed is a number of watts from 0.001 to 1000000000, such as 2000.")
        }
        return Watts(power)
    }

    private static func folder(_ option: OptionValue) throws(CommandFailure) -> String {
        guard !option.value.isEmpty else { throw option.refused("name the folder at which the share is mounted.") }
        return option.value
    }

    private static func correction(_ option: OptionValue) throws(CommandFailure) -> GuestShareSensor.Correction {
        guard let correction = GuestShareSensor.Correction(option.value) else {
            throw option.refused("known is \(list(GuestShareSensor.Correction.known.map(\.name))).")
        }
        return correction
    }

    private static func selections(
        _ flags: [String],
        _ environment: Environment
    ) throws(CommandFailure) -> [SensorSet.Selection] {
        var options = flags.map { OptionValue(name: "--sensor", value: $0) }
        if options.isEmpty, let variable = environment.option("sensor") {
            options = variable.value.split(separator: ",").map {
                OptionValue(name: variable.name, value: String($0.drop { $0 == " " }), isVariable: true)
            }
        }
        var selections: [SensorSet.Selection] = []
        for option in options {
            guard let selection = SensorSet.Selection(option.value) else {
                throw option.refused("known are \(list(SensorSet.Selection.known.map(\.description))).")
            }
            selections.append(selection)
        }
        return selections
    }

    private static func root(_ option: OptionValue?, mountPoint: String) throws(CommandFailure) -> SystemRoot {
        guard let option else { return SystemRoot(mountPoint: mountPoint) }
        do throws(AttributeError) {
            return try SystemRoot(path: option.value, mountPoint: mountPoint)
        } catch {
            throw .failure(
                "\(option.name): \(error). Name a folder that stands for \(mountPoint), or leave it out."
            )
        }
    }

    private static func list(_ names: [String]) -> String {
        names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }
}
#endif
