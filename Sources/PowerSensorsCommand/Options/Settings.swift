#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The values of a subcommand's options about sensors, after they have been checked.
struct Settings {
    /// Which sensors to look for, and where.
    let sensors: SensorSet

    let carbonIntensity: CarbonIntensity?

    /// The scope to show first; nil for ``Topology/headlineScope``.
    let scope: Scope?

    /// The option or variable that named the scope, for messages.
    private let scopeOption: String

    let interval: Duration

    /// The machine's name.
    let node: String

    /// What happens to idle energy where energy is divided.
    private let policy: AttributionPolicy

    let isVerbose: Bool

    var roots: SystemRoots { sensors.roots }

    /// Checks every option.
    init(_ command: some SensorsCommand, in environment: Environment) throws(CommandFailure) {
        let options = command.shared
        scope = try options.scope.value(in: environment)
        scopeOption = options.scope.given(in: environment)?.origin ?? "--scope"
        interval = try options.interval.value(in: environment)
        node = try options.node.value(in: environment) ?? nodeName()
        isVerbose = try environment.isOn(options.verbose)
        policy = try options.policy.value(in: environment)
        let maximumPower = try options.maxPower.value(in: environment)
        let roots = SystemRoots(
            sysfs: try Self.root(options.sysfs.given(in: environment), mountPoint: "/sys"),
            procfs: try Self.root(options.procfs.given(in: environment), mountPoint: "/proc"),
            dev: try Self.root(options.dev.given(in: environment), mountPoint: "/dev"))
        sensors = SensorSet(
            roots: roots, selections: try options.sensor.values(in: environment), maximumPower: maximumPower,
            usesLibSensors: true,
            share: GuestShareSensor(
                roots: roots, directory: try options.share.value(in: environment),
                correction: try options.shareCorrection.value(in: environment), maximumPower: maximumPower),
            estimator: try command.estimator(roots: roots, in: environment),
            ignoring: try options.ignore.values(in: environment),
            wholes: try Self.wholes(options.whole, in: environment))
        carbonIntensity = try options.carbon(in: environment)
    }

    /// What writes text about this machine for people.
    var report: TextReport {
        TextReport(node: node, style: .standardOutput(redraws: false), showsInformation: isVerbose)
    }

    /// How to divide the energy among consumers; nil if no kind of consumer is requested.
    ///
    /// - Parameter interval: The longest time between two scans, at least a second.
    func attribution(
        among kinds: Set<Consumer.Kind>, every interval: Duration = .seconds(1), limit: Int = 50,
        minimumLifetime: Duration = .zero, includesTrees: Bool = false, isOptional: Bool = false
    ) -> Attribution? {
        if kinds.isEmpty { return nil }
        var attribution = Attribution(
            kinds: kinds, policy: policy, interval: max(interval, .seconds(1)), limit: limit)
        attribution.minimumLifetime = minimumLifetime
        attribution.includesTrees = includesTrees
        attribution.isOptional = isOptional
        return attribution
    }

    /// Opens the sensors that work here.
    func sampler(
        attribution: Attribution? = nil, rediscoveryInterval: Duration = .zero
    ) throws(CommandFailure) -> Sampler {
        let configuration = SamplingConfiguration(
            sensors: sensors, headlineScope: scope, attribution: attribution, carbonIntensity: carbonIntensity,
            rediscoveryInterval: rediscoveryInterval, readsSlowSourcesOnThreads: true)
        do throws(SamplerError) {
            return try Sampler(configuration)
        } catch {
            throw failure(error)
        }
    }

    /// Opens the sensors for a calibration, whose headline figure is what teaches.
    ///
    /// - Parameter teacher: The name of a scope, or the `id` of a channel, which makes up the figure of the scope `wall` unless
    ///   `--whole` names another.
    func sampler(learningFrom teacher: OptionValue) throws(CommandFailure) -> Sampler {
        var configuration = SamplingConfiguration(
            sensors: sensors, headlineScope: Scope.all.first { $0.name == teacher.value },
            readsSlowSourcesOnThreads: true)
        if configuration.headlineScope == nil {
            guard let channel = sensors.discover().channels.first(where: { $0.id == teacher.value }) else {
                throw teacher.refused(
                    "it is neither a scope (\(list(Scope.all.map(\.name), "or"))) nor the id of a channel, as in list"
                        + " --json.")
            }
            let scope = channel.countsIn ?? .wall
            if channel.countsIn == nil { configuration.sensors = sensors.counting([channel.id: scope]) }
            configuration.headlineScope = scope
        }
        do throws(SamplerError) {
            return try Sampler(configuration)
        } catch {
            guard case .noSuchScope = error else { throw .failure("\(error)") }
            throw .failure("\(teacher.origin): \(error)")
        }
    }

    /// The failure for a sampler that cannot start, with the option that caused it.
    func failure(_ error: SamplerError) -> CommandFailure {
        guard case .noSuchScope = error else { return .failure("\(error)") }
        return .failure("\(scopeOption): \(error) Leave the option out to use the best figure.")
    }

    private static func wholes(
        _ options: [Setting<Whole>], in environment: Environment
    ) throws(CommandFailure) -> [String: Scope] {
        var scopes: [String: Scope] = [:]
        for whole in try options.values(in: environment) {
            if let other = scopes.updateValue(whole.scope, forKey: whole.channel), other != whole.scope {
                throw .usage("--whole \(whole.channel): it can count in \(other) or in \(whole.scope), not in both.")
            }
        }
        return scopes
    }

    private static func root(_ option: OptionValue?, mountPoint: String) throws(CommandFailure) -> SystemRoot {
        guard let option else { return SystemRoot(mountPoint: mountPoint) }
        do throws(AttributeError) {
            return try SystemRoot(path: option.value, mountPoint: mountPoint)
        } catch {
            throw .failure(
                "\(option.origin): \(error). Name a folder to use as \(mountPoint), or leave the option out.")
        }
    }
}
#endif
