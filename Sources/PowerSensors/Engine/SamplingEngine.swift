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
    /// Nil while a check is in progress.
    private var rediscovery: Rediscovery?
    /// Where checks run; nil for the calling thread.
    private let rediscoveryThread: ThreadedWork<Checked>?

    /// A rediscovery, and what its latest check has found.
    private struct Checked: Sendable {
        let rediscovery: Rediscovery
        let found: BoundSensors?
    }

    /// When the channels were read last, in nanoseconds of the monotonic clock; 0 before.
    private(set) var lastRead: Int64 = 0

    /// The state of every channel.
    private(set) var accumulator: ChannelAccumulator

    /// Says that a calibration profile no longer fits; nil while it does, and where none is compared.
    var drift: Finding?

    /// Opens the sensors.
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
        readers = OpenedReaders(
            bound.topology, bound.sensors, usesThreads: configuration.readsSlowSourcesOnThreads)
        accumulator = ChannelAccumulator(bound.topology.channels, recordsEvents: recordsEvents)
        attributor = configuration.attribution.map {
            Attributor($0, roots: configuration.sensors.roots, bound.topology)
        }
        rediscovery = Rediscovery(
            configuration.sensors, bound, at: (now?() ?? .now).monotonicNanoseconds,
            every: configuration.rediscoveryInterval, within: configuration.discoveryLimit)
        rediscoveryThread =
            configuration.readsSlowSourcesOnThreads
            ? ThreadedWork(name: "powersensors-hp", endOfWait: .seconds(1)) : nil
        startBackground()
    }

    /// Starts the background threads that are needed, and moves this one to where it reads most cheaply.
    private mutating func startBackground() {
        // Threads inherit the affinity of their creator, but background threads need none.
        affinity?.move(to: nil)
        readers.startBackground()
        affinity?.move(to: readers.preferredProcessor)
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
            + accumulator.findings(topology.channels, at: now?() ?? .now) + (drift.map { [$0] } ?? [])
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
    ///
    /// - Parameters:
    ///   - info: The latest sample.
    ///   - writer: The writer.
    ///   - wallNanoseconds: The wall-clock time of the sample.
    ///   - sequence: The number of the snapshot within its subscription.
    func write(
        _ info: SampleInfo, by writer: inout SnapshotWriter, at wallNanoseconds: Int64 = SampleInstant.wallNanoseconds,
        sequence: Int = 0
    ) -> Snapshot {
        writer.write(
            accumulator, info, attributor?.attributed(accumulator), carbonIntensity: configuration.carbonIntensity,
            at: wallNanoseconds, sequence: sequence)
    }

    /// What happened to channels since the previous call.
    mutating func drainEvents() -> [ChannelAccumulator.Event] { accumulator.drainEvents() }

    // MARK: Generations

    /// Begins a new generation, that is, samples the topology of a new discovery, if ``Rediscovery`` finds one. Its channels
    /// must then be read at once.
    ///
    /// - Returns: Whether a new generation began.
    mutating func rediscoverIfDue(at now: Int64) -> Bool {
        guard let found = nextDiscovery(at: now) else { return false }
        move(to: found)
        return true
    }

    /// The result of a check that is due, or of an earlier one that has ended; nil if there is none, or nothing new.
    private mutating func nextDiscovery(at now: Int64) -> BoundSensors? {
        var deadline = Int64.min
        if let isUrgent = rediscovery?.advanceIfUrgent(at: now) {
            let isPartMissing = isUrgent && (accumulator.hasMissingPart || rediscovery?.isUnfinished == true)
            guard rediscovery?.advanceIfDue(at: now, isPartMissing: isPartMissing) == true else { return nil }
            guard startCheck() else { return rediscoveryThread == nil ? rediscovery?.run() : nil }
            // Nearly all checks end at once.
            deadline = SampleInstant.monotonicNow + 200_000_000
        }
        guard let checked = rediscoveryThread?.take(waitingUntil: deadline) else { return nil }
        rediscovery = checked.rediscovery
        return checked.found
    }

    /// Starts a check on a thread; false if it cannot.
    private mutating func startCheck() -> Bool {
        guard let rediscoveryThread, let next = rediscovery else { return false }
        affinity?.move(to: nil)
        defer { affinity?.move(to: readers.preferredProcessor) }
        let isStarted = rediscoveryThread.start {
            var next = next
            let found = next.run()
            return Checked(rediscovery: next, found: found)
        }
        if isStarted { rediscovery = nil }
        return isStarted
    }

    /// Switches to another discovery. Totals are continued for channels that both have.
    mutating func move(to found: BoundSensors) {
        let next = readers.opened(found.topology, found.sensors)
        // The old readers are read as late as possible, since the new ones start to count at their first reading.
        _ = read()
        readers.move(to: next)
        startBackground()
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
