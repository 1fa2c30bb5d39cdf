/// What the doctor found: how each sensor fares, and what mends it.
package struct Diagnosis: Sendable {
    /// How one sensor fares.
    package struct Sensor: Hashable, Sendable {
        /// How well it works.
        package enum State: String, Sendable {
            /// Everything it found can be read.
            case works

            /// Some of what it found cannot be read.
            case limited

            /// Nothing that it found can be read.
            case failing

            /// It found nothing.
            case missing
        }

        /// The sensor.
        package let name: SensorName

        /// How many channels it found.
        package let channels: Int

        /// How many of them can be read.
        package let readable: Int

        /// The ways by which it reads them, each once.
        package let mechanisms: [String]

        /// Where its values come from, each once.
        package let provenances: [Provenance]

        /// How well it works.
        package var state: State {
            if channels == 0 { return .missing }
            return readable == channels ? .works : readable == 0 ? .failing : .limited
        }
    }

    /// Where the sensors were looked for.
    package let surroundings: Surroundings

    /// The sensors, in the order of preference.
    package let sensors: [Sensor]

    /// What is missing or limited, the worst first.
    package let findings: [Finding]

    /// Whether some power or energy is measured here, or shared by a host that measures it.
    package let isMeasured: Bool

    init(
        _ surroundings: Surroundings, _ names: [SensorName], _ topology: Topology, _ statuses: [ReadingStatus],
        _ findings: [Finding]
    ) {
        self.surroundings = surroundings
        let channels = zip(topology.channels, statuses).map { (channel: $0, isReadable: $1.isReadable) }
        sensors = names.map { name in
            let own = channels.filter { $0.channel.sensor == name }
            return Sensor(
                name: name, channels: own.count, readable: own.count(where: \.isReadable),
                mechanisms: own.map(\.channel.mechanism).unique, provenances: own.map(\.channel.provenance).unique)
        }
        isMeasured = channels.contains { channel, isReadable in
            isReadable && (channel.provenance == .measured || channel.provenance == .shared)
                && (channel.quantity == .power || channel.quantity == .energy)
        }
        let ranks: [Finding.Severity] = [.error, .warning, .info]
        self.findings = ranks.flatMap { rank in findings.filter { $0.severity == rank } }.unique
    }
}

extension ReadingStatus {
    /// Whether the source answers, though its number may still need time.
    fileprivate var isReadable: Bool {
        switch self {
        case .ok, .warmingUp: true
        case .partial, .absent, .forbidden, .io, .implausible, .stale: false
        }
    }
}

extension Array where Element: Hashable {
    /// The elements without those that were there before.
    fileprivate var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
