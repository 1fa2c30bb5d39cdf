import PowerSensorsAttribution
import PowerSensorsCore

/// Owns the readers, the accumulator, attribution and rediscovery.
///
/// ``Sampler`` runs it in the caller's loop, ``PowerMonitor`` on its own thread.
struct SamplingEngine: ~Copyable {
    private let configuration: SamplingConfiguration
    private let now: (() -> SampleInstant)?
    private var affinity: ThreadAffinity?
    private(set) var readers: OpenedReaders
    private let attributor: Attributor?
    private var rediscovery: Rediscovery

    /// When the channels were read last, in nanoseconds of the monotonic clock; 0 before.
    private(set) var lastRead: Int64 = 0

    /// The state of every channel.
    private(set) var accumulator: ChannelAccumulator

    /// Discovers and opens the sensors.
    ///
    /// - Parameters:
    ///   - configuration: What to sample.
    ///   - bound: What a discovery found.
    ///   - recordsEvents: Whether events of channels are recorded; then ``drainEvents()`` must be called.
    ///   - pinsThread: Whether to move the thread to the processor on which reading is cheapest; only for the library's threads.
    ///   - now: The clocks; nil for the system's.
    init(
        _ configuration: SamplingConfiguration, _ bound: BoundSensors, recordsEvents: Bool = false,
        pinsThread: Bool = false, now: (() -> SampleInstant)? = nil
    ) {
        self.configuration = configuration
        self.now = now
        affinity = pinsThread ? ThreadAffinity() : nil
        readers = Self.open(bound, configuration, &affinity)
        accumulator = ChannelAccumulator(bound.topology.channels, recordsEvents: recordsEvents)
        attributor = configuration.attribution.map {
            Attributor($0, roots: configuration.sensors.roots, bound.topology)
        }
        rediscovery = Rediscovery(
            configuration.sensors, bound, at: (now?() ?? .now).monotonicNanoseconds,
            every: configuration.rediscoveryInterval)
    }

    private static func open(
        _ bound: BoundSensors, _ configuration: SamplingConfiguration, _ affinity: inout ThreadAffinity?
    ) -> OpenedReaders {
        let readers = OpenedReaders(
            bound.topology, bound.sensors, usesThreads: configuration.readsSlowSourcesOnThreads)
        // Threads inherit the affinity of their creator, but background threads need none.
        affinity?.move(to: nil)
        readers.startBackground()
        affinity?.move(to: readers.preferredProcessor)
        return readers
    }

    /// The topology of the current generation.
    var topology: Topology { readers.topology }

    /// The scope of the headline figure: the configured one, or ``Topology/headlineScope``.
    var headlineScope: Scope? { configuration.headlineScope ?? topology.headlineScope }

    /// The roots of the files that the sensors read.
    var roots: SystemRoots { configuration.sensors.roots }

    /// The longest time between two reads, so that no counter wraps unnoticed and consumers are scanned in time.
    var longestIntervalNanoseconds: Int64 {
        min(accumulator.longestSafeNanoseconds, configuration.attribution?.intervalNanoseconds ?? .max)
    }

    /// What is missing or limited: the findings of discovery, and problems that show only over time.
    var findings: [Finding] {
        topology.findings + readers.findings + (attributor?.findings ?? [])
            + accumulator.findings(topology.channels, at: now?() ?? .now)
    }

    /// Creates a writer of snapshots.
    ///
    /// - Parameter previous: A writer of the previous generation, whose intervals are continued.
    func writer(continuing previous: SnapshotWriter? = nil) -> SnapshotWriter {
        SnapshotWriter(topology, headline: configuration.headlineScope, continuing: previous)
    }

    // MARK: Sampling

    /// Reads every channel once and counts its energy. No allocation.
    mutating func read() -> SampleInfo {
        let info = readers.read(now)
        lastRead = info.ended.monotonicNanoseconds
        // Within its module, so that the compiler sees through the call: this runs on every sample.
        readers.record(info, in: &accumulator)
        return info
    }

    /// Whether energy is divided among consumers.
    var dividesEnergy: Bool { attributor != nil }

    /// Reads like ``read()``, and scans and divides the energy if that is due.
    ///
    /// - Parameter isForSnapshot: Whether a snapshot is written of this sample, so that its consumers need a scan.
    mutating func readAndDivide(forSnapshot isForSnapshot: Bool) -> SampleInfo {
        // The scan reads many files, so it comes before the sample, whose channels are then read close to each other.
        attributor?.scanIfDue(at: now?() ?? .now, forSnapshot: isForSnapshot)
        let info = read()
        attributor?.divide(accumulator, at: info.began)
        return info
    }

    /// Writes a snapshot.
    func write(_ info: SampleInfo, by writer: inout SnapshotWriter) -> Snapshot {
        var snapshot = writer.write(accumulator, info, attributor?.attributed(accumulator))
        snapshot.carbonIntensity = configuration.carbonIntensity
        return snapshot
    }

    /// What happened to channels since the previous call.
    mutating func drainEvents() -> [ChannelAccumulator.Event] { accumulator.drainEvents() }

    // MARK: Generations

    /// Begins a new generation, that is, samples the topology of a new discovery, if ``Rediscovery`` finds one. Its channels
    /// must then be read at once.
    ///
    /// - Returns: Whether a new generation began.
    mutating func rediscoverIfDue(at now: Int64) -> Bool {
        let isUrgent = rediscovery.isUrgent(at: now) ? accumulator.hasMissingPart : false
        guard let found = rediscovery.check(at: now, isPartMissing: isUrgent) else { return false }
        move(to: found)
        return true
    }

    /// Switches to another discovery. Totals are continued for channels that both have.
    mutating func move(to found: BoundSensors) {
        let next = Self.open(found, configuration, &affinity)
        // The old readers are read as late as possible, since the new ones start to count at their first reading.
        _ = read()
        next.resume(from: readers)
        // A source that does not answer must not delay the next generation.
        readers.stopBackground()
        readers = next
        accumulator = ChannelAccumulator(found.topology.channels, continuing: accumulator)
        attributor?.move(to: found.topology, accumulator)
    }
}

extension Topology {
    /// Throws if there is nothing to read, or the headline scope does not exist.
    func check(headlineScope: Scope?) throws(SamplerError) {
        guard !channels.isEmpty else { throw .nothingToRead(findings) }
        if let headlineScope, !scopes.contains(headlineScope) {
            throw .noSuchScope(headlineScope, available: scopes)
        }
    }
}
