/// Who is given the machine's energy, and how.
///
/// Package and dram energy, or an estimate of the whole machine where there is neither, is divided by processor time: what
/// was busy among the consumers, each by the time that it ran; what was idle stays unattributed unless the policy says
/// otherwise. psys, other meters and batteries are never divided.
public struct Attribution: Sendable {
    /// Where processes and control groups are looked for.
    public var roots: SystemRoots

    /// The kinds of consumers to find. Each kind is a division of the same energy: kinds are never added.
    public var kinds: Set<Consumer.Kind>

    /// What becomes of idle energy.
    public var policy: AttributionPolicy

    /// How often to look who ran: 1 s unless set, 10 ms at least. The kernel counts a process's time in steps of 10 ms.
    public var interval: Duration

    /// How many consumers of one kind to tell apart at most; the rest is `folded`. Virtual machines are all told apart.
    public var limit: Int

    /// Whether nobody asked for it in particular, so that it is no problem where nothing can be divided.
    package var isByTheWay = false

    /// How often to look, in nanoseconds.
    var intervalNanoseconds: Int64 { max(interval.wholeNanoseconds, 10_000_000) }

    /// Divides the energy in a way; what is not named has its default.
    public init(
        roots: SystemRoots = .usual,
        kinds: Set<Consumer.Kind> = [.process, .controlGroup, .virtualMachine],
        policy: AttributionPolicy = .active,
        interval: Duration = .seconds(1),
        limit: Int = 50
    ) {
        self.roots = roots
        self.kinds = kinds
        self.policy = policy
        self.interval = interval
        self.limit = limit
    }
}

/// What becomes of the energy of the time in which nothing ran.
public struct AttributionPolicy: Hashable, Sendable, CustomStringConvertible {
    /// `active` or `proportional`.
    public let name: String

    /// Idle energy is nobody's: energy times busy over capacity is divided. A consumer's figure does not change with its
    /// neighbours' idleness.
    public static let active = AttributionPolicy(name: "active")

    /// All energy is divided among those that ran, in proportion to their time, as carbon accounting wants it.
    public static let proportional = AttributionPolicy(name: "proportional")

    /// All that there are.
    public static let known: [AttributionPolicy] = [.active, .proportional]

    /// The name.
    public var description: String { name }
}
