package import PowerSensorsAttribution
public import PowerSensorsCore

/// Reads every channel in the caller's own loop, without a thread or a task.
///
/// Files are opened once and stay open; a sample costs only its system calls and does not allocate. Call it at least every
/// ``longestSafeInterval``, or a counter may wrap unnoticed and its energy becomes ambiguous.
///
/// ```swift
/// var sampler = try Sampler()
/// while let snapshot = sampler.nextSnapshot(every: .seconds(2)) {
///     if let power = snapshot.headline?.power { print(power) }
/// }
/// ```
public struct Sampler: ~Copyable {
    private var engine: SamplingEngine
    private var writer: SnapshotWriter
    /// A writer of the current generation that has written nothing yet, for measurements.
    private var unusedWriter: SnapshotWriter
    private var grid: TimeGrid?
    private var hasSnapshot = false
    /// Nil before the first measurement.
    private var updateTimes: UpdateTimes?

    /// Discovers and opens the sensors that work here.
    ///
    /// - Throws: ``SamplerError`` if there is nothing to read, or the headline scope does not exist.
    public init(_ configuration: SamplingConfiguration) throws(SamplerError) {
        try self.init(configuration, configuration.sensors.bind(within: configuration.discoveryLimit))
    }

    /// Discovers and opens the sensors that work here.
    ///
    /// - Parameters:
    ///   - sensors: The sensors to use.
    ///   - headlineScope: The scope of the headline figure; nil for ``Topology/headlineScope``.
    /// - Throws: ``SamplerError`` if there is nothing to read, or the headline scope does not exist.
    public init(_ sensors: SensorSet = SensorSet(), headlineScope: Scope? = nil) throws(SamplerError) {
        try self.init(SamplingConfiguration(sensors: sensors, headlineScope: headlineScope))
    }

    /// Discovers and opens the sensors, with clocks that a test controls.
    package init(
        _ sensors: SensorSet, attribution: Attribution? = nil, carbonIntensity: CarbonIntensity? = nil,
        now: @escaping () -> SampleInstant
    ) throws(SamplerError) {
        let configuration = SamplingConfiguration(
            sensors: sensors, attribution: attribution, carbonIntensity: carbonIntensity)
        try self.init(configuration, sensors.bind(), now: now)
    }

    /// Opens what a discovery found, with clocks that a test controls.
    package init(
        _ configuration: SamplingConfiguration, _ bound: BoundSensors, now: (() -> SampleInstant)? = nil
    ) throws(SamplerError) {
        try bound.topology.check(headlineScope: configuration.headlineScope)
        engine = SamplingEngine(configuration, bound, now: now)
        writer = engine.writer()
        unusedWriter = writer
        engine.readers.waitForFirstReadings()
    }

    /// The current topology. ``snapshot()`` may begin a new generation, see ``SamplingConfiguration/rediscoveryInterval``.
    public var topology: Topology { engine.topology }

    /// The longest safe time between two samples: half the range of the fastest counter at its maximum power, and at most 20 s
    /// if power is integrated. Nil if there is neither a counter nor power to integrate.
    public var longestSafeInterval: Duration? { engine.accumulator.longestSafeInterval }

    /// The scope of the headline figure: the configured one, or ``Topology/headlineScope``.
    public var headlineScope: Scope? { engine.headlineScope }

    /// The roots of the files that the sensors read.
    var roots: SystemRoots { engine.roots }

    /// What is missing or limited: the findings of discovery, and problems that show only over time, such as a frozen counter.
    public func findings() -> [Finding] { engine.findings }

