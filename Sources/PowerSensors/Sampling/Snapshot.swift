/// What one channel showed at a snapshot. What is not known is nil, and ``status`` says why; nil is never 0.
public struct ChannelSnapshot: Hashable, Sendable {
    /// Energy since the sampler's first reading, at least this much. It only grows: where power is integrated, what flows
    /// back is not subtracted.
    public var energy: Joules?

    /// Mean power over the interval, between the source's own last two changes.
    public var power: Watts?

    /// What a gauge shows, in the unit of its quantity.
    public var value: Double?

    /// The least that the power may have been: the lower end of an estimate's 68 % band, or what is certain of an
    /// ambiguous gap. Nil where the power itself is certain.
    public var low: Watts?

    /// The most that the power may have been, in the same sense.
    public var high: Watts?

    /// Whether the values are known.
    public var status: ReadingStatus

    /// How often the counter went through its end.
    public var wraps = 0

    /// How often the counter was set back.
    public var resets = 0

    /// How much more energy there may have been than ``energy`` says.
    public var ambiguousEnergy = Joules(0)

    package init(status: ReadingStatus) { self.status = status }
}

/// One of the host's figures. Figures of different scopes are never added.
public struct HostSnapshot: Hashable, Sendable {
    /// What the figure covers.
    public let scope: Scope

    /// Where it comes from.
    public let provenance: Provenance

    /// The sensor whose channels are summed.
    public let sensor: SensorName

    /// Whether it is the figure to show first.
    public let isHeadline: Bool

    /// Energy since the sampler's first reading; nil while a part is missing.
    public var energy: Joules?

    /// Mean power over the interval; nil while a part is missing.
    public var power: Watts?

    /// The least that the power may have been: the lower end of an estimate's 68 % band, or what is certain of an
    /// ambiguous gap. Nil where the power itself is certain.
    public var low: Watts?

    /// The most that the power may have been, in the same sense.
    public var high: Watts?

    /// Whether the values are known: `partial` where a part of the sum is missing.
    public var status: ReadingStatus

    package init(
        scope: Scope,
        provenance: Provenance,
        sensor: SensorName,
        isHeadline: Bool,
        status: ReadingStatus
    ) {
        self.scope = scope
        self.provenance = provenance
        self.sensor = sensor
        self.isHeadline = isHeadline
        self.status = status
    }
}

/// What a machine's sensors showed over one interval: a value of its own, to keep or to hand to other threads.
public struct Snapshot: Sendable {
    /// What the channels mean; ``channels`` has the same order.
    public let topology: Topology

    /// When the sample behind it was taken.
    public let instant: SampleInstant

    /// Wall time of the sample, in nanoseconds since 1970 UTC: a stamp, never used in arithmetic.
    public let timeNanoseconds: Int64

    /// The time since the snapshot before; nil for the first.
    public let interval: Duration?

    /// How long the sample took.
    public let sampleDuration: Duration

    /// One entry a channel, in the topology's order.
    public let channels: [ChannelSnapshot]

    /// One entry a scope, the most trusted first.
    public let host: [HostSnapshot]

    package init(
        topology: Topology,
        instant: SampleInstant,
        timeNanoseconds: Int64,
        interval: Duration?,
        sampleDuration: Duration,
        channels: [ChannelSnapshot],
        host: [HostSnapshot]
    ) {
        self.topology = topology
        self.instant = instant
        self.timeNanoseconds = timeNanoseconds
        self.interval = interval
        self.sampleDuration = sampleDuration
        self.channels = channels
        self.host = host
    }

    /// How the energy was divided among its consumers; nil where nobody asked, and where nothing can be divided. In the
    /// first snapshot nobody has been given anything.
    public internal(set) var attribution: AttributionSnapshot?

    /// How many snapshots of this subscription were given to nobody before this one; see ``SnapshotSequence``.
    public internal(set) var skipped = 0

    /// The snapshot's place in its subscription.
    var sequence = 0

    /// The host's figure to show first.
    public var headline: HostSnapshot? { host.first(where: \.isHeadline) }

    /// One channel's figures, by its identity.
    public subscript(channel id: String) -> ChannelSnapshot? {
        topology.channels.firstIndex { $0.id == id }.map { channels[$0] }
    }
}
