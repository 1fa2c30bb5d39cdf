/// How a machine's energy was divided among its consumers, as part of a ``Snapshot``.
///
/// For each kind of consumer, what its consumers and unattributed entries gained in an interval adds up to what the
/// divided figure gained, exact to the nanojoule.
public struct AttributionSnapshot: Sendable {
    /// When the sample was taken up to which the energy has been divided: the snapshot's own, unless there was no scan
    /// of consumers for it, or the source has counted no energy since.
    public let instant: SampleInstant

    /// The host figure that is divided.
    public let scope: Scope

    /// The provenance of that figure; the provenance of the consumers' energy is always `attributed`.
    public let origin: Provenance

    /// How idle energy is treated.
    public let policy: AttributionPolicy

    /// The listed consumers, grouped by kind, and within a kind in the order in which they were first listed.
    public internal(set) var consumers: [ConsumerSnapshot]

    /// The identifiers of consumers that were listed before, and have not ended.
    package let foldedIDs: [Int]

    /// The energy that was attributed to no consumer, by kind and reason.
    public internal(set) var unattributed: [UnattributedSnapshot]

    /// The total energy of the listed consumers of a kind, including that of consumers which have ended or are no
    /// longer listed. The energy of consumers that are folded into one sum is not included.
    package let given: [Consumer.Kind: EnergyParts]

    /// The energy that has been divided so far.
    package let divided: EnergyParts

    /// How many consumers of a kind there are, listed or not.
    package let counts: [Consumer.Kind: Int]

    /// Whether the latest scan of consumers succeeded.
    package let isCurrent: Bool

    /// Whether the kernel's records of ended processes tell what those ran that no scan has seen; otherwise it is known of
    /// those that somebody waited for. See ``UnattributedSnapshot/Reason/shortLived``.
    public let usesExitRecords: Bool

    /// The error band of the divided figure; nil if it is certain.
    package let band: RelativeBand?

    package init(
        instant: SampleInstant, scope: Scope, origin: Provenance, band: RelativeBand?, policy: AttributionPolicy,
        consumers: [ConsumerSnapshot], foldedIDs: [Int] = [], unattributed: [UnattributedSnapshot],
        given: [Consumer.Kind: EnergyParts], divided: EnergyParts = .zero, counts: [Consumer.Kind: Int] = [:],
        isCurrent: Bool = true, usesExitRecords: Bool = false
    ) {
        self.instant = instant
        self.scope = scope
        self.origin = origin
        self.band = band
        self.policy = policy
        self.consumers = consumers
        self.foldedIDs = foldedIDs
        self.unattributed = unattributed
        self.given = given
        self.divided = divided
        self.counts = counts
        self.isCurrent = isCurrent
        self.usesExitRecords = usesExitRecords
    }
}

/// The energy attributed to one consumer.
public struct ConsumerSnapshot: Sendable {
    /// The consumer.
    public let consumer: Consumer

    /// Its energy in joules while it was listed, which it is from when it was found, or later if ``Attribution/limit``
    /// was reached.
    ///
    /// While others take its place within the limit its energy is among the folded consumers'; when it is listed again, its
    /// own continues from where it was.
    public var energy: Joules { parts.joules }

    /// Its mean power in watts over the interval; nil in the first interval, and while the host's power is unknown or
    /// the processes cannot be read.
    ///
    /// It is the part of the divided figure's power that its energy is of the energy divided since the previous
    /// snapshot. So the powers of a kind never add up to more than the figure's.
    public internal(set) var power: Watts?

    /// The lower end of the power's 68 % band, in watts; nil if the divided figure is not estimated.
    public internal(set) var low: Watts?

    /// The upper end of the power's 68 % band, in watts; nil if the divided figure is not estimated.
    public internal(set) var high: Watts?

    /// The lower end of the energy's 68 % band, in joules; nil if the divided figure is not estimated.
    public internal(set) var lowEnergy: Joules?

    /// The upper end of the energy's 68 % band, in joules; nil if the divided figure is not estimated.
    public internal(set) var highEnergy: Joules?

    /// What a process and its descendants used together.
    public struct Tree: Sendable {
        /// Their energy in joules since the process was first listed, including that of descendants that have ended. Another
        /// process's tree may contain this one, so the energies of trees must not be added up.
        public var energy: Joules { parts.joules }

