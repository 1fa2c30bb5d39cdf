/// What the doctor found: how each sensor fares, and what mends it.
package struct Diagnosis: Sendable {
    /// How one sensor fares.
    package struct Sensor: Hashable, Sendable {
        /// How well it works.
        package enum State: String, Sendable {
            /// Everything it found can be read.
            case works

            /// Some of what it found cannot be read, or stands still where it should move.
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

        /// How many of those stand still, which should move.
        package let still: Int

        /// The ways by which it reads them, each once.
        package let mechanisms: [String]

        /// Where its values come from, each once.
        package let provenances: [Provenance]

        /// How well it works.
        package var state: State {
            if channels == 0 { return .missing }
            if readable == 0 { return .failing }
            return readable == channels && still == 0 ? .works : .limited
        }
    }

    /// What can be said of the machine's power.
    package enum Verdict: String, Sendable {
        /// A figure of the host is whole, measured here or shared by a host that measures it.
        case measured

        /// Some power or energy is, and no figure of the host is whole.
        case partly

        /// What would measure can be read, and stands still.
        case frozen

        /// Only a model gives a figure.
        case estimated

        /// Nothing gives any.
        case nothing
    }

    /// What the doctor saw of the channels in the time that it watched.
    struct Watched {
        /// Each channel's last status.
        var statuses: [ReadingStatus]

        /// The counters, by their place, that did not move.
        var unmoved: Set<Int> = []

        /// Those of them that should have moved.
        var still: Set<Int> = []

        /// The host's figures at the end.
        var figures: [HostSnapshot] = []

        /// What only time told.
        var findings: [Finding] = []
    }

    /// Where the sensors were looked for.
    package let surroundings: Surroundings

    /// The sensors, in the order of preference.
    package let sensors: [Sensor]

    /// What is missing or limited, the worst first.
    package let findings: [Finding]

    /// What can be said of the machine's power.
    package let verdict: Verdict

    /// Why libsensors is of no use; nil where it is found.
    package let libSensors: LibSensors.Failure?

    /// Whether a figure of the host is measured and whole.
    package var isMeasured: Bool { verdict == .measured }

    /// Whether some source can be read that measures, be it that it stands still.
    package var hasSource: Bool { [.measured, .partly, .frozen].contains(verdict) }

    init(
        _ surroundings: Surroundings, _ names: [SensorName], _ topology: Topology, _ watched: Watched,
        _ findings: [Finding], _ libSensors: LibSensors.Failure?
    ) {
        self.surroundings = surroundings
        self.libSensors = libSensors
        // What a battery does not give on mains is nothing that is amiss.
        let channels = topology.channels.enumerated().map { index, channel in
            let status = watched.statuses[index]
            return Seen(
                channel: channel, isReadable: status.isReadable, isWell: status.isReadable || channel.isIdle(status),
                hasMoved: !watched.unmoved.contains(index),
                isStill: status.isReadable && watched.still.contains(index))
        }
        sensors = names.map { name in
            let own = channels.filter { $0.channel.sensor == name }
            return Sensor(
                name: name, channels: own.count, readable: own.count(where: \.isWell),
                still: own.count(where: \.isStill),
                mechanisms: own.map(\.channel.mechanism).unique, provenances: own.map(\.channel.provenance).unique)
        }
        verdict = Self.verdict(on: channels, watched.figures)
        let ranks: [Finding.Severity] = [.error, .warning, .info]
        self.findings = ranks.flatMap { rank in findings.filter { $0.severity == rank } }.unique
    }

    /// A channel, and what was seen of it.
    private struct Seen {
        let channel: Channel
        let isReadable: Bool
        let isWell: Bool
        let hasMoved: Bool
        let isStill: Bool

        /// Whether it measures what the machine uses. What flows into a battery says nothing of that.
        var measures: Bool {
            isReadable && channel.provenance.isOfMeter && [.power, .energy].contains(channel.quantity)
                && (channel.sensor != .supply || channel.countsIn != nil)
        }
    }

    private static func verdict(on channels: [Seen], _ figures: [HostSnapshot]) -> Verdict {
        let measuring = channels.filter(\.measures)
        if measuring.isEmpty {
            let isEstimated = channels.contains { $0.isReadable && $0.channel.provenance == .estimated }
            return isEstimated ? .estimated : .nothing
        }
        if !measuring.contains(where: \.hasMoved) { return .frozen }
        let still = Set(measuring.filter(\.isStill).compactMap(\.channel.countsIn))
        let isWhole = figures.contains { figure in
            figure.provenance.isOfMeter && figure.status.isReadable && !still.contains(figure.scope)
        }
        return isWhole ? .measured : .partly
    }
}

extension Provenance {
    /// Whether something measured it, here or on the host.
    fileprivate var isOfMeter: Bool { self == .measured || self == .shared }
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
