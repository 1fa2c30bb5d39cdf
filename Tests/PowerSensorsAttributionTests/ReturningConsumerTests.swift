import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Consumers that others displace from the greatest ones, and that come back.
@Suite(.timeLimit(.minutes(2)))
struct ReturningConsumerTests {
    private let joule: UInt64 = 16_384

    @Test(arguments: [Consumer.Kind.process, .controlGroup])
    func `a consumer that comes back goes on from the energy that it had`(kind: Consumer.Kind) throws {
        let lab = try AttributionLab(domains: ["package"])
        let processes = [try lab.start(10, comm: "a", group: "/a"), try lab.start(11, comm: "b", group: "/b")]
        var sampler = try lab.sampler {
            $0.kinds = [kind]
            $0.limit = 1
        }
        var last = sampler.snapshot()
        var shown: [Int: Joules] = [:]
        var listings: [Int] = []
        for round in 0..<120 {
            // First the one, then the other, in turns of twenty seconds.
            let busy = processes[round / 20 % 2]
            try busy.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            let snapshot = sampler.snapshot()
            #expect(snapshot.gains(kind, since: last).joules == Joules(100))
            for one in snapshot.consumers {
                #expect(one.energy - (shown[one.id] ?? .zero) <= Joules(50), "\(one.consumer.name)")
                #expect(one.energy >= (shown[one.id] ?? .zero), "\(one.consumer.name)")
                #expect(one.power.map { $0 <= Watts(50) } != false)
                shown[one.id] = one.energy
                if listings.last != one.id { listings.append(one.id) }
            }
            last = snapshot
        }
        #expect(listings.count == 6)
        #expect(shown.count == 2, "each is one consumer, whenever it is listed")
        let everything = shown.values.reduce(Joules.zero, +).rawValue + last.unattributed(kind, .folded)
        #expect(everything == 50 * 120)
    }

    @Test func `a process that ended while it was folded does not come back with its number`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let rounds = 20
        try lab.start(10, at: 100, comm: "a")
        try lab.start(11, at: 101, comm: "b")
        var sampler = try lab.sampler {
            $0.kinds = [.process]
            $0.limit = 1
        }
        _ = sampler.snapshot()
        func turn(_ number: Int) throws -> ConsumerSnapshot? {
            var last: ConsumerSnapshot?
            for _ in 0..<rounds {
                try lab.processes[number]?.run(ticks: 50)
                try lab.pass(tasks: 50, idle: 50)
                lab.use([100 * joule])
                last = sampler.snapshot().consumers.first
            }
            return last
        }
        let first = try #require(try turn(10))
        _ = try turn(11)
        try lab.start(10, at: 500, comm: "a")
        let again = try #require(try turn(10))
        #expect(again.consumer.processID == 10)
        #expect(again.id != first.id)
        #expect(again.energy < first.energy + Joules(1))
    }

    @Test func `rare snapshots miss some of its energy, and count that once`() async throws {
        let lab = try AttributionLab(domains: ["package"])
        let processes = [try lab.start(10, comm: "a"), try lab.start(11, comm: "b")]
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [lab.sensor], roots: lab.machine.roots), interval: .milliseconds(10),
                attribution: Attribution(kinds: [.process], interval: .milliseconds(10), limit: 1),
                rediscoveryInterval: .zero))
        defer { monitor.stop() }
        let finish = Locked(false)
        let busy = Task.detached {
            var round = 0
            while !finish.withLock({ $0 }) {
                round += 1
                try processes[round / 12 % 2].run(ticks: 10)
                try lab.pass(tasks: 10, idle: 10)
                lab.use([16_384])
                try await Task.sleep(for: .milliseconds(12))
            }
        }
        var shown: [Int: Joules] = [:]
        var (first, returns, listed) = (Joules.zero, 0, 0)
        for await snapshot in monitor.snapshots(every: .milliseconds(200)) {
            guard let host = snapshot.host[0].energy else { continue }
            for one in snapshot.consumers {
                #expect(one.energy >= (shown[one.id] ?? .zero))
                if listed != one.id, shown[one.id] != nil { returns += 1 }
                listed = one.id
                shown[one.id] = one.energy
            }
            let rest = snapshot.unattributed.reduce(Joules.zero) { $0 + $1.energy }
            let sum = shown.values.reduce(rest, +)
            if snapshot.interval == nil { first = host - sum }
            #expect(abs((host - sum - first).rawValue) < 1e-6, "\(sum) of \(host)")
            if returns >= 4 { break }
        }
        finish.withLock { $0 = true }
        try await busy.value
        #expect(shown.count == 2)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `between rare snapshots its power is that of the energy that it shows`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lab = try AttributionLab(domains: ["package"])
        let processes = try (10...12).map { try lab.start($0, comm: "p\($0)") }
        let bound = SensorSet(only: [lab.sensor], roots: lab.machine.roots).bind()
        let topology = bound.topology
        let clock = lab.clock
        var readers = OpenedReaders(topology, bound.sensors, usesThreads: false)
        let attributor = Attributor(
            Attribution(kinds: [.process], interval: .seconds(1), limit: 1), roots: lab.machine.roots, topology)
        var accumulator = ChannelAccumulator(topology.channels)
        var writer = SnapshotWriter(topology, headline: nil)
        var (busy, turn) = (processes[0], 0)
        var shown: [Int: Joules] = [:]
        var ended = 0.0
        // Those that were listed at the latest snapshot, and of these the ones that have been folded since.
        var (listed, folded): (Set<Int>, Set<Int>) = ([], [])
        var returns = 0
        for round in 0..<1800 {
            if turn == 0 {
                turn = Int.random(in: 5...25, using: &generator)
                busy = try #require(processes.randomElement(using: &generator))
            }
            turn -= 1
            try busy.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            attributor.scanIfDue(at: clock.instant, forSnapshot: false)
            let info = readers.read { clock.instant }
            readers.record(info, in: &accumulator)
            attributor.divide(accumulator, at: info.began)
            let attributed = attributor.attributed(accumulator)
            let current = Set(attributed?.consumers.map(\.id) ?? [])
            folded.formUnion(listed.subtracting(current))
            guard round % 60 == 0 else { continue }
            returns += current.intersection(folded).count
            (listed, folded) = (current, [])
            let snapshot = writer.write(accumulator, info, attributed)
            let seconds = snapshot.interval?.seconds ?? 0
            for one in snapshot.consumers {
                let gained = (one.energy - (shown[one.id] ?? .zero)).rawValue
                shown[one.id] = one.energy
                guard let power = one.power else { continue }
                #expect(abs(power.rawValue * seconds - gained) < 1e-6, "\(power), \(gained) J, \(round)")
            }
            let rest = snapshot.unattributed(.process, .ended)
            let power = snapshot.unattributedPower(.process, .ended)?.rawValue ?? 0
            #expect(abs(power * seconds - (rest - ended)) < 1e-6, "\(power) W, \(rest - ended) J, \(round)")
            ended = rest
        }
        #expect(returns > 0)
    }
}
