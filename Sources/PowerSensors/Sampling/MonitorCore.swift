/// The part of a monitor that its thread keeps alive.
final class MonitorCore: Sendable {
    let state: Guarded<MonitorState>
    let alarm = Alarm()
    private let configuration: MonitorConfiguration
    private let firstDiscovery: DiscoveredSensors

    init(_ configuration: MonitorConfiguration) throws(SamplerError) {
        let discovered = configuration.sensors.discover()
        try discovered.topology.check(headline: configuration.headline)
        self.configuration = configuration
        firstDiscovery = discovered
        state = Guarded(MonitorState(discovered.topology, configuration))
    }

    func stop() {
        let (subscriptions, listeners) = state.withLock { $0.stop() }
        // Finishing calls back into the state, so the lock must be open.
        for subscription in subscriptions { subscription.finish() }
        for listener in listeners { listener.finish() }
        alarm.ring()
    }

    /// What the thread runs: a generation after the other, until the end.
    func run() {
        var discovered = firstDiscovery
        var place = ThreadPlace()
        while let next = sample(discovered, &place) {
            discovered = next
            state.withLock { $0.move(to: next.topology, at: .now) }.send()
        }
    }

    /// Samples one generation, until there is another, which is given back, or until the end.
    private func sample(_ discovered: DiscoveredSensors, _ place: inout ThreadPlace) -> DiscoveredSensors? {
        let lane = SlowLane()
        // At the end only; a source that does not answer must not hold up the next generation.
        var patience = Duration.seconds(1)
        defer { lane.stop(waiting: patience) }
        var sensors = OpenedSensors(discovered, slow: .besides(lane))
        // Without its thread a slow sensor stays at warming_up; the others go on.
        try? lane.start()
        // Behind that start, since a thread runs where its maker does.
        place.move(to: sensors.processor)
        var look = Schedule(every: configuration.rediscoveryInterval.wholeNanoseconds)
        var deadline: Int64?
        while true {
            let rings = alarm.rings
            let info = sensors.read()
            let entered = sensors.withReadings { readings in
                state.withLock { state -> (deliveries: Deliveries, tick: Int64)? in
                    if state.isStopping { return nil }
                    return (state.enter(readings, info), state.tickNanoseconds)
                }
            }
            guard let (deliveries, tick) = entered else { return nil }
            deliveries.send()
            let now = info.ended.monotonicNanoseconds
            if look.isDue(now), configuration.sensors.discoveryMarks() != discovered.marks {
                let found = configuration.sensors.discover(generation: sensors.topology.generation + 1)
                if !found.topology.channels.isEmpty {
                    patience = .zero
                    return found
                }
            }
            // One more sample soon after the first shows which counters are fast.
            let next = deadline.map { nextDeadline(after: $0, now, tick) } ?? now + min(tick, Self.warmUpNanoseconds)
            deadline = next
            alarm.sleep(until: next, from: now, unlessRungSince: rings)
        }
    }

    private static let warmUpNanoseconds: Int64 = 10_000_000

    /// The next point of the grid; those that a long sample missed are left out, not made up for.
    private func nextDeadline(after deadline: Int64, _ now: Int64, _ tick: Int64) -> Int64 {
        // Somebody asked for a faster rhythm, or rang: a new grid starts here.
        if deadline > now { return now + tick }
        return deadline + ((now - deadline) / tick + 1) * tick
    }
}

/// Something to do every so often, noticed when one passes by.
private struct Schedule {
    private let nanoseconds: Int64
    private var due: Int64

    init(every nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
        due = nanoseconds > 0 ? SampleInstant.now.monotonicNanoseconds + nanoseconds : .max
    }

    mutating func isDue(_ now: Int64) -> Bool {
        guard now >= due else { return false }
        due = now + nanoseconds
        return true
    }
}
