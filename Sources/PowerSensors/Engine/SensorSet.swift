public import PowerSensorsCore
import PowerSensorsRAPL
import PowerSensorsHwmon
import PowerSensorsPowerSupply
public import PowerSensorsGuestShare
import PowerSensorsResctrl
public import PowerSensorsEstimator
import PowerSensorsAttribution

/// The sensors to use, and the file trees to find them in.
public struct SensorSet: Sendable {
    /// A sensor selected by name, optionally with one of its mechanisms: `rapl`, `rapl:powercap`.
    public struct Selection: Hashable, Sendable, CustomStringConvertible {
        /// The name of the sensor.
        public let sensor: SensorName

        /// The name of the mechanism; nil for the best that works.
        public let mechanism: String?

        /// Every selection that this version of the library supports.
        public static let all: [Selection] = [
            Selection(sensor: .rapl), Selection(sensor: .rapl, mechanism: "perf"),
            Selection(sensor: .rapl, mechanism: "powercap"), Selection(sensor: .rapl, mechanism: "msr"),
            Selection(sensor: .share), Selection(sensor: .hwmon), Selection(sensor: .supply),
            Selection(sensor: .resctrl), Selection(sensor: .estimator),
        ]

        package init(sensor: SensorName, mechanism: String? = nil) {
            self.sensor = sensor
            self.mechanism = mechanism
        }

        /// Parses `sensor` or `sensor:mechanism`; nil if it is not in ``all``.
        public init?(_ text: String) {
            guard let found = Self.all.first(where: { $0.description == text }) else { return nil }
            self = found
        }

        /// `sensor` or `sensor:mechanism`.
        public var description: String { mechanism.map { "\(sensor):\($0)" } ?? sensor.name }
    }

    private let sensors: [any Sensor]
    private let fallback: (any Sensor)?
    private var wholes = ChosenWholes(scopes: [:])

    /// The channels, chips and devices to leave out.
    package let ignored: IgnoredChannels

    /// The file trees in which sensors, processes and control groups are found.
    public let roots: SystemRoots

    /// The calibration that the estimator was given, which can also be compared with what is measured.
    let calibration: CalibrationProfile?

    /// Selects sensors of this library.
    ///
    /// - Parameters:
    ///   - roots: The file trees in which sensors, processes and control groups are found.
    ///   - selections: The sensors to use; empty for all of them, with the estimator only if no other provides a host figure.
    ///   - maximumPower: The highest power of any one channel; nil to derive it from each channel's own limits.
    ///   - usesLibSensors: Whether `hwmon` uses labels, ignored channels and computed values from libsensors, if it is
    ///     installed. libsensors has one state per process, so leave this out if the program uses libsensors itself.
    ///   - share: A share sensor for a given folder; nil for one that finds the folder itself. It comes after `rapl`, since
    ///     a machine's own counters, even virtual ones, are preferred to what its host reports. It reads beneath `roots`.
    ///   - estimator: An estimator for a given machine; nil for one that detects the machine itself. It reads beneath `roots`.
    ///   - additional: Custom sensors, which are preferred to the library's.
    ///   - ignoring: What to leave out: `id`s of channels, names of chips and supplies, and devices, such as `0000:03:00.0`. Chips
    ///     are not read at all, and of supplies only what kind they are. A host figure of which a part is left out is `partial`.
    ///   - wholes: Channels that are known to measure a whole, by their `id`, each with the scope whose figure it makes up.
    ///     Channels of one scope are added; what else would count in that scope is left out.
    public init(
        roots: SystemRoots = .default,
        selections: [Selection] = [],
        maximumPower: Watts? = nil,
        usesLibSensors: Bool = false,
        share: GuestShareSensor? = nil,
        estimator: Estimator? = nil,
        additional: [any Sensor] = [],
        ignoring: [String] = [],
        wholes: [String: Scope] = [:]
    ) {
        self.roots = roots
        ignored = IgnoredChannels(ignoring)
        self.wholes = ChosenWholes(scopes: wholes)
        let rapl = RAPLSensor(
            roots: roots, mechanisms: Self.mechanisms(of: selections), maximumPower: maximumPower)
        var share = share ?? GuestShareSensor(maximumPower: maximumPower)
        var estimator = estimator ?? Estimator()
        calibration = estimator.calibration
        (share.roots, estimator.roots) = (roots, roots)
        let meters: [any Sensor] = [
            share,
            HwmonSensor(
                roots: roots, maximumPower: maximumPower, usesLibSensors: usesLibSensors, ignored: ignored,
                descriptorBudget: nil),
            PowerSupplySensor(roots: roots, maximumPower: maximumPower, ignored: ignored, now: { .now }),
            ResctrlSensor(roots: roots),
        ]
        if selections.isEmpty {
            sensors = additional + [rapl] + meters
            fallback = estimator
        } else {
            let names = selections.map(\.sensor)
            let library = [rapl] + meters + [estimator]
            sensors = additional + library.filter { names.contains($0.name) }
            fallback = nil
        }
    }

