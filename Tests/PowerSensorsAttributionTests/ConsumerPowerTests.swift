import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Whether the figures of consumers cover the same time as those of the host.
struct ConsumerPowerTests {
    private let joule: UInt64 = 16_384

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `however late scans and samples are, consumers have their part of the host's energy and power`(seed: UInt64)
        throws
    {
        let host = try LateHost(seed: seed)
        var sampler = try host.sampler()
        var last = sampler.snapshot()
        var lastSampled = host.sampled
        var knownPowers = 0
        // A scan that took long, as under a sanitizer, delays the next one; a snapshot before that has none of its own.
        var wasScanned = true
        for _ in 0..<60 {
            host.pass(steps: host.random(15...60))
            let snapshot = sampler.snapshot()
            let time = Duration.nanoseconds(host.sampled - lastSampled).seconds
            let gained = try #require(snapshot.host[0].energy) - (last.host[0].energy ?? .zero)
            let isScanned = snapshot.attribution?.instant == snapshot.instant
            let before = Dictionary(uniqueKeysWithValues: last.consumers.map { ($0.id, $0) })
            for kind in Consumer.Kind.all {
                let divided = Double(snapshot.gains(kind, since: last).sum) / 1e9
                #expect(abs(divided - gained.rawValue) < 1e-6, "\(kind): \(divided) J of \(gained)")
                guard let power = snapshot.power(of: kind), let all = snapshot.host[0].power?.rawValue else { continue }
                #expect(power <= all * (1 + 1e-9), "\(kind): \(power) W of \(all) W")
                let sum = snapshot.allPower(of: kind) ?? .infinity
                #expect(abs(sum - all) <= 1e-9 * all, "\(kind): \(sum) W of \(all) W")
            }
            for consumer in snapshot.consumers {
                let energy = consumer.energy - (before[consumer.id]?.energy ?? .zero)
                #expect(energy >= .zero)
                guard let power = consumer.power, last.host[0].power != nil, isScanned, wasScanned else { continue }
                knownPowers += 1
                #expect(abs(power.rawValue * time - energy.rawValue) < 1e-6, "\(power) for \(time) s, \(energy)")
            }
            (last, lastSampled, wasScanned) = (snapshot, host.sampled, isScanned)
        }
        #expect(knownPowers > 100)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `snapshots that come too fast for a scan each add up too`(seed: UInt64) throws {
        let host = try LateHost(seed: seed)
        var sampler = try host.sampler()
        var last = sampler.snapshot()
        var (scanned, waited, knownPowers) = (0, 0, 0)
        for _ in 0..<200 {
            host.pass(steps: host.random(1...7))
            let snapshot = sampler.snapshot()
            let gained = try #require(snapshot.host[0].energy) - (last.host[0].energy ?? .zero)
            for kind in Consumer.Kind.all {
                let divided = Double(snapshot.gains(kind, since: last).sum) / 1e9
                #expect(abs(divided - gained.rawValue) < 1e-6, "\(kind): \(divided) J of \(gained)")
                guard let power = snapshot.power(of: kind), let all = snapshot.host[0].power?.rawValue else { continue }
                knownPowers += 1
                #expect(power <= all * (1 + 1e-9), "\(kind): \(power) W of \(all) W")
                let sum = snapshot.allPower(of: kind) ?? .infinity
                #expect(abs(sum - all) <= 1e-9 * all, "\(kind): \(sum) W of \(all) W")
            }
            let isScanned = snapshot.attribution?.instant == snapshot.instant
            if isScanned { scanned += 1 } else { waited += 1 }
            #expect((snapshot.unattributed(.process, .unscanned) == 0) == isScanned)
            last = snapshot
        }
        #expect(scanned > 20 && waited > 20 && knownPowers > 300)
    }

