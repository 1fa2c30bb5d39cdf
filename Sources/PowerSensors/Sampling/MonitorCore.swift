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
        var place = ThreadPlace()
        var generation = Generation(firstDiscovery, &place)
        let attributor = firstDiscovery.attributor()
        while let found = sample(&generation, attributor) {
            let next = Generation(found, &place)
            // As late as can be: what only now is opened counts from its own first reading on.
            guard read(&generation, attributor) != nil else {
                next.lane.stop()
                break
            }
            next.sensors.takeOver(from: generation.sensors)
            // A source that does not answer must not hold up the next generation.
            generation.lane.stop(waiting: .zero)
            generation = next
            state.withLock { $0.move(to: found.topology, at: .now, dividingBy: attributor) }.send()
        }
        generation.lane.stop()
    }

    /// The opened sensors of one topology, and what reads the slow ones of them.
    private struct Generation: ~Copyable {
        let discovered: DiscoveredSensors
        let lane = SlowLane()
        var sensors: OpenedSensors

        init(_ discovered: DiscoveredSensors, _ place: inout ThreadPlace) {
            self.discovered = discovered
            sensors = OpenedSensors(discovered, slow: .besides(lane))
            // A thread runs where its maker does, and what is slow is no reason to run on one processor only.
            place.move(to: nil)
            // Without its thread a slow sensor stays at warming_up; the others go on.
            try? lane.start()
            place.move(to: sensors.processor)
        }
    }

    /// Samples one generation, until another one is found, or until the end.
    private func sample(
        _ generation: inout Generation, _ attributor: Attributor?
    ) -> DiscoveredSensors? {
        var look = Schedule(every: configuration.rediscoveryInterval.wholeNanoseconds)
        var deadline: Int64?
        while true {
            let rings = alarm.rings
            guard let (now, tick) = read(&generation, attributor) else { return nil }
            if look.isDue(now), configuration.sensors.discoveryMarks() != generation.discovered.marks {
                let found = configuration.sensors.discover(after: generation.discovered)
                // With nothing at all, the readers that are open are the better ones: they see what comes back.
                if found.topology.channels.count > found.absent.count { return found }
            }
            // One more sample soon after the first shows which counters are fast.
            let next = deadline.map { nextDeadline(after: $0, now, tick) } ?? now + min(tick, Self.warmUpNanoseconds)
            deadline = next
            alarm.sleep(until: next, from: now, unlessRungSince: rings)
        }
    }

    /// Reads every channel once, and hands out who is due; nil at the end.
    private func read(
        _ generation: inout Generation, _ attributor: Attributor?
    ) -> (now: Int64, tick: Int64)? {
        // Many files, and no reason to hold up who asks for the last snapshot.
        attributor?.lookIfDue(at: .now)
        let info = generation.sensors.read()
        let entered = generation.sensors.withReadings { readings in
            state.withLock { state -> (deliveries: Deliveries, tick: Int64)? in
                if state.isStopping { return nil }
                return (state.enter(readings, info, dividingBy: attributor), state.tickNanoseconds)
            }
        }
        guard let (deliveries, tick) = entered else { return nil }
        deliveries.send()
        return (info.ended.monotonicNanoseconds, tick)
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