    /// Reads every channel once, counts its energy, and calls `body` with the readings.
    ///
    /// The readings are in the order of the topology's channels. It does not allocate.
    public mutating func sample<Result, Failure: Error>(
        _ body: (SampleInfo, Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let info = engine.read()
        return try engine.readers.withReadings { readings throws(Failure) in try body(info, readings) }
    }

    /// Reads every channel once and counts its energy, without attribution or rediscovery. It does not allocate.
    public mutating func sample() { _ = engine.read() }

    /// Reads every channel once, and creates a snapshot of the interval since the previous one.
    ///
    /// The first has energies of 0 J and no power for counters. It also scans the consumers if attribution is configured, and
    /// runs a rediscovery if one is due; if that finds something new, the snapshot is the first of a new generation.
    public mutating func snapshot() -> Snapshot {
        hasSnapshot = true
        var info = engine.readAndDivide(forSnapshot: true)
        if engine.rediscoverIfDue(at: info.ended.monotonicNanoseconds) {
            writer = engine.writer(continuing: writer)
            unusedWriter = engine.writer()
            info = engine.read()
        }
        return engine.write(info, by: &writer)
    }

    /// Waits for the next of equally spaced points in time, and creates a snapshot then, as ``snapshot()`` does.
    ///
    /// The points begin one interval after the first call, which also takes the snapshot that the first interval begins with
    /// if there is none yet. A caller that comes late gets its snapshot at once; further points that were missed are skipped,
    /// and ``Snapshot/skipped`` is their number.
    /// Meanwhile it samples often enough that no counter wraps unnoticed, and scans consumers when that is due.
    ///
    /// - Parameters:
    ///   - interval: The time between two points, at least 1 ms. Another one than in the previous call begins new points.
    ///   - end: When the last snapshot is due, even if it is not a point; nil for never.
    ///   - isEnded: Whether to end now; asked at least once a second. Nil for never.
    /// - Returns: Nil if a snapshot was taken at or after the end, or `isEnded`.
    public mutating func nextSnapshot(
        every interval: Duration, until end: SuspendingClock.Instant? = nil, unless isEnded: (() -> Bool)? = nil
    ) -> Snapshot? {
        nextSnapshot(every: interval, until: end, unless: isEnded) { SampleInstant.sleep(untilMonotonic: $0) }
    }

    /// The same, with another way to wait.
    ///
    /// - Parameter sleep: Waits until ``SampleInstant/monotonicNow`` reaches a moment; it may return earlier.
    package mutating func nextSnapshot(
        every interval: Duration, until end: SuspendingClock.Instant?, unless isEnded: (() -> Bool)?,
        sleepingBy sleep: (Int64) -> Void
    ) -> Snapshot? {
        if !hasSnapshot { _ = snapshot() }
        let now = SampleInstant.monotonicNow
        let end = end.map { now + Self.nanoseconds(SuspendingClock.now.duration(to: $0)) } ?? .max
        let step = max(Self.nanoseconds(interval), 1_000_000)
        if grid?.interval != step { grid = now < end ? TimeGrid(from: now + step, every: step) : nil }
        guard let next = grid?.next, wait(until: min(next, end), unless: isEnded, sleepingBy: sleep) else {
            return nil
        }
        let reached = SampleInstant.monotonicNow
        let missed = grid?.missed(at: min(reached, end)) ?? 0
        if reached < end { grid?.advance(past: reached) } else { grid = nil }
        var snapshot = snapshot()
        snapshot.skipped = missed
        return snapshot
    }

    /// A time in nanoseconds, at most 68 years, so that adding it to a moment cannot overflow.
    private static func nanoseconds(_ time: Duration) -> Int64 {
        let longest = Duration.seconds(Int64(1) << 31)
        return min(max(time, .zero - longest), longest).wholeNanoseconds
    }

    /// Waits until a moment, and samples meanwhile often enough that no counter wraps unnoticed.
    ///
    /// - Returns: False if `isEnded`.
    private mutating func wait(
        until moment: Int64, unless isEnded: (() -> Bool)?, sleepingBy sleep: (Int64) -> Void
    ) -> Bool {
        while isEnded?() != true {
            let now = SampleInstant.monotonicNow
            if now >= moment { return true }
            // At most a day, so that adding it to a time cannot overflow. At least a millisecond, or this would do nothing else.
            let safe = min(max(engine.longestIntervalNanoseconds, 1_000_000), 86_400_000_000_000)
            let wake = min(moment, engine.lastRead + safe)
            if now >= wake {
                _ = engine.readAndDivide(forSnapshot: false)
            } else {
                sleep(isEnded == nil ? wake : min(wake, now + 1_000_000_000))
            }
        }
        return false
    }

    /// Switches to another discovery. Totals are continued for channels that both have.
    package mutating func move(to bound: BoundSensors) {
        engine.move(to: bound)
        writer = engine.writer(continuing: writer)
        unusedWriter = engine.writer()
    }

    /// How often the slowest source of a scope counts, which is how far a measurement may be off at each end; zero without a source.
    ///
    /// A counter of which nobody tells that is watched once in each generation, by the first measurement or the first such question. That
    /// takes 5 ms, on a busy machine 100 ms at most. RAPL's registers move about once a millisecond (Intel SDM volume 3, energy
    /// status registers), QEMU's virtual ones once a second; 1 s is assumed of one that did not move then.
    public mutating func updateTime(of scope: Scope) -> Duration {
        let times = learnUpdateTimes()
        let channels = topology.channels
        return .nanoseconds(channels.indices.reduce(0) { channels[$1].countsIn == scope ? max($0, times[$1]) : $0 })
    }

    /// How often each channel counts, in nanoseconds.
    @discardableResult
    mutating func learnUpdateTimes() -> [Int64] {
        if let updateTimes, updateTimes.generation == topology.generation { return updateTimes.nanoseconds }
        let start = SampleInstant.monotonicNow
        sample()
        var times = UpdateTimes(topology, engine.accumulator, since: start)
        while !times.isComplete {
            let began = SampleInstant.monotonicNow
            sample()
            times.take(engine.accumulator, since: began)
        }
        updateTimes = times
        return times.nanoseconds
    }

    /// The same without watching: what is assumed of a generation that has just begun.
    var knownUpdateTimes: [Int64] {
        if let updateTimes, updateTimes.generation == topology.generation { return updateTimes.nanoseconds }
        return UpdateTimes(topology, engine.accumulator, since: engine.lastRead).nanoseconds
    }

    /// A second writer of snapshots with its own intervals.
    ///
    /// - Parameter previous: A writer of an earlier generation, whose intervals are continued.
    func measuringWriter(continuing previous: SnapshotWriter? = nil) -> SnapshotWriter {
        previous.map { engine.writer(continuing: $0) } ?? unusedWriter
    }

    /// Reads every channel once, and creates a snapshot with another writer.
    mutating func snapshot(by writer: inout SnapshotWriter) -> Snapshot {
        let info = engine.read()
        return engine.write(info, by: &writer)
    }
}