    @Test func `a last, short interval is divided like the others`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler { $0.interval = .seconds(2) }
        _ = sampler.snapshot()
        for time in [2000, 2000, 2000, 500] as [UInt64] {
            try web.run(ticks: time / 10)
            try lab.pass(.milliseconds(Int64(time)), tasks: time / 10, idle: 3 * time / 10)
            lab.use([100 * time * joule / 1000])
            let snapshot = sampler.snapshot()
            #expect(snapshot.consumer(.process, "web")?.power == snapshot.host[0].power.map { $0 * 0.25 })
        }
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(650.0 / 4))
        #expect(snapshot.unattributed(.process, .unscanned) == 0)
    }

    @Test func `the power of a consumer that ended is unattributed, also if its source has counted nothing since`()
        throws
    {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        let steady = try lab.start(11, comm: "steady")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        func pass() throws -> Snapshot {
            for process in lab.processes.values { try process.run(ticks: 50) }
            try lab.pass(tasks: 100, idle: 100)
            return sampler.snapshot()
        }
        lab.use([100 * joule])
        _ = try pass()
        lab.use([100 * joule])
        let both = try pass()
        #expect(both.consumer(.process, "web")?.power == Watts(25))
        #expect(both.unattributedPower(.process, .idle) == Watts(50))
        try lab.end(10)
        let waiting = try pass()
        #expect(waiting.consumer(.process, "web") == nil)
        #expect(waiting.unattributedPower(.process, .ended) == Watts(25))
        #expect(waiting.consumer(.process, "steady")?.power == Watts(25))
        _ = (web, steady)
    }

    @Test func `a counter that is updated once a second gives consumers neither spikes nor zeros`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        var powers: [Watts] = []
        for tenth in 1...60 {
            try web.run(ticks: 20)
            try lab.pass(.milliseconds(200), tasks: 20, idle: 20)
            if tenth % 5 == 0 { lab.use([100 * joule]) }
            if let power = sampler.snapshot().consumer(.process, "web")?.power { powers.append(power) }
        }
        #expect(powers.count > 40)
        #expect(powers.allSatisfy { $0 == Watts(50) }, "\(powers)")
    }

    @Test func `energy that was used before the first scan is in no consumer, but in the sum`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        sampler.sample()
        lab.use([3 * joule])
        _ = sampler.snapshot()
        try web.run(ticks: 50)
        try lab.pass(tasks: 50, idle: 50)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.host[0].energy == Joules(103))
        #expect(snapshot.unattributed(.process, .unscanned) == 3)
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(50))
        #expect(snapshot.unattributed(.process, .idle) == 50)
    }

    @Test func `while processes cannot be read, their powers are unknown and the energy waits`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        func pass() throws -> Snapshot {
            try web.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            return sampler.snapshot()
        }
        _ = try pass()
        #expect(try pass().consumer(.process, "web")?.power == Watts(50))
        try lab.machine.procfs.inject(.garbage, at: "stat")
        let unread = try pass()
        #expect(unread.consumer(.process, "web")?.power == nil)
        #expect(unread.unattributed(.process, .unscanned) == 100)
        #expect(unread.unattributedPower(.process, .unscanned) == Watts(100))
        #expect(unread.unattributedPower(.process, .idle) == nil)
        try lab.machine.procfs.restore("stat")
        let next = try pass()
        #expect(next.consumer(.process, "web")?.power == Watts(50))
        #expect(next.consumer(.process, "web")?.energy == Joules(200))
        #expect(next.unattributed(.process, .unscanned) == 0)
    }

    @Test func `a monitor scans for every snapshot, however long its own interval`() async throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [lab.sensor], roots: lab.machine.roots), interval: .milliseconds(120),
                attribution: Attribution(interval: .seconds(3600)), rediscoveryInterval: .zero))
        defer { monitor.stop() }
        var count = 0
        var energies: [Joules] = []
        for await snapshot in monitor.snapshots(every: .milliseconds(120)) {
            #expect(snapshot.unattributed(.process, .unscanned) == 0)
            if let energy = snapshot.consumer(.process, "web")?.energy { energies.append(energy) }
            count += 1
            if count == 6 { break }
            try web.run(ticks: 10)
            try lab.pass(tasks: 10, idle: 10)
            lab.use([2 * joule])
        }
        let (first, last) = (try #require(energies.first), try #require(energies.last))
        #expect(last > first)
    }

    @Test func `scans for snapshots take at most a twentieth of a processor, and a tenth of a second apart`() throws {
        let lab = try AttributionLab(domains: ["package"])
        try lab.start(10, comm: "web")
        var (calls, used, cost): (Int, Int64, Int64) = (0, 0, 2_000_000)
        let topology = SensorSet(only: [lab.sensor], roots: lab.machine.roots).bind().topology
        let attributor = Attributor(Attribution(interval: .seconds(10)), roots: lab.machine.roots, topology) {
            calls += 1
            used += cost
            return used
        }
        /// Whether there is a scan some milliseconds after the previous call.
        func scans(after milliseconds: Int64, forSnapshot: Bool = true) -> Bool {
            let before = calls
            lab.clock.advance(by: .milliseconds(milliseconds))
            attributor.scanIfDue(at: lab.clock.instant, forSnapshot: forSnapshot)
            return calls > before
        }
        #expect(scans(after: 0))
        #expect([50, 50].map { scans(after: $0) } == [false, true])
        cost = 30_000_000
        #expect(scans(after: 100))
        #expect([100, 200, 200, 100].map { scans(after: $0) } == [false, false, false, true])
        #expect(!scans(after: 9000 - 600, forSnapshot: false))
        cost = 2_000_000_000
        #expect([0, 700].map { scans(after: $0) } == [true, false])
        #expect(scans(after: 8300), "no rarer than the interval")
    }
}

