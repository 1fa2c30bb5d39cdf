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
        // What a battery does not give on mains is nothing that is amiss.
        let channels = zip(topology.channels, statuses).map { channel, status in
            (channel: channel, isReadable: status.isReadable, isWell: status.isReadable || channel.isIdle(status))
        }
        sensors = names.map { name in
            let own = channels.filter { $0.channel.sensor == name }
            return Sensor(
                name: name, channels: own.count, readable: own.count(where: \.isWell),
                mechanisms: own.map(\.channel.mechanism).unique, provenances: own.map(\.channel.provenance).unique)
        }
        isMeasured = channels.contains { channel, isReadable, _ in
            // What flows into a battery says nothing of what the machine uses.
            let isOfMachine = channel.sensor != .supply || channel.countsIn != nil
            return isReadable && isOfMachine && (channel.provenance == .measured || channel.provenance == .shared)
                && (channel.quantity == .power || channel.quantity == .energy)
        }
        let ranks: [Finding.Severity] = [.error, .warning, .info]
        self.findings = ranks.flatMap { rank in findings.filter { $0.severity == rank } }.unique
    }
}

extension Channel {
    /// Whether there is truly nothing at the moment, as with a battery on mains.
    fileprivate func isIdle(_ status: ReadingStatus) -> Bool { isIntermittent && status == .absent }
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
