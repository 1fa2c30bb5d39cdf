/// Something that befell a sensor while it was monitored: the hook for a program's own log.
public struct MonitorEvent: Hashable, Sendable, CustomStringConvertible {
    /// What happened. A struct with static members, so that the set may grow.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The word for it in every output.
        public let name: String

        /// A channel can no longer be read; ``MonitorEvent/status`` says why.
        public static let sensorLost = Kind(name: "sensor_lost")

        /// A channel can be read again.
        public static let sensorBack = Kind(name: "sensor_back")

        /// A counter was set back: what was used meanwhile is only bounded.
        public static let counterReset = Kind(name: "counter_reset")

        /// A gap may hide whole turns of a counter; ``MonitorEvent/ambiguousEnergy`` says how much in all.
        public static let ambiguousGap = Kind(name: "ambiguous_gap")

        /// Sensors came or went: snapshots are of a new topology from here on.
        public static let newGeneration = Kind(name: "new_generation")

        /// Something was found missing or limited; ``MonitorEvent/finding`` says what.
        public static let finding = Kind(name: "finding")

        /// The word for it in every output.
        public var description: String { name }
    }

    /// What happened.
    public let kind: Kind

    /// When it was noticed.
    public let instant: SampleInstant

    /// The topology's generation.
    public let generation: Int

    /// The channel that it happened to.
    public var channel: String?

    /// Why the channel was lost.
    public var status: ReadingStatus?

    /// The energy that is ambiguous by now.
    public var ambiguousEnergy: Joules?

    /// What was found.
    public var finding: Finding?

    package init(_ kind: Kind, _ instant: SampleInstant, generation: Int) {
        self.kind = kind
        self.instant = instant
        self.generation = generation
    }

    /// The event as one line.
    public var description: String {
        if let finding { return "\(kind): \(finding)" }
        let subject = channel ?? "generation \(generation)"
        let reason = status.map { " (\($0.name))" } ?? ambiguousEnergy.map { " (\($0.rawValue) J in all)" } ?? ""
        return "\(kind): \(subject)\(reason)"
    }
}

extension MonitorEvent {
    init(_ entry: Ledger.Entry, _ instant: SampleInstant, of topology: Topology) {
        switch entry {
        case .lost(let index, let status):
            self.init(.sensorLost, instant, generation: topology.generation)
            channel = topology.channels[index].id
            self.status = status
        case .back(let index):
            self.init(.sensorBack, instant, generation: topology.generation)
            channel = topology.channels[index].id
        case .reset(let index):
            self.init(.counterReset, instant, generation: topology.generation)
            channel = topology.channels[index].id
        case .ambiguous(let index, let energy):
            self.init(.ambiguousGap, instant, generation: topology.generation)
            channel = topology.channels[index].id
            ambiguousEnergy = energy
        }
    }
}