/// A host whose time passes while it is read: now and then the clock is late, and meanwhile its processors, processes
/// and counters have moved on, as if a scan or a sample had taken long.
private final class LateHost {
    private let lab: AttributionLab
    private let processes: [MockProcess]
    private let policy: AttributionPolicy
    private var generator: SeededGenerator
    /// The busy processors, the counts of 2⁻¹⁴ J in 10 ms, and for how many times 10 ms that lasts.
    private var load: (busy: UInt64, counts: UInt64, steps: Int) = (1, 5000, 10)
    private var moment: Int64 = 0

    /// The middle of the latest sample in nanoseconds, which is the instant of its counts.
    private(set) var sampled: Int64 = 0

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        policy = seed % 3 == 0 ? .proportional : .active
        let lab = try AttributionLab()
        self.lab = lab
        processes = [
            try lab.start(10, comm: "web", group: "/a"), try lab.start(11, comm: "mail", group: "/a/b"),
            try lab.start(12, comm: "qemu-kvm", arguments: ["/usr/bin/qemu-kvm", "-name", "guest=vm"], group: "/vm"),
        ]
    }

    func sampler() throws -> Sampler {
        let sensors = SensorSet(only: [lab.sensor], roots: lab.machine.roots)
        return try Sampler(sensors, attribution: Attribution(policy: policy)) { [self] in now() }
    }

    func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private func now() -> SampleInstant {
        if random(0...4) == 0 { pass(steps: random(1...20)) }
        let now = lab.clock.instant
        // The last two calls of a snapshot are before and after its sample.
        sampled = (moment + now.monotonicNanoseconds) / 2
        moment = now.monotonicNanoseconds
        return now
    }

    /// Lets some times 10 ms pass.
    func pass(steps: Int) {
        var (busy, counts): (UInt64, UInt64) = (0, 0)
        var ran = processes.map { _ in UInt64(0) }
        for _ in 0..<steps {
            if load.steps == 0 { load = (UInt64(random(0...4)), UInt64(random(100...20_000)), random(5...40)) }
            load.steps -= 1
            busy += load.busy
            counts += load.counts
            for _ in 0..<load.busy { ran[random(0...2)] += 1 }
        }
        do {
            for (process, ticks) in zip(processes, ran) { try process.run(ticks: ticks) }
            try lab.pass(.milliseconds(10 * steps), tasks: busy, idle: 4 * UInt64(steps) - busy)
        } catch {
            Issue.record(error)
        }
        lab.use([counts, counts / 10])
    }
}
