/// What is to be handed out once the monitor's lock is open again.
///
/// A stream's cancellation takes the lock while it holds the task's own, so to yield under the lock is a deadlock.
struct Deliveries: Sendable {
    fileprivate(set) var snapshots: [(to: AsyncStream<Snapshot>.Continuation, snapshot: Snapshot)] = []
    fileprivate(set) var events: [MonitorEvent] = []
    fileprivate(set) var listeners: [AsyncStream<MonitorEvent>.Continuation] = []

    func send() {
        for delivery in snapshots { delivery.to.yield(delivery.snapshot) }
        for event in events {
            for listener in listeners { listener.yield(event) }
        }
    }
}

/// What the monitor's thread and its callers share, behind one lock.
struct MonitorState {
    private struct Subscription {
        var grid: DeliveryGrid
        var sequence = 0
        var writer: SnapshotWriter
        let continuation: AsyncStream<Snapshot>.Continuation
    }

    /// The newest that a slow subscriber still finds.
    static let kept = 4

    private let headline: Scope?
    private let ownNanoseconds: Int64
    private(set) var topology: Topology
    private(set) var latest: Snapshot?
    private var ledger: Ledger
    private var latestWriter: SnapshotWriter
    private var latestGrid: DeliveryGrid
    private var subscriptions: [Int: Subscription] = [:]
    private var listeners: [Int: AsyncStream<MonitorEvent>.Continuation] = [:]
    private var nextID = 0
    private var announced: [Finding] = []
    private let lookNanoseconds: Int64
    private var attributed: Attributed?
    private var attributionFindings: [Finding] = []
    private(set) var isStopping = false

    init(_ topology: Topology, _ configuration: MonitorConfiguration) {
        self.topology = topology
        headline = configuration.headline
        ledger = Ledger(topology.channels, notesEntries: true)
        latestWriter = SnapshotWriter(topology, headline: headline)
        ownNanoseconds = max(configuration.interval.wholeNanoseconds, Self.shortestNanoseconds)
        lookNanoseconds = configuration.sensors.attribution?.intervalNanoseconds ?? .max
        latestGrid = DeliveryGrid(every: max(configuration.latestInterval.wholeNanoseconds, ownNanoseconds))
    }

    /// No counter is renewed more often than once a millisecond (Intel SDM volume 3, energy status registers).
    static let shortestNanoseconds: Int64 = 1_000_000

    /// How long to wait between samples: what the fastest subscriber wants, and no more than is safe.
    var tickNanoseconds: Int64 {
        // Asked on every tick: no array, and no more code to wake up with than is needed.
        var tick = min(ownNanoseconds, ledger.longestSafeNanoseconds, lookNanoseconds)
        if !subscriptions.isEmpty {
            for subscription in subscriptions.values { tick = min(tick, subscription.grid.nanoseconds) }
        }
        return max(tick, Self.shortestNanoseconds)
    }

    // MARK: Samples

    /// Takes a sample in, and prepares a snapshot for every subscriber whose time has come.
    ///
    /// - Parameters:
    ///   - readings: The sample.
    ///   - info: When it was taken.
    ///   - attributor: Who has looked just before the sample who ran; nil where nobody did.
    mutating func enter(
        _ readings: borrowing Span<Reading>, _ info: SampleInfo, dividingBy attributor: Attributor?
    ) -> Deliveries {
        var deliveries = Deliveries()
        ledger.enter(readings, began: info.began, ended: info.ended)
        if let attributor, attributor.divide(ledger) {
            attributed = attributor.attributed
            attributionFindings = attributor.findings
        }
        let now = info.began.monotonicNanoseconds
        if latestGrid.takes(now, tick: Self.shortestNanoseconds) {
            latest = latestWriter.write(ledger, info, attributed)
            deliveries.events += newFindings(info.began)
        }
        if !subscriptions.isEmpty {
            let tick = tickNanoseconds
            for id in subscriptions.keys { deliver(id, info, now, tick, &deliveries) }
        }
        if !ledger.entries.isEmpty {
            deliveries.events += ledger.takeEntries().map { MonitorEvent($0, info.began, of: topology) }
        }
        if !deliveries.events.isEmpty { deliveries.listeners = Array(listeners.values) }
        return deliveries
    }

    private mutating func deliver(
        _ id: Int, _ info: SampleInfo, _ now: Int64, _ tick: Int64, _ deliveries: inout Deliveries
    ) {
        guard var subscription = subscriptions[id], subscription.grid.takes(now, tick: tick) else { return }
        var snapshot = subscription.writer.write(ledger, info, attributed)
        snapshot.sequence = subscription.sequence
        subscription.sequence += 1
        deliveries.snapshots.append((subscription.continuation, snapshot))
        subscriptions[id] = subscription
    }

    // MARK: Generations

    /// Goes on with another topology, keeping what was counted for the channels that both have.
    mutating func move(
        to topology: Topology, at instant: SampleInstant, dividingBy attributor: Attributor?
    ) -> Deliveries {
        self.topology = topology
        ledger = Ledger(topology.channels, continuing: ledger, notesEntries: true)
        attributor?.move(to: topology, ledger)
        latestWriter = SnapshotWriter(topology, headline: headline, continuing: latestWriter)
        for id in subscriptions.keys {
            guard let writer = subscriptions[id]?.writer else { continue }
            subscriptions[id]?.writer = SnapshotWriter(topology, headline: headline, continuing: writer)
        }
        var deliveries = Deliveries()
        deliveries.events.append(MonitorEvent(.newGeneration, instant, generation: topology.generation))
        deliveries.events += newFindings(instant)
        deliveries.listeners = Array(listeners.values)
        return deliveries
    }

    // MARK: Subscribers

    mutating func subscribe(
        every nanoseconds: Int64, _ continuation: AsyncStream<Snapshot>.Continuation
    ) -> Int {
        nextID += 1
        subscriptions[nextID] = Subscription(
            grid: DeliveryGrid(every: max(nanoseconds, Self.shortestNanoseconds)),
            writer: SnapshotWriter(topology, headline: headline), continuation: continuation)
        return nextID
    }

    /// Takes a listener in. What was found before is as good as new to it, and is to be sent to it.
    mutating func listen(
        _ continuation: AsyncStream<MonitorEvent>.Continuation, at instant: SampleInstant
    ) -> (id: Int, deliveries: Deliveries) {
        nextID += 1
        listeners[nextID] = continuation
        var deliveries = Deliveries()
        deliveries.events = announced.map { event($0, instant) }
        deliveries.listeners = [continuation]
        return (nextID, deliveries)
    }

    mutating func forget(_ id: Int) {
        subscriptions[id] = nil
        listeners[id] = nil
    }

    /// Marks the end, and hands out what must be finished once the lock is open again.
    mutating func stop() -> (
        subscriptions: [AsyncStream<Snapshot>.Continuation], listeners: [AsyncStream<MonitorEvent>.Continuation]
    ) {
        isStopping = true
        defer {
            subscriptions = [:]
            listeners = [:]
        }
        return (subscriptions.values.map(\.continuation), Array(listeners.values))
    }

    // MARK: Events

    private mutating func newFindings(_ instant: SampleInstant) -> [MonitorEvent] {
        let current =
            topology.findings + attributionFindings + ledger.findings(topology.channels, at: instant)
        defer { announced = current }
        return current.filter { !announced.contains($0) }.map { event($0, instant) }
    }

    private func event(_ finding: Finding, _ instant: SampleInstant) -> MonitorEvent {
        var event = MonitorEvent(.finding, instant, generation: topology.generation)
        event.finding = finding
        return event
    }
}
