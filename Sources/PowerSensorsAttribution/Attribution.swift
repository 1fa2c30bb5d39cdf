public import PowerSensorsCore

/// Which consumers are given their share of the host's energy, and how it is divided.
///
/// What is divided is the energy of the processor packages and of their memory (dram) or, on a host without such
/// counters, the estimate of the whole host. Of this energy, the part for the time in which the processors were busy is
/// divided among the consumers in proportion to the processor time that each used; the part for idle time stays
/// unattributed unless ``policy`` says otherwise. The energy of psys (RAPL's counter of the whole platform), of other
/// meters and of batteries is never divided.
public struct Attribution: Sendable {
    /// The kinds of consumers to find. The same energy is divided once among the consumers of each kind, so the
    /// energies of different kinds must not be added up.
    public var kinds: Set<Consumer.Kind>

    /// What happens to idle energy.
    public var policy: AttributionPolicy

    /// The longest time between two scans for consumers while a ``PowerMonitor`` samples: a second by default, and 10 ms
    /// at least, because the kernel counts the time of a process in steps of 10 ms.
    ///
    /// Each snapshot also has a scan of its own, so that its consumers' energy and power are as new as the host's. If
    /// snapshots come faster than every 100 ms, or so fast that scans would take more than a twentieth of a processor,
    /// some have none: see ``UnattributedSnapshot/Reason/unscanned``.
    public var interval: Duration

    /// The greatest number of consumers of a kind to list; the energy of the others is reported as one sum, named
    /// `folded`. All virtual machines are always listed.
    public var limit: Int

    /// How long a process must have run its program, as far as scans have seen it, before it is listed: not at all by default.
    /// Until then its energy is in the sum named `folded`.
    ///
    /// A database that keeps a series for each listed process, such as Prometheus, needs this on a machine that builds
    /// software, where most processes end within seconds. Those that the first scan finds are listed at once.
    public var minimumLifetime = Duration.zero

    /// Whether each listed process also has the energy of its tree, which is that of the process and its descendants: such as
    /// `make` with all its compilers. Then those are listed whose trees use most.
    public var includesTrees = false

    /// Whether the kernel is asked for a record of each process that ends, if this process has the right (CAP_NET_ADMIN
    /// in the kernel's first name spaces, and a procfs that numbers processes as they do).
    ///
    /// Without records, what a process ran that no scan has seen is known when somebody waits for it, as nearly everybody does.
    public var usesExitRecords = true

    /// Opens the records of ended processes, if there are any.
    package var openExitRecords: @Sendable (SystemRoots) -> (any ExitRecordSource)? = { KernelExitRecords($0) }

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
