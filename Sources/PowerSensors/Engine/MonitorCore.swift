import PowerSensorsCore

/// What a monitor's thread works on.
///
/// The thread holds this rather than the monitor, so that a monitor can be released while its thread runs.
final class MonitorCore: Sendable {
    let state: Locked<MonitorState>
    let timer = InterruptibleTimer()
    private let configuration: SamplingConfiguration
    private let firstDiscovery: BoundSensors
    private let spikes: SpikeWatch?

    init(_ configuration: MonitorConfiguration) throws(SamplerError) {
        let bound = configuration.sensors.bind(within: configuration.sampling.discoveryLimit)
        try bound.topology.check(headlineScope: configuration.headlineScope)
        self.configuration = configuration.sampling
        firstDiscovery = bound
        spikes = SpikeWatch(configuration)
        state = Locked(MonitorState(bound.topology, configuration))
    }

    func stop() {
        let (subscriptions, listeners) = state.withLock { $0.stop() }
        // Finishing a stream calls back into the state, so the lock must not be held.
        for subscription in subscriptions { subscription.finish() }
        for listener in listeners { listener.finish() }
        timer.wake()
    }

    /// The body of the thread, which returns when the monitor is stopped.
    func run() {
        var engine = SamplingEngine(configuration, firstDiscovery, recordsEvents: true, pinsThread: true)
        var spikes = spikes
        var drift = DriftWatch(configuration.sensors)
        var isFirst = true
        while true {
            let wakeCount = timer.wakeCount
            guard let (now, next) = sample(&engine, &spikes, &drift) else { return }
            if engine.rediscoverIfDue(at: now) {
                state.withLock { $0.move(to: engine, at: .now) }.send()
                isFirst = true
                continue
            }
            timer.sleep(
                until: isFirst ? min(next, now + Self.warmUpNanoseconds) : next, from: now,
                unlessWokenSince: wakeCount)
            isFirst = false
        }
    }

    /// Reads every channel once, and delivers snapshots to the subscribers that are due; nil when the monitor is stopped.
    ///
    /// - Returns: The monotonic times of the sample and of the next one, in nanoseconds.
    private func sample(
        _ engine: inout SamplingEngine, _ spikes: inout SpikeWatch?, _ drift: inout DriftWatch?
    ) -> (now: Int64, next: Int64)? {
        let isForSnapshot = engine.dividesEnergy ? isSnapshotDue(engine) : false
        let info = engine.readAndDivide(forSnapshot: isForSnapshot)
        // The lock is taken only after the reads and the attribution, so that callers do not wait for them.
        let events = engine.drainEvents()
        let now = info.ended.monotonicNanoseconds
        let longest = engine.longestIntervalNanoseconds
        var deliveries: Deliveries?
        let next = state.withLock { state -> Int64? in
            if state.isStopping { return nil }
            if state.mayBeDue(at: info, events) { deliveries = state.deliver(engine, info, events) }
            return state.nextSample(after: now, atMost: longest)
        }
        // Outside of the lock, since a program may be asked for its usual power.
        deliveries?.addSpike(foundBy: &spikes)
        if let latest = deliveries?.latest, drift?.record(latest) == true { engine.drift = drift?.finding }
        deliveries?.send()
        return next.map { (now, $0) }
    }

    /// Whether a subscriber is due.
    private func isSnapshotDue(_ engine: borrowing SamplingEngine) -> Bool {
        let longest = engine.longestIntervalNanoseconds
        return state.withLock { $0.isSnapshotDue(at: SampleInstant.monotonicNow, atMost: longest) }
    }

    /// The longest delay between the first two samples after a discovery. It is short, because a counter that changes within it
    /// is then known to be updated at least that often.
    private static let warmUpNanoseconds: Int64 = 10_000_000
}
