/// How a machine's energy was divided, as part of a ``Snapshot``.
///
/// For each kind, what the consumers and the unattributed entries gained in an interval adds up to what was divided, to the
/// nanojoule.
public struct AttributionSnapshot: Sendable {
    /// When the consumers were last looked at.
    public let instant: SampleInstant

    /// The host's figure that is divided.
    public let scope: Scope

    /// Where that figure comes from; the consumers' own provenance is `attributed`.
    public let origin: Provenance

    /// What becomes of idle energy.
    public let policy: AttributionPolicy

    /// The consumers, kind by kind, those of one kind in the order in which they were found.
    public internal(set) var consumers: [ConsumerSnapshot]

    /// What no consumer was given.
    public internal(set) var unattributed: [UnattributedSnapshot]

    /// What all consumers of a kind were ever given.
    let given: [Consumer.Kind: EnergyParts]
}

/// What one consumer was given.
public struct ConsumerSnapshot: Sendable {
    /// Who it is.
    public let consumer: Consumer

    /// Its share since it has been told apart from the rest.
    public let energy: Joules

    /// Mean power over the interval; nil in the first.
    public internal(set) var power: Watts?

    /// The least that the power may have been: an estimate's 68 % band; nil where what is divided is certain.
    public internal(set) var low: Watts?

    /// The most that the power may have been, in the same sense.
    public internal(set) var high: Watts?

    /// The energy in whole nanojoules.
    package let parts: EnergyParts

    /// Its number, which no other consumer of the process's life has.
    package let id: Int
}

/// What no consumer of a kind was given, and why.
public struct UnattributedSnapshot: Sendable {
    /// Why energy is nobody's.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// `idle`, `interrupts`, `short_lived`, `folded`, `ended` or `other`.
        public let name: String

        /// Nothing ran.
        public static let idle = Reason(name: "idle")

        /// The kernel answered devices, which it counts for no process.
        public static let interrupts = Reason(name: "interrupts")

        /// Processes that began and ended between two looks or may not be seen, the last moments of others that ended, and what
        /// ticks of 10 ms leave over.
        public static let shortLived = Reason(name: "short_lived")

        /// Consumers beyond ``Attribution/limit``.
        public static let folded = Reason(name: "folded")

        /// What consumers were given after the snapshot before, and that are no more told apart in this one: they ended, or
        /// others have their places. It depends on how often one takes snapshots, and is each subscriber's own.
        public static let ended = Reason(name: "ended")

        /// Whatever is no virtual machine, and the last moments of those that ended.
        public static let other = Reason(name: "other")

        /// The name.
        public var description: String { name }
    }

    /// The kind whose division it belongs to.
    public let kind: Consumer.Kind

    /// Why it is nobody's.
    public let reason: Reason

    /// The energy since the start.
    public let energy: Joules

    /// The energy in whole nanojoules.
    package let parts: EnergyParts
}

extension Snapshot {
    /// Who was given the energy; empty where nobody asked, or nothing can be divided.
    public var consumers: [ConsumerSnapshot] { attribution?.consumers ?? [] }

    /// What no consumer was given.
    public var unattributed: [UnattributedSnapshot] { attribution?.unattributed ?? [] }
}
