public import PowerSensorsCore

/// Something that happened to a sensor while it was monitored, for a program's log.
public struct MonitorEvent: Hashable, Sendable, CustomStringConvertible {
    /// The kind of an event. A struct with static members rather than an enum, so that later versions can add kinds.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The word in output, such as `sensor_lost`.
        public let name: String

        /// A channel can no longer be read; ``MonitorEvent/status`` says why.
        public static let sensorLost = Kind(name: "sensor_lost")

        /// A channel can be read again.
        public static let sensorBack = Kind(name: "sensor_back")

        /// A counter was reset; the energy in between is ambiguous.
        public static let counterReset = Kind(name: "counter_reset")

        /// A gap may hide wraps of a counter; ``MonitorEvent/ambiguousEnergy`` says how much energy is ambiguous.
        public static let ambiguousGap = Kind(name: "ambiguous_gap")

        /// Sensors were added or removed: the following snapshots have a new topology.
        public static let newGeneration = Kind(name: "new_generation")

        /// Something is missing or limited; ``MonitorEvent/finding`` says what.
        public static let finding = Kind(name: "finding")

        /// The power of the headline figure begins a spike; ``MonitorEvent/spike`` has its baseline.
        public static let powerSpike = Kind(name: "power_spike")

        /// The spike is over; ``MonitorEvent/spike`` has its peak, duration and energy.
        public static let powerSpikeEnd = Kind(name: "power_spike_end")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// The kind of event, which determines which of the optional properties are set.
    public let kind: Kind

    /// When the monitor noticed it.
    public let instant: SampleInstant

    /// The ``Topology/generation`` at that time.
    public let generation: Int

    /// The `id` of the channel; nil for an event of no single channel.
    public var channel: String?

    /// Why the channel was lost; nil except for ``Kind/sensorLost``.
    public var status: ReadingStatus?

    /// The channel's ambiguous energy so far, in joules; nil except for ``Kind/ambiguousGap``.
    public var ambiguousEnergy: Joules?

    /// What is missing or limited; nil except for ``Kind/finding``.
    public var finding: Finding?

    /// The spike; nil except for ``Kind/powerSpike`` and ``Kind/powerSpikeEnd``.
    public var spike: PowerSpike?

    package init(_ kind: Kind, _ instant: SampleInstant, generation: Int) {
        self.kind = kind
        self.instant = instant
        self.generation = generation
    }

    /// The event as one line.
    public var description: String {
        if let finding { return "\(kind): \(finding)" }
        if let spike { return "\(kind): \(spike)" }
        let subject = channel ?? "generation \(generation)"
        let reason = status.map { " (\($0.name))" } ?? ambiguousEnergy.map { " (\($0.rawValue) J in all)" } ?? ""
        return "\(kind): \(subject)\(reason)"
    }
}

extension MonitorEvent {
    init(_ event: ChannelAccumulator.Event, _ instant: SampleInstant, of topology: Topology) {
        let (kind, index): (Kind, Int) =
            switch event {
            case .lost(let index, _): (.sensorLost, index)
            case .back(let index): (.sensorBack, index)
            case .reset(let index): (.counterReset, index)
            case .ambiguous(let index, _): (.ambiguousGap, index)
            }
        self.init(kind, instant, generation: topology.generation)
        channel = topology.channels[index].id
        if case .lost(_, let status) = event { self.status = status }
        if case .ambiguous(_, let energy) = event { ambiguousEnergy = energy }
    }

    package init(_ change: SpikeDetector.Change, of snapshot: Snapshot) {
        let (kind, spike): (Kind, PowerSpike) =
            switch change {
            case .began(let spike): (.powerSpike, spike)
            case .ended(let spike): (.powerSpikeEnd, spike)
            }
        self.init(kind, snapshot.instant, generation: snapshot.topology.generation)
        self.spike = spike
    }
}