        /// Their mean power in watts over the interval; nil while the process's own is unknown.
        public internal(set) var power: Watts?

        /// The number (PID) of the nearest ancestor that is listed too, whose tree contains this one; nil if there is none.
        /// The init process is nobody's ancestor here.
        public let ancestor: Int?

        /// The energy in whole nanojoules.
        package let parts: EnergyParts

        /// What it was when the process was last listed.
        package let partsWhenListed: EnergyParts

        package init(parts: EnergyParts, partsWhenListed: EnergyParts = .zero, ancestor: Int? = nil) {
            (self.parts, self.partsWhenListed, self.ancestor) = (parts, partsWhenListed, ancestor)
        }
    }

    /// The process with its descendants; nil for other kinds, and unless ``Attribution/includesTrees`` asks for it.
    public package(set) var tree: Tree?

    /// The energy in whole nanojoules.
    package internal(set) var parts: EnergyParts

    /// The energy that it had when it was last listed, in whole nanojoules; 0 if that was the first time.
    package internal(set) var partsWhenListed: EnergyParts

    /// A number that no other consumer has while this program runs.
    package let id: Int

    package init(consumer: Consumer, parts: EnergyParts, partsWhenListed: EnergyParts = .zero, id: Int) {
        self.consumer = consumer
        self.parts = parts
        self.partsWhenListed = partsWhenListed
        self.id = id
    }

    /// Subtracts energy that was counted elsewhere.
    mutating func subtract(_ energy: EnergyParts) {
        parts = parts - energy
        partsWhenListed = partsWhenListed - energy
    }
}

/// Energy that was attributed to no consumer of a kind, and why.
public struct UnattributedSnapshot: Sendable {
    /// Why energy is not attributed.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// The word in output: `idle`, `interrupts`, `short_lived`, `folded`, `ended`, `unscanned` or `other`.
        public let name: String

        /// The processors were idle.
        public static let idle = Reason(name: "idle")

        /// The kernel handled interrupts, whose time it does not count for any process.
        public static let interrupts = Reason(name: "interrupts")

        /// Processes that are hidden from this process, and the rounding of process times to 10 ms ticks; and what processes
        /// ran that no scan has seen, since they started and ended between two or after the last one before their end, unless
        /// it is known from the kernel's records or from whoever waited for them. Then it is their nearest ancestor's.
        public static let shortLived = Reason(name: "short_lived")

        /// Consumers that are not listed, because there are more than ``Attribution/limit``, and processes until they have
        /// run for ``Attribution/minimumLifetime``.
        public static let folded = Reason(name: "folded")

        /// Consumers of the previous snapshot that are missing from this one, because they ended or others took their
        /// place within ``Attribution/limit``: their energy since then. It differs between subscribers with different
        /// intervals.
        public static let ended = Reason(name: "ended")

        /// Energy that no scan of consumers covers: what was used before the first scan and, in a snapshot that comes too
        /// soon for a scan of its own, since the latest.
        ///
        /// The next scan divides the latter, so unlike the other reasons' energies this one may fall.
        public static let unscanned = Reason(name: "unscanned")

        /// Everything that is not a virtual machine, and the time between the last scan of a machine and its end.
        public static let other = Reason(name: "other")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// The kind of consumer among which the energy was divided.
    public let kind: Consumer.Kind

    /// Why it is not attributed.
    public let reason: Reason

    /// The energy in joules since the start.
    public let energy: Joules

    /// The mean power in watts over the interval; nil while it is unknown.
    ///
    /// The powers of a kind's consumers and unattributed entries add up to the power of the divided figure. Until a scan
    /// has divided something, and while the processes cannot be read, all of it is ``Reason/unscanned``.
    public internal(set) var power: Watts?

    /// The energy in whole nanojoules.
    package let parts: EnergyParts

    package init(kind: Consumer.Kind, reason: Reason, parts: EnergyParts) {
        self.kind = kind
        self.reason = reason
        energy = parts.joules
        self.parts = parts
    }
}

extension Snapshot {
    /// The consumers and their energy; empty if attribution is not configured or there is no figure to divide.
    public var consumers: [ConsumerSnapshot] { attribution?.consumers ?? [] }

    /// The energy that was attributed to no consumer; empty if attribution is not configured or there is no figure to
    /// divide.
    public var unattributed: [UnattributedSnapshot] { attribution?.unattributed ?? [] }
}
