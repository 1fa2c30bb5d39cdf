#if History
public import PowerSensors

/// What one consumer, channel, scope or event was in some time of the history.
public struct HistoryRow: Hashable, Sendable {
    /// What a row is of.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The word in output.
        public let name: String

        /// A figure of the whole host; the row's name is the scope.
        public static let host = Kind(name: "host")

        /// A channel; the row's name is its id.
        public static let channel = Kind(name: "channel")

        /// A virtual machine.
        public static let virtualMachine = Kind(name: "vm")

        /// A control group; the row's name is its path.
        public static let controlGroup = Kind(name: "cgroup")

        /// All processes of the same name.
        public static let process = Kind(name: "process")

        /// What no consumer was given; the row's name is `idle`, `interrupts` or, for everything else, `other`.
        public static let unattributed = Kind(name: "unattributed")

        /// An event; the row's name is its kind, such as `sensor_lost`.
        public static let event = Kind(name: "event")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// When it begins, in milliseconds since 1970 UTC.
    public let fromMilliseconds: Int64

    /// When it ends, in milliseconds since 1970 UTC.
    public let toMilliseconds: Int64

    /// What it is of.
    public let kind: Kind

    /// The name of what it is of. Programs outside may have chosen it: escape it before showing it.
    public let name: String

    /// Of a virtual machine, its Kubernetes namespace; otherwise empty.
    public var namespace = ""

    /// Of a virtual machine, its UUID; of an event, the channel; otherwise empty.
    public var subject = ""

    /// Of an event, what happened; otherwise empty.
    public var text = ""

    /// Where a host figure's energy comes from, such as `measured`; nil for other kinds, and if it changed in the time.
    public var provenance: String?

    /// The energy in whole microjoules; nil if it is unknown for all of the time.
    public var energyMicrojoules: Int64?

    /// The mean power over the time whose energy is known; nil if there is none.
    public var mean: Watts?

    /// The lowest power of a snapshot.
    public var minimum: Watts?

    /// The highest power of a snapshot.
    public var peak: Watts?

    /// The lower end of the mean power's band; nil if the power is certain.
    public var low: Watts?

    /// The upper end of the mean power's band; nil if the power is certain.
    public var high: Watts?

    /// The part of the time that was sampled, from 0 to 1.
    public var covered = 0.0

    /// The emissions; nil if the carbon intensity of a part is unknown.
    public var carbon: Grams?

    /// The time in milliseconds in which the energy was used.
    package var milliseconds: Int64 = 0

    /// The energy in joules; nil if it is unknown for all of the time.
    public var energy: Joules? { energyMicrojoules.map { Joules(Double($0) / 1e6) } }

    init(_ kind: Kind, name: String, from: Int64, to: Int64) {
        (self.kind, self.name) = (kind, name)
        (fromMilliseconds, toMilliseconds) = (from, to)
    }
}
#endif
