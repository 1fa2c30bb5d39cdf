/// One number that a sensor reads: a counter of energy, or a gauge such as power or temperature.
public struct Channel: Hashable, Sendable, Identifiable {
    /// How the number of a reading is converted to the channel's quantity.
    public enum Encoding: Hashable, Sendable {
        /// A counter of energy that wraps around; ``CounterEncoding`` has its unit and its range.
        case counter(CounterEncoding)

        /// An instantaneous value, already in the unit of ``Channel/quantity``.
        case gauge
    }

    /// `sensor/component/…`, such as `rapl/package-0/core`: unique within a topology, and stable across reboots.
    public let id: String

    /// The sensor that discovers, opens and reads the channel; the first part of ``id``.
    public let sensor: SensorName

    /// The kernel interface that the sensor reads it through, such as `powercap`, `perf` or `msr`.
    public var mechanism: String

    /// The physical quantity that it measures, which also names the unit.
    public let quantity: Quantity

    /// How the number of a reading is converted to ``quantity``.
    public let encoding: Encoding

    /// The part of the machine that it measures.
    public let component: Component

    /// Whether its values are measured, shared by a host, estimated, attributed or nominal.
    public var provenance: Provenance = .measured

    /// The provenance that a shared or attributed value has at its source; nil for values that this machine measured or
    /// estimated itself.
    public var origin: Provenance?

    /// The number of machines that a shared value has passed through: 1 if the host itself has a sensor; nil if unknown
    /// or if the value is not shared.
    public var hops: Int?

    /// The 68 % band around an estimated value; nil for a measured one.
    public var band: RelativeBand?

    /// A human-readable name, such as the label of a hwmon input; nil if the source has none.
    public var label: String?

    /// The `id` of the channel whose component contains this one's, such as the package of a core; nil at the top. Sums
    /// are not derived from it, only from ``countsIn``.
    public var parent: String?

    /// The `id` of the channel that reads the same hardware register; nil if there is none.
    public var mirrorOf: String?

    /// The host figure that this channel is added to; nil if it is added to none.
    public var countsIn: Scope?

    /// The file that it is read from, relative to its root (`/sys`, `/proc` or `/dev`); nil if it is not read from a
    /// file.
    public var path: String?

    /// The time between two updates of the value by its source; nil if unknown, which is treated as at most 1 s.
    public var refreshInterval: Duration?

    /// How often the channel is read in the background; nil if it is read on every sample.
    ///
    /// It is for sources that are slow to answer or that are not needed on every sample. In a topology, channels that
    /// set none have their sensor's ``Sensor/readingInterval``. Consecutive channels of one component with the same
    /// interval are opened and read together.
    public var readingInterval: Duration?

    /// Whether a read may take any time, as one that goes over a bus, to firmware or to another machine; false by default, for
    /// registers and memory.
    ///
    /// A program that lets the library use threads reads such channels on one of them, at each sample: those of each component
    /// together, apart from all others. A sample waits for them for at most 200 ms. What takes longer is read at an interval
    /// for a while, and its last reading is repeated until, after three intervals, it is stale. It has no effect with a
    /// ``readingInterval``, which is for channels that are known to be slow.
    public var mayBlock = false

    /// The highest power that the component can draw, in watts and above 0; 1 kW by default. It distinguishes a counter
    /// that wrapped from one that was reset, and limits the energy assumed for a gap in a gauge's readings.
    public var maximumPower = Watts(1000)

    /// Whether ``maximumPower`` is more than this hardware can ever draw, rather than an assumption that suits most.
    package var hasKnownMaximum = false

    /// How long one reading took at discovery; nil if it was not timed.
    public var readCost: Duration?

    /// What the sensor found at discovery and needs to open the channel; nil if it needs nothing more than the channel.
    public var handle: ChannelHandle?

    /// Whether its files stay open between readings. If there are too many, ``Discovery/limitOpenFiles(budget:)``
    /// sets this to false for channels that are read rarely.
    package var keepsOpen = true

    /// How many files stay open for it; 0 for an event of perf. Channels with the same path share theirs.
    package var fileCount = 1

    /// Whether an absent reading means 0, as for a battery that does not discharge. Then nothing is integrated, and the
    /// host figure is the sum of its other channels; otherwise an absent channel makes the figure `partial`.
    public var isIntermittent = false

    /// Whether the counter is known to work, so that 0 is a valid number. Otherwise a counter that is 0 at discovery
    /// and stays at 0 is treated as absent, since no hardware drives it.
    public var isKnownToCount = false

    /// Whether each reading carries the instant at which its number was valid, so that the update period need not be
    /// learned.
    public var carriesInstants = false

    /// The cause and remedy to report when the channel is stale; nil for the general text.
    public var staleExplanation: StaleExplanation?

    /// Whether the channel could be read at discovery and, if not, why.
    public var status: ReadingStatus = .ok

    /// Creates a measured channel with default properties, which the sensor then adjusts.
    public init(
        id: String,
        sensor: SensorName,
        mechanism: String,
        quantity: Quantity,
        encoding: Encoding,
        component: Component
    ) {
        self.id = id
        self.sensor = sensor
        self.mechanism = mechanism
        self.quantity = quantity
        self.encoding = encoding
        self.component = component
    }
}

/// Why a source may have stopped updating, and what to do about it.
public struct StaleExplanation: Hashable, Sendable {
    /// One sentence for people.
    public let text: String

    /// The remedy: a command where there is one.
    public let remedy: String

    /// Creates an explanation for findings with the reason ``Finding/Reason/stale``.
    public init(text: String, remedy: String) {
        self.text = text
        self.remedy = remedy
    }
}
