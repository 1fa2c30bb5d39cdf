/// The name of a sensor, the first part of its channels' identities.
public struct SensorName: Hashable, Sendable, CustomStringConvertible {
    /// The name in every output.
    public let name: String

    /// A name of one's own: lower-case letters, digits and dashes by custom.
    public init(_ name: String) { self.name = name }

    /// Intel's and AMD's energy counters.
    public static let rapl = SensorName("rapl")

    /// Hardware-monitoring chips of boards, supplies, cards and drives.
    public static let hwmon = SensorName("hwmon")

    /// Batteries, mains adapters and uninterruptible supplies.
    public static let supply = SensorName("supply")

    /// What a host tells this virtual machine of its own energy.
    public static let share = SensorName("share")

    /// The energy of processor cores by monitoring groups.
    public static let resctrl = SensorName("resctrl")

    /// The model for machines without a sensor.
    public static let estimator = SensorName("estimator")

    /// The name in every output.
    public var description: String { name }
}

/// A source of readings that can be discovered and opened. Conform to it to add one of your own.
///
/// Discovery may allocate, parse text and take its time. It must not throw for what is merely missing: that is
/// a ``Finding``. It throws only where the sensor itself cannot work.
public protocol Sensor: Sendable {
    /// The sensor's name, the first part of its channels' identities.
    var name: SensorName { get }

    /// How often the sensor is worth reading, where that takes long; nil for one that is read on every sample.
    ///
    /// A sensor that says so is read off the fast path: by a monitor on another thread, by a sampler when it is due.
    /// Until then its last readings stand, each with its instant; after three intervals they are stale.
    var refreshInterval: Duration? { get }

    /// A cheap look at whether ``discover()`` would find something else than before.
    ///
    /// Equal marks mean that nothing changed. Nil, which is the default, means that nothing ever does.
    func discoveryMark() -> Int?

    /// Looks for channels. Called again after hot-plug; the same channel must get the same `id` each time.
    ///
    /// - Throws: An error of the sensor's own, whose description names what failed and what mends it.
    func discover() throws -> Discovery

    /// Opens what the topology kept of the discovered channels, in their order.
    ///
    /// A channel that cannot be opened fails alone: the reader answers for it with its status.
    ///
    /// - Throws: An error of the sensor's own, whose description names what failed and what mends it.
    func open(_ channels: [Channel]) throws -> any SensorReader
}

extension Sensor {
    /// Nil: the sensor is read on every sample.
    public var refreshInterval: Duration? { nil }

    /// Nil: what the sensor finds never changes.
    public func discoveryMark() -> Int? { nil }
}

/// What a sensor found.
public struct Discovery: Sendable {
    /// What can be read.
    public var channels: [Channel]

    /// The parts of the machine that hold them and have no channel themselves.
    public var components: [Component]

    /// What is missing or limited.
    public var findings: [Finding]

    /// The host figures of which a part is known to be missing, so that their sum is unknown.
    public var incompleteScopes: Set<Scope>

    /// Collects what a sensor found.
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

/// An opened sensor: the part of it that runs on every sample.
///
/// One ``Sampler`` owns it and calls it from one thread at a time, so it need not be `Sendable`.
public protocol SensorReader {
    /// What each reading measures, in order. Fixed, so that callers size their storage once.
    var channels: [Channel] { get }

    /// Reads every channel once, appending exactly one reading for each, in the order of ``channels``.
    ///
    /// A channel fails alone: append why it has no value, and go on with the next. No allocation.
    mutating func read(into readings: inout OutputSpan<Reading>)
}
