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
}
