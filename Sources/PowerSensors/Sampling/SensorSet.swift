/// Which sensors to look for, and where.
public struct SensorSet: Sendable {
    /// A sensor that was asked for by name, perhaps by one mechanism of it: `rapl`, `rapl:powercap`.
    public struct Selection: Hashable, Sendable, CustomStringConvertible {
        /// The sensor.
        public let sensor: SensorName

        /// The mechanism; nil for the best that works.
        public let mechanism: String?

        /// Every selection that this version of the library knows.
        public static let known: [Selection] = [
            Selection(sensor: .rapl), Selection(sensor: .rapl, mechanism: "perf"),
            Selection(sensor: .rapl, mechanism: "powercap"), Selection(sensor: .rapl, mechanism: "msr"),
            Selection(sensor: .share), Selection(sensor: .hwmon), Selection(sensor: .supply),
            Selection(sensor: .resctrl), Selection(sensor: .estimator),
        ]

        package init(sensor: SensorName, mechanism: String? = nil) {
            self.sensor = sensor
            self.mechanism = mechanism
        }

        /// Reads `sensor` or `sensor:mechanism`; nil for one that is not among ``known``.
        public init?(_ text: String) {
            guard let found = Self.known.first(where: { $0.description == text }) else { return nil }
            self = found
        }

        /// `sensor` or `sensor:mechanism`.
        public var description: String { mechanism.map { "\(sensor):\($0)" } ?? sensor.name }
    }

    private let sensors: [any Sensor]
    private let fallback: (any Sensor)?

    /// What the machine's electricity costs the climate, for the carbon of its energy; nil, as it is at first, where that is
    /// not known. No sensor measures it: see ``CarbonRegions``.
    public var carbonIntensity: CarbonIntensity?

    /// Who is given the machine's energy; nil, as it is at first, for nobody: to look at every process costs more than to read
    /// the sensors.
    public var attribution: Attribution?