    /// The selected mechanisms of RAPL; all if the sensor is selected as a whole or not by name.
    private static func mechanisms(of selections: [Selection]) -> [RAPLMechanism] {
        let rapl = selections.filter { $0.sensor == .rapl }
        if rapl.contains(where: { $0.mechanism == nil }) || rapl.isEmpty { return RAPLMechanism.all }
        return RAPLMechanism.all.filter { mechanism in rapl.contains { $0.mechanism == mechanism.name } }
    }

    /// Uses only custom sensors.
    ///
    /// - Parameters:
    ///   - sensors: The sensors, in order of preference.
    ///   - roots: The file trees in which processes and control groups are found.
    public init(only sensors: [any Sensor], roots: SystemRoots = .default) {
        self.init(sensors, roots, IgnoredChannels())
    }

    private init(_ sensors: [any Sensor], _ roots: SystemRoots, _ ignored: IgnoredChannels) {
        self.sensors = sensors
        self.roots = roots
        self.ignored = ignored
        calibration = nil
        fallback = nil
    }

    /// The same sensors, with further channels that make up the figure of a scope.
    package func counting(_ channels: [String: Scope]) -> SensorSet {
        var set = self
        set.wholes = ChosenWholes(scopes: wholes.scopes.merging(channels) { $1 })
        return set
    }

    /// The same sensors, with the estimator even if other sensors provide a host figure.
    package var withFallback: SensorSet {
        var set = SensorSet(sensors + [fallback].compactMap(\.self), roots, ignored)
        set.wholes = wholes
        return set
    }

    /// The names of the sensors, in order of preference.
    package var names: [SensorName] { sensors.map(\.name) }

    /// Finds the channels. A sensor that fails as a whole becomes a finding.
    public func discover() -> Topology { bind().topology }

    /// Finds the channels, and binds the sensors to them.
    ///
    /// - Parameters:
    ///   - previous: The previous generation, whose missing channels stay as absent, see ``AbsentParts``.
    ///   - latest: The latest discovery, if that did not begin a generation.
    ///   - limit: How long to wait for the sensors, which then run on threads of their own. One that takes longer keeps what it
    ///     had found before, if anything, and the result is ``BoundSensors/isUnfinished``. Nil to run them on the calling thread
    ///     and to wait as long as it takes.
    package func bind(
        after previous: BoundSensors? = nil, latest: BoundSensors? = nil, within limit: Duration? = nil
    ) -> BoundSensors {
        // Computed first, so that a change during the discovery is noticed at the next check.
        let fingerprints = discoveryFingerprints()
        let generation = (previous?.topology.generation ?? 0) + 1
        let asked = limit.map { ask(after: latest ?? previous, fingerprints, within: $0) }
        let own = asked?.discoveries ?? sensors.map { discovery(of: $0) }
        var used = sensors
        var discoveries = own
        wholes.apply(to: &discoveries)
        if let fallback, !discoveries.contains(where: \.hasHostFigure) {
            used.append(fallback)
            discoveries.append(discovery(of: fallback))
        }
        // Last, so that the channels are still in the sensors' order.
        let channels = discoveries.flatMap(\.channels)
        let unused = Discovery(
            findings: unusedNames(discoveries) + [.fewDescriptors(for: channels)].compactMap(\.self))
        var topology = Topology(generation: generation, discoveries: discoveries + [unused])
        let absent = previous.flatMap { AbsentParts(from: $0.topology, to: topology) }
        if let absent {
            used.append(absent)
            discoveries.append(absent.discover())
            topology = Topology(generation: generation, discoveries: discoveries + [unused])
        }
        var bound = BoundSensors(topology, used, fingerprints: fingerprints)
        if let asked {
            (bound.answers, bound.threads, bound.unanswered) = (asked.answers, asked.threads, asked.unanswered)
        }
        bound.absent = absent?.ids ?? []
        return bound
    }

