/// The name of a sensor, the first part of its channels' identities.
public struct SensorName: Hashable, Sendable, CustomStringConvertible {
    /// The name in output, such as `rapl`.
    public let name: String

    /// Creates a name; by convention of lower-case letters, digits and dashes.
    public init(_ name: String) { self.name = name }

    /// The RAPL energy counters of Intel and AMD processors.
    public static let rapl = SensorName("rapl")

    /// Hardware-monitoring chips of boards, supplies, cards and drives.
    public static let hwmon = SensorName("hwmon")

    /// Batteries, mains adapters and uninterruptible supplies.
    public static let supply = SensorName("supply")

    /// The energy of this virtual machine as its host reports it.
    public static let share = SensorName("share")

    /// The energy of processor cores by resctrl monitoring group.
    public static let resctrl = SensorName("resctrl")

    /// The model that estimates power on machines without a sensor.
    public static let estimator = SensorName("estimator")

    /// The same as ``name``.
    public var description: String { name }
}

/// A source of readings that can be discovered and opened. Conform to it to add a sensor.
///
/// Discovery may allocate, parse text and be slow. Anything that is merely missing is a ``Finding``; discovery throws
/// only if the sensor as a whole cannot work.
public protocol Sensor: Sendable {
    /// The sensor's name, the first part of its channels' identities.
    var name: SensorName { get }

    /// How often a slow sensor is read; nil, the default, if it is read on every sample.
    ///
    /// A monitor reads a slow sensor on another thread, a sampler when it is due. In between, samples repeat its last
    /// readings with their instants; after three intervals without an answer they are stale.
    /// ``Channel/readingInterval`` overrides it for one channel.
    var readingInterval: Duration? { get }

    /// A cheap fingerprint of what ``discover()`` would find.
    ///
    /// Equal fingerprints mean that nothing changed. Nil, which is the default, means that nothing ever does.
    func discoveryFingerprint() -> Int?

    /// Finds the channels. It is called again after a hot-plug; a channel must have the same `id` each time.
    ///
    /// - Throws: Any error whose description says what failed and how to fix it.
    func discover() throws -> Discovery

    /// Opens channels of this sensor that are in the topology, in the topology's order. It may be given only some of them.
    ///
    /// Channels that are read apart from each other, see ``Channel/readingInterval``, are opened apart as well, so it may be
    /// called several times for one topology. Slow ones are opened where they are read; if it throws, the next reading
    /// calls it again.
    ///
    /// If one channel cannot be opened, the others must still work: the reader reports that channel's status.
    ///
    /// - Throws: Any error whose description says what failed and how to fix it.
    func open(_ channels: [Channel]) throws -> any SensorReader
}

extension Sensor {
    /// Nil: the sensor is read on every sample.
    public var readingInterval: Duration? { nil }

    /// Nil: the result of discovery never changes.
    public func discoveryFingerprint() -> Int? { nil }
}

/// What one sensor found at discovery.
public struct Discovery: Sendable {
    /// The channels that it can open, and those that it found but cannot read at the moment.
    public var channels: [Channel]

    /// Components that contain those of the channels and have no channel themselves.
    public var components: [Component]

    /// What is missing or limited, for people and for `doctor`.
    public var findings: [Finding]

    /// The host figures that are known to lack a part, so that their sum is unknown.
    public var incompleteScopes: Set<Scope>

    /// Which of the names in ``IgnoredChannels`` something was left out for.
    package var ignoredNames: Set<String> = []

    /// Creates a result of discovery.
    public init(
        channels: [Channel] = [],
        components: [Component] = [],
        findings: [Finding] = [],
        incompleteScopes: Set<Scope> = []
    ) {
        self.channels = channels
        self.components = components
        self.findings = findings
        self.incompleteScopes = incompleteScopes
    }
}

/// An opened sensor: the part that runs on every sample.
///
/// It is called from one thread at a time, so it need not be `Sendable`.
public protocol SensorReader {
    /// The channels of the readings, in order. They must not change.
    var channels: [Channel] { get }

    /// Reads every channel once, appending exactly one reading for each, in the order of ``channels``.
    ///
    /// If a channel fails, append its status and continue with the next. It must not allocate. It is not called `read`, which
    /// would hide libc's in every reader.
    mutating func readChannels(into readings: inout OutputSpan<Reading>)

    /// The number of the processor on which reading is cheapest, as for registers that other processors can read only
    /// by an interrupt; nil, the default, if it does not matter. A monitor runs its thread there.
    var preferredProcessor: Int? { get }

    /// Continues the counts of a reader of the same sensor, for sources that would otherwise restart them, such as perf
    /// events.
    ///
    /// It is called once for each reader that the sensor had in the previous topology, before this one's first read and after
    /// the other's last one. The other may be of any type: of a channel that could not be opened, or that is slow. Readers
    /// with a ``Sensor/readingInterval`` are not resumed. The default does nothing.
    func resume(from previous: any SensorReader)
}

extension SensorReader {
    /// Nil: it does not matter where the reader runs.
    public var preferredProcessor: Int? { nil }

    /// Does nothing: counts start at this reader's own first reading.
    public func resume(from previous: any SensorReader) {}
}