    /// The sensors of this library.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in.
    ///   - selections: The sensors to use; empty for the best that works, the estimator only where nothing measures.
    ///   - maximumPower: The greatest power that one channel can have; nil for what its own limits suggest.
    ///   - usesLibSensors: Whether `hwmon` takes labels, ignored channels and computed values from libsensors, where that
    ///     is installed. It has one state for the whole process: leave it out where the program uses libsensors itself.
    ///   - share: The share's sensor, where it is told which folder to read; nil for one that finds out for itself. It comes
    ///     after `rapl`: a machine's own counters are preferred to what another tells of it, also where they are virtual.
    ///   - estimator: The estimator, where it is told something of the machine; nil for one that finds out for itself.
    ///   - additional: Sensors of one's own, preferred to the library's.
    public init(
        roots: SystemRoots = .usual,
        selections: [Selection] = [],
        maximumPower: Watts? = nil,
        usesLibSensors: Bool = false,
        share: GuestShareSensor? = nil,
        estimator: Estimator? = nil,
        additional: [any Sensor] = []
    ) {
        let rapl = RaplSensor(
            roots: roots, mechanisms: Self.mechanisms(of: selections), maximumPower: maximumPower)
        let meters: [any Sensor] = [
            share ?? GuestShareSensor(roots: roots, maximumPower: maximumPower),
            HwmonSensor(roots: roots, maximumPower: maximumPower, usesLibSensors: usesLibSensors),
            PowerSupplySensor(roots: roots, maximumPower: maximumPower),
            ResctrlSensor(roots: roots),
        ]
        let estimator = estimator ?? Estimator(roots: roots)
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

    /// The mechanisms that are asked for; every one where the sensor is asked for as a whole, or not by name.
    private static func mechanisms(of selections: [Selection]) -> [RaplMechanism] {
        let rapl = selections.filter { $0.sensor == .rapl }
        if rapl.contains(where: { $0.mechanism == nil }) || rapl.isEmpty { return RaplMechanism.byPreference }
        return RaplMechanism.byPreference.filter { mechanism in rapl.contains { $0.mechanism == mechanism.name } }
    }

    /// Only sensors of one's own.
    public init(only sensors: [any Sensor]) {
        self.sensors = sensors
        fallback = nil
    }

    /// The same sensors, and the estimator beside them though something measures.
    package var withFallback: SensorSet {
        var set = SensorSet(only: sensors + [fallback].compactMap(\.self))
        set.carbonIntensity = carbonIntensity
        set.attribution = attribution
        return set
    }

    /// The sensors' names, the preferred first.
    package var names: [SensorName] { sensors.map(\.name) }

    /// Looks for channels. A sensor that fails as a whole becomes a finding.
    ///
    /// - Parameter generation: The number of the discovery, from 1.
    public func discover(generation: Int = 1) -> DiscoveredSensors { discover(generation, after: nil) }

    /// Looks for channels again. What went of the host's figures stays, see ``AbsentParts``.
    package func discover(after previous: DiscoveredSensors) -> DiscoveredSensors {
        discover(previous.topology.generation + 1, after: previous.topology)
    }

    private func discover(_ generation: Int, after previous: Topology?) -> DiscoveredSensors {
        // Taken first: what changes while we look is noticed the next time.
        let marks = discoveryMarks()
        var used = sensors
        var discoveries = sensors.map(Self.discovery)
        if let fallback, !discoveries.contains(where: \.hasHostFigure) {
            used.append(fallback)
            discoveries.append(Self.discovery(of: fallback))
        }
        var topology = Topology(generation: generation, discoveries: discoveries, carbonIntensity: carbonIntensity)
        if let absent = previous.flatMap({ AbsentParts(from: $0, to: topology) }) {
            used.append(absent)
            discoveries.append(absent.discover())
            topology = Topology(generation: generation, discoveries: discoveries, carbonIntensity: carbonIntensity)
        }
        return DiscoveredSensors(topology: topology, used, marks: marks, attribution: attribution)
    }

    /// What every sensor's marks are now; it changes when a new discovery is worth its while.
    package func discoveryMarks() -> [Int?] { (sensors + [fallback].compactMap(\.self)).map { $0.discoveryMark() } }

    private static func discovery(of sensor: any Sensor) -> Discovery {
        do {
            var discovery = try sensor.discover()
            // A sensor reads its own channels; a foreign name would leave one that nobody reads.
            for channel in discovery.channels where channel.sensor != sensor.name {
                discovery.findings.append(.foreignChannel(channel, of: sensor.name))
            }
            discovery.channels.removeAll { $0.sensor != sensor.name }
            if let interval = sensor.refreshInterval {
                for index in discovery.channels.indices where discovery.channels[index].readingInterval == nil {
                    discovery.channels[index].readingInterval = interval
                }
            }
            return discovery
        } catch {
            return Discovery(findings: [
                Finding(severity: .error, subject: sensor.name.name, reason: "failed", text: "\(error)")
            ])
        }
    }
}

/// What a discovery found, ready to be opened.
public struct DiscoveredSensors: Sendable {
    /// The components, channels and findings.
    public let topology: Topology

    /// The sensors, each with those of the topology's channels that it found, in the topology's order.
    let sensors: [(sensor: any Sensor, channels: [Channel])]

    /// The channels that nothing was found for any more: the rest is what there is.
    var absent: Set<String> { (sensors.last?.sensor as? AbsentParts)?.ids ?? [] }

    /// The sensors' marks from before they were asked.
    let marks: [Int?]

    /// Who is given the energy; nil for nobody.
    let attribution: Attribution?

    /// What divides the energy; nil where nobody asked for it.
    func attributor() -> Attributor? { attribution.map { Attributor($0, topology) } }

    /// Gives every sensor its part of the topology's channels.
    fileprivate init(topology: Topology, _ sensors: [any Sensor], marks: [Int?], attribution: Attribution?) {
        self.attribution = attribution
        self.topology = topology
        self.marks = marks
        var rest = topology.channels[...]
        self.sensors = zip(sensors, topology.channelCounts).map { sensor, count in
            defer { rest = rest.dropFirst(count) }
            return (sensor, Array(rest.prefix(count)))
        }
    }
}

extension Finding {
    fileprivate static func foreignChannel(_ channel: Channel, of sensor: SensorName) -> Finding {
        Finding(
            severity: .error, subject: channel.id, reason: "malformed",
            text: "The sensor \(sensor) describes a channel of a sensor called \(channel.sensor); it is left out.",
            remedy: "Mend the sensor: its channels must name it.")
    }
}

extension Discovery {
    /// Whether some channel that makes up a host figure can be read.
    fileprivate var hasHostFigure: Bool { channels.contains { $0.countsIn != nil && $0.status == .ok } }
}