    /// What the sensors answered that were asked what they find.
    private struct Asked {
        let threads: [ThreadedWork<BoundSensors.Answer>]
        var answers: [BoundSensors.Answer?] = []
        var discoveries: [Discovery] = []
        var unanswered: Set<SensorName> = []
    }

    /// Asks each sensor on a thread of its own what it finds. If nothing has changed since the latest discovery, only those are
    /// asked that have not answered then, without waiting for them.
    private func ask(after latest: BoundSensors?, _ fingerprints: [Int?], within limit: Duration) -> Asked {
        var asked = Asked(threads: latest?.threads ?? sensors.map { _ in ThreadedWork(name: "powersensors-ds") })
        let isUnchanged = latest?.fingerprints == fingerprints
        let old = latest?.answers ?? sensors.map { _ in nil }
        let isOpen = sensors.indices.map { index in
            !isUnchanged || old[index]?.fingerprint != fingerprints[index]
                || latest?.unanswered.contains(sensors[index].name) == true
        }
        let wasBusy = asked.threads.map(\.isBusy)
        for (index, sensor) in sensors.enumerated() where isOpen[index] && !wasBusy[index] {
            _ = asked.threads[index].start { answer(of: sensor) }
        }
        let deadline = SampleInstant.monotonicNow + limit.wholeNanoseconds
        for (index, sensor) in sensors.enumerated() {
            var answer = old[index]
            var findings: [Finding] = []
            if isOpen[index] {
                if let new = asked.threads[index].take(waitingUntil: isUnchanged && wasBusy[index] ? .min : deadline) {
                    answer = new
                } else if asked.threads[index].isBusy {
                    asked.unanswered.insert(sensor.name)
                    findings = [.unanswered(sensor.name, limit)]
                } else {
                    // The system has refused a thread.
                    answer = self.answer(of: sensor)
                }
            }
            var discovery = answer?.discovery ?? Discovery()
            discovery.findings += findings
            asked.answers.append(answer)
            asked.discoveries.append(discovery)
        }
        return asked
    }

    private func answer(of sensor: any Sensor) -> BoundSensors.Answer {
        let fingerprint = sensor.discoveryFingerprint()
        return BoundSensors.Answer(fingerprint: fingerprint, discovery: discovery(of: sensor))
    }

    /// The current fingerprint of every sensor; a change means that a new discovery is needed.
    package func discoveryFingerprints() -> [Int?] {
        (sensors + [fallback].compactMap(\.self)).map { $0.discoveryFingerprint() }
    }

    /// Findings about the names that nothing was left out for.
    private func unusedNames(_ discoveries: [Discovery]) -> [Finding] {
        let used = discoveries.reduce(into: Set<String>()) { $0.formUnion($1.ignoredNames) }
        return ignored.names.filter { !used.contains($0) }.unique(by: \.self).map { .nothingIgnored($0) }
    }

    private func discovery(of sensor: any Sensor) -> Discovery {
        do {
            var discovery = try sensor.discover()
            discovery.leaveOut(ignored)
            // A sensor opens only channels with its own name, so others would never be read.
            for channel in discovery.channels where channel.sensor != sensor.name {
                discovery.findings.append(.foreignChannel(channel, of: sensor.name))
            }
            discovery.channels.removeAll { $0.sensor != sensor.name }
            if let interval = sensor.readingInterval {
                for index in discovery.channels.indices where discovery.channels[index].readingInterval == nil {
                    discovery.channels[index].readingInterval = interval
                }
            }
            return discovery
        } catch {
            return Discovery(findings: [.failed(sensor.name, error)])
        }
    }
}

extension Finding {
    fileprivate static func unanswered(_ sensor: SensorName, _ limit: Duration) -> Finding {
        Finding(
            severity: .warning, subject: sensor.name, reason: .stale,
            text: """
                A device has not answered within \(limit), so it is not yet known what this sensor can read. Until the \
                device answers, what is new of this sensor is left out.
                """,
            remedy: "Read the sensor's files by hand to find the device whose files hang, then leave it out:"
                + " --ignore DEVICE")
    }

    fileprivate static func foreignChannel(_ channel: Channel, of sensor: SensorName) -> Finding {
        Finding(
            severity: .error, subject: channel.id, reason: .malformed,
            text: "The sensor \(sensor) has a channel of another sensor, \(channel.sensor), which is left out.",
            remedy: "Fix the sensor: its channels must have its own name.")
    }
}

extension Discovery {
    /// Whether a channel of a host figure can be read.
    fileprivate var hasHostFigure: Bool { channels.contains { $0.countsIn != nil && $0.status == .ok } }
}
