/// The figures of one channel in a snapshot. Unknown values are nil, never 0, and ``status`` says why.
public struct ChannelSnapshot: Hashable, Sendable {
    /// Energy in joules since the sampler's first reading, as a lower bound; nil for quantities other than energy and
    /// power. It never decreases: if power is integrated, negative power is not subtracted.
    public var energy: Joules?

    /// Mean power in watts over the interval, taken between changes of the source; nil for quantities other than energy
    /// and power, and if more energy is ambiguous than is known. Of an interval that includes a suspend, only a counter has a
    /// mean.
    public var power: Watts?

    /// The value of a gauge, in the unit of its quantity; nil for a counter.
    public var value: Double?

    /// The lower bound of the power in watts: of an estimate's 68 % band, of a gap with ambiguous energy, or of an interval
    /// whose ends are uncertain by more than 1 %, since a read took long. Nil if the power is certain.
    public var low: Watts?

    /// The upper bound of the power in watts, like ``low``.
    public var high: Watts?

    /// Whether the values are known and, if not, why.
    public var status: ReadingStatus

    /// The number of times the counter wrapped around since the first reading.
    public var wraps = 0

    /// The number of times the counter was reset since the first reading.
    public var resets = 0

    /// How much more energy than ``energy`` there may have been, in joules.
    public var ambiguousEnergy = Joules(0)

    package init(status: ReadingStatus) { self.status = status }
}

/// A figure of the whole host: the sum of one sensor's channels of a scope. Figures of different scopes must not be
/// added.
public struct HostSnapshot: Hashable, Sendable {
    /// The part of the machine that the figure covers.
    public let scope: Scope

    /// Whether the figure is measured, shared or estimated.
    public let provenance: Provenance

    /// The sensor whose channels are added.
    public let sensor: SensorName

    /// Whether it is the figure to show first, see ``Snapshot/headline``.
    public let isHeadline: Bool

    /// Energy in joules since the sampler's first reading; nil while a part is missing.
    public var energy: Joules?

    /// Mean power in watts over the interval; nil while a part is missing, in the first snapshot, and if more energy is
    /// ambiguous than is known.
    public var power: Watts?

    /// The lower bound of the power in watts: the sum of those of the channels. Nil if the power is certain.
    public var low: Watts?

    /// The upper bound of the power in watts, like ``low``.
    public var high: Watts?

    /// Whether the values are known; `partial` if a part of the sum is missing.
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

/// The figures of a machine over one interval, as a value that can be kept and passed to other threads.
public struct Snapshot: Sendable {
    /// The channels and components; its channels have the same order as ``channels``.
    public let topology: Topology

    /// When the sample of this snapshot was taken.
    public let instant: SampleInstant

    /// Wall-clock time of the sample in nanoseconds since 1970 UTC: a time stamp that is never used in calculations.
    public package(set) var timeNanoseconds: Int64

    /// The time since the previous snapshot, suspended time included; nil for the first.
    public let interval: Duration?

    /// How long it took to read all channels.
    public let sampleDuration: Duration

    /// The figures of each channel, in the topology's order; ``channelFigures`` pairs them with their channels.
    public let channels: [ChannelSnapshot]

    /// One figure for each scope, in the order of ``Scope/all``.
    public let host: [HostSnapshot]

    /// How the energy was divided among consumers; nil if attribution is not configured or there is no figure to
    /// divide. In the first snapshot all energies are 0.
    public package(set) var attribution: AttributionSnapshot?

    /// The configured carbon intensity of the machine's electricity; nil if none is configured.
    public package(set) var carbonIntensity: CarbonIntensity?

    /// Whether the machine was suspended in the interval, for 0.1 s or more. Its mean power is then not that of a machine at
    /// work.
    package var includesSuspend = false

    /// The number of snapshots that are missing just before this one: those that were dropped because the subscriber was
    /// slow, and those whose point in time passed before the sample could be taken.
    public package(set) var skipped = 0

    /// The number of the snapshot within its subscription, in which those that could not be taken count too.
    package var sequence = 0

    /// The host figure to show first: the configured scope, or ``Topology/headlineScope``. Nil if there is no host
    /// figure.
    public var headline: HostSnapshot? { host.first(where: \.isHeadline) }

    /// The figures of the channel with an `id`; nil if there is no such channel.
    public subscript(channel id: String) -> ChannelSnapshot? {
        topology.channels.firstIndex { $0.id == id }.map { channels[$0] }
    }
}

extension Snapshot {
    // An initializer in the struct itself would replace the memberwise one, which makes no copy.
    package init(
        topology: Topology,
        instant: SampleInstant,
        timeNanoseconds: Int64,
        interval: Duration?,
        sampleDuration: Duration,
        channels: [ChannelSnapshot],
        host: [HostSnapshot]
    ) {
        self.init(
            topology: topology, instant: instant, timeNanoseconds: timeNanoseconds, interval: interval,
            sampleDuration: sampleDuration, channels: channels, host: host, attribution: nil)
    }
}
