package import PowerSensorsCore

/// Snapshots and events to deliver after the monitor's lock is released.
///
/// Cancelling a stream takes the monitor's lock while it holds the task's lock, so yielding under the monitor's lock could
/// deadlock.
struct Deliveries: Sendable {
    fileprivate(set) var snapshots: [(to: AsyncStream<Snapshot>.Continuation, snapshot: Snapshot)] = []
    fileprivate(set) var events: [MonitorEvent] = []
    fileprivate(set) var listeners: [AsyncStream<MonitorEvent>.Continuation] = []
    /// The latest snapshot, if it is new.
    fileprivate(set) var latest: Snapshot?

    /// Adds the spike that begins or ends with the latest snapshot.
    mutating func addSpike(foundBy watch: inout SpikeWatch?) {
        guard let latest, let change = watch?.record(latest) else { return }
        events.append(MonitorEvent(change, of: latest))
    }

    func send() {
        for delivery in snapshots { delivery.to.yield(delivery.snapshot) }
        for event in events {
            for listener in listeners { listener.yield(event) }
        }
    }
}

/// The state that the monitor's thread and its callers share under a lock.
package struct MonitorState {
    private struct Subscription {
        let id: Int
        var grid: DeliveryGrid
        var sequence = 0
        var writer: SnapshotWriter
        let continuation: AsyncStream<Snapshot>.Continuation
    }

    /// The number of snapshots that are buffered for a slow subscriber.
    static let bufferedSnapshots = 4

    private let headlineScope: Scope?
    /// The interval of the configuration.
    private let configuredNanoseconds: Int64
    private(set) var topology: Topology
    private(set) var latest: Snapshot?
    private var latestWriter: SnapshotWriter
    private var latestGrid: DeliveryGrid
    /// The monotonic time in nanoseconds from which the intervals of all subscribers are counted.
    private let origin = SampleInstant.monotonicNow
    private var subscriptions: [Subscription] = []
    private var listeners: [Int: AsyncStream<MonitorEvent>.Continuation] = [:]
    private var nextID = 0
    /// The findings of the previous delivery, which the listeners know.
    private var reportedFindings: [Finding] = []
    /// When each finding of the last minute was last seen.
    private var lastSeen: [Finding: Int64] = [:]
    private(set) var isStopping = false

    package init(_ topology: Topology, _ configuration: MonitorConfiguration) {
        self.topology = topology
        headlineScope = configuration.headlineScope
        latestWriter = SnapshotWriter(topology, headline: headlineScope)
        configuredNanoseconds = max(configuration.interval.wholeNanoseconds, Self.shortestNanoseconds)
        latestGrid = DeliveryGrid(
            every: max(configuration.latestInterval.wholeNanoseconds, configuredNanoseconds), origin: origin)
    }

    /// The shortest interval: no counter is updated more often than once a millisecond (Intel SDM volume 3, energy status
    /// registers).
    static let shortestNanoseconds: Int64 = 1_000_000

    /// The time between samples in nanoseconds: the shortest interval that is requested, and no longer than is safe.
    @inline(__always)
    private func samplingInterval(atMost safe: Int64) -> Int64 {
        var interval = min(configuredNanoseconds, safe)
        for index in subscriptions.indices { interval = min(interval, subscriptions[index].grid.interval) }
        return max(interval, Self.shortestNanoseconds)
    }

    /// When the next sample is due, in nanoseconds of the monotonic clock: like the subscribers' points, the times are
    /// counted from the origin, so that a sample that is taken between two of them for a new subscriber does not move the
    /// later ones.
    // Inlined, since a call would copy the whole state, at each sample.
    @inline(__always)
    package func nextSample(after now: Int64, atMost safe: Int64) -> Int64 {
        origin + TimeGrid.next(after: now - origin, every: samplingInterval(atMost: safe))
    }

    // MARK: Samples

    /// Whether a snapshot would be due at a sample that is taken now.
    ///
    /// - Parameters:
    ///   - now: The monotonic time in nanoseconds.
    ///   - safe: The longest safe time between two samples, as for ``samplingInterval(atMost:)``.
    func isSnapshotDue(at now: Int64, atMost safe: Int64) -> Bool {
        if latestGrid.isDue(at: now, samplingInterval: Self.shortestNanoseconds) { return true }
        let interval = nextSample(after: now, atMost: safe) - now
        return subscriptions.contains { $0.grid.isDue(at: now, samplingInterval: interval) }
    }

    /// Whether there may be something to deliver after a sample. Most samples of a quick monitor are only counted.
    func mayBeDue(at info: SampleInfo, _ events: [ChannelAccumulator.Event]) -> Bool {
        !subscriptions.isEmpty || !events.isEmpty
            || latestGrid.isDue(
                at: info.began.monotonicNanoseconds, samplingInterval: Self.shortestNanoseconds)
    }

    /// Writes a snapshot for every subscriber that is due. The writers are changed in place, so that their arrays are not copied.
    ///
    /// - Parameters:
    ///   - engine: The engine, which has just read a sample.
    ///   - info: The times of the sample.
    ///   - events: What happened to channels since the previous call.
    mutating func deliver(
        _ engine: borrowing SamplingEngine, _ info: SampleInfo, _ events: [ChannelAccumulator.Event]
    ) -> Deliveries {
        var deliveries = Deliveries()
        let now = info.began.monotonicNanoseconds
        // One time for all, so that what different exporters say of a sample can be joined by it.
        lazy var wallNanoseconds = SampleInstant.wallNanoseconds
        // Half of the shortest interval is the most that the latest snapshot may be early.
        if latestGrid.advanceIfDue(at: now, samplingInterval: Self.shortestNanoseconds) {
            latest = engine.write(info, by: &latestWriter, at: wallNanoseconds)
            deliveries.latest = latest
            deliveries.events += newFindings(engine.findings, info.began)
        }
        if !subscriptions.isEmpty {
            let next = nextSample(
                after: info.ended.monotonicNanoseconds, atMost: engine.longestIntervalNanoseconds)
            let interval = next - now
            for index in subscriptions.indices {
                let missed = subscriptions[index].grid.missed(at: now)
                guard subscriptions[index].grid.advanceIfDue(at: now, samplingInterval: interval) else { continue }
                let sequence = subscriptions[index].sequence + missed
                subscriptions[index].sequence = sequence + 1
                let snapshot = engine.write(
                    info, by: &subscriptions[index].writer, at: wallNanoseconds, sequence: sequence)
                deliveries.snapshots.append((subscriptions[index].continuation, snapshot))
            }
        }
        if !events.isEmpty { deliveries.events += events.map { MonitorEvent($0, info.began, of: topology) } }
        if !deliveries.events.isEmpty || deliveries.latest != nil { deliveries.listeners = Array(listeners.values) }
        return deliveries
    }

    // MARK: Generations

    /// Switches to a new generation, that is, the topology of a new discovery. Totals and intervals are continued for channels
    /// that both generations have.
    mutating func move(to engine: borrowing SamplingEngine, at instant: SampleInstant) -> Deliveries {
        topology = engine.topology
        latestWriter = engine.writer(continuing: latestWriter)
        for index in subscriptions.indices {
            subscriptions[index].writer = engine.writer(continuing: subscriptions[index].writer)
        }
        let event = MonitorEvent(.newGeneration, instant, generation: topology.generation)
        return Deliveries(
            events: [event] + newFindings(engine.findings, instant), listeners: Array(listeners.values))
    }

    // MARK: Subscribers

    /// Adds a subscriber, and returns its identifier; nil if the monitor has stopped.
    package mutating func subscribe(
        every nanoseconds: Int64, _ continuation: AsyncStream<Snapshot>.Continuation
    ) -> Int? {
        if isStopping { return nil }
        nextID += 1
        subscriptions.append(
            Subscription(
                id: nextID, grid: DeliveryGrid(every: max(nanoseconds, Self.shortestNanoseconds), origin: origin),
                writer: SnapshotWriter(topology, headline: headlineScope), continuation: continuation))
        return nextID
    }

    /// Adds a listener, to which the findings so far are delivered; nil if the monitor has stopped.
    mutating func listen(
        _ continuation: AsyncStream<MonitorEvent>.Continuation, at instant: SampleInstant
    ) -> (id: Int, deliveries: Deliveries)? {
        if isStopping { return nil }
        nextID += 1
        listeners[nextID] = continuation
        return (nextID, Deliveries(events: reportedFindings.map { event($0, instant) }, listeners: [continuation]))
    }

    /// Removes a subscriber or listener.
    mutating func remove(_ id: Int) {
        subscriptions.removeAll { $0.id == id }
        listeners[id] = nil
    }

    /// Marks the monitor as stopped, and returns the streams to finish after the lock is released.
    mutating func stop() -> (
        subscriptions: [AsyncStream<Snapshot>.Continuation], listeners: [AsyncStream<MonitorEvent>.Continuation]
    ) {
        isStopping = true
        defer {
            subscriptions = []
            listeners = [:]
        }
        return (subscriptions.map(\.continuation), Array(listeners.values))
    }

    // MARK: Events

    /// What is missing or limited, as of the latest snapshot.
    var findings: [Finding] { latest == nil ? topology.findings : reportedFindings }

    private mutating func newFindings(_ current: [Finding], _ instant: SampleInstant) -> [MonitorEvent] {
        let now = instant.monotonicNanoseconds
        let new = current.filter { lastSeen[$0] == nil }
        for finding in current { lastSeen[finding] = now }
        lastSeen = lastSeen.filter { now - $0.value < Self.memoryNanoseconds }
        reportedFindings = current
        return new.map { event($0, instant) }
    }

    /// A finding that comes back within this time is not new, so that one that comes and goes is reported once.
    private static let memoryNanoseconds: Int64 = 60_000_000_000

    private func event(_ finding: Finding, _ instant: SampleInstant) -> MonitorEvent {
        var event = MonitorEvent(.finding, instant, generation: topology.generation)
        event.finding = finding
        return event
    }
}
