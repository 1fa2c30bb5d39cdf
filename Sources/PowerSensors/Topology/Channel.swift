/// One number that a sensor reads.
public struct Channel: Hashable, Sendable, Identifiable {
    /// How a reading's number becomes the quantity.
    public enum Encoding: Hashable, Sendable {
        /// A counter of energy, which wraps; see ``CounterEncoding``.
        case counter(CounterEncoding)

        /// A value of the moment, already in the quantity's unit.
        case gauge
    }

    /// `sensor/component/…`, such as `rapl/package-0/core`: unique, and the same after a reboot.
    public let id: String

    /// The sensor that reads it.
    public let sensor: SensorName

    /// The way by which the sensor reads it, such as `powercap`.
    public internal(set) var mechanism: String

    /// What it measures.
    public let quantity: Quantity

    /// How a reading's number becomes the quantity.
    public let encoding: Encoding

    /// The part of the machine it belongs to.
    public let component: Component

    /// Where its values come from.
    public var provenance: Provenance = .measured

    /// For shared and attributed values, the provenance at their source.
    public var origin: Provenance?

    /// How many machines a shared value went through: 1 where the host has a sensor of its own; nil where nothing tells.
    public var hops: Int?

    /// How far the truth may lie from an estimated value; nil for a measured one.
    public var band: RelativeBand?

    /// A name for people, where the source has one.
    public var label: String?

    /// The `id` of the channel of the part that holds this one's part. Only ``countsIn`` says what is added up.
    public var parent: String?

    /// The `id` of the channel that shows the same register.
    public var mirrorOf: String?

    /// The host figure that this channel is a part of; nil for those that are in none.
    public var countsIn: Scope?

    /// The file it is read from, relative to its root; nil where there is none.
    public var path: String?

    /// How often the source renews its value; nil where that is not known, and then taken to be once a second at
    /// the rarest.
    public var refreshInterval: Duration?

    /// How often the channel is read where that is off the fast path; nil for one that is read on every sample. A topology
    /// has here what ``Sensor/refreshInterval`` says of a whole sensor.
    ///
    /// For sources that take long to answer, or that nobody needs at each sample. Channels of one component and one
    /// interval that follow each other are opened and read together.
    public var readingInterval: Duration?

    /// The greatest power that is possible here, above 0 W: it tells a counter's wrap from a reset, and bounds what a
    /// gap in the readings of a gauge may hide. 1 kW unless set.
    public var maximumPower = Watts(1000)

    /// What one reading cost at discovery.
    public var readCost: Duration?

    /// The text by which the channel's source is known again, such as the zone's name; nil where it has none.
    package var sourceName: String?

    /// The file of the voltage by which the current in ``path`` is multiplied, of a power that is derived.
    package var voltagePath: String?

    /// Whether its file is opened for each reading, where there are so many that they would use up the process's
    /// descriptors.
    package var isOpenedEachTime = false

    /// Whether there is truly nothing where the reading is absent, as with a battery that gives no power: then nothing
    /// is integrated, and the host figure is made up of the others.
    package var isIntermittent = false

    /// Whether the counter is known to count, so that 0 is one of its numbers and no sign that nothing is behind it.
    package var isKnownToCount = false

    /// Whether each reading says at which instant its number was true, so that power needs no rhythm to be learned.
    package var tellsInstants = false

    /// What is said where the channel is stale, if more can be said than that.
    package var standstill: Standstill?

    /// What was found when the channel was discovered.
    public var status: ReadingStatus = .ok

    /// Describes a channel.
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

/// What to say of a source that stands still: why that may be, and what to do about it.
package struct Standstill: Hashable, Sendable {
    /// One sentence for people.
    package let text: String

    /// What mends it.
    package let remedy: String
}
