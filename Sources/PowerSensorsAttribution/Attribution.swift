public import PowerSensorsCore

/// Which consumers are given their share of the machine's energy, and how it is divided.
///
/// Package and dram energy is divided by processor time, or the estimate of the whole machine if there are no such
/// counters: consumers share the busy part by the time that they ran, and the idle part stays unattributed unless the
/// policy says otherwise. psys, other meters and batteries are never divided.
public struct Attribution: Sendable {
    /// The kinds of consumers to find. Each kind divides the same energy, so kinds must not be added up.
    public var kinds: Set<Consumer.Kind>

    /// What happens to idle energy.
    public var policy: AttributionPolicy

    /// How often to scan for consumers: 1 s by default, at least 10 ms. The kernel counts a process's time in steps of
    /// 10 ms.
    public var interval: Duration

    /// The greatest number of consumers of a kind to list; the others are reported together as `folded`. Virtual
    /// machines are always all listed.
    public var limit: Int

    /// Whether it is acceptable that nothing can be divided: then the finding is informational, not a warning.
    public var isOptional = false

    /// The interval between two scans, in nanoseconds.
    package var intervalNanoseconds: Int64 { max(interval.wholeNanoseconds, 10_000_000) }

    /// Attributes energy to consumers; every parameter has a default.
    public init(
        kinds: Set<Consumer.Kind> = [.process, .controlGroup, .virtualMachine],
        policy: AttributionPolicy = .active,
        interval: Duration = .seconds(1),
        limit: Int = 50
    ) {
        self.kinds = kinds
        self.policy = policy
        self.interval = interval
        self.limit = limit
    }
}
