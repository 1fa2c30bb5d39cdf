import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The whole way from a host's counters and processes to what its guests read.
struct GuestExporterTests {
    /// A host whose counters and processes a test advances.
    private struct Host {
        let machine: MockMachine
        let time: MockProcessorTime
        var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)

        init() throws {
            machine = try MockMachine()
            time = try machine.set(.guest(processors: 1))
        }

        func start(_ pid: Int, name: String, user: UInt32 = geteuid()) throws -> MockProcess {
            try MockProcess(
                pid, start: UInt64(pid), comm: "qemu-kvm", arguments: ["qemu-kvm", "-name", "guest=\(name)"],
                group: "/machine.slice/machine-\(pid).scope", user: Int(user), in: machine.procfs)
        }
    }

    private let guests = Attribution(kinds: [.virtualMachine])

    private func sensors(_ host: Host, _ sensor: some Sensor) -> SensorSet {
        SensorSet(only: [sensor], roots: host.machine.roots)
    }

    @Test func `each guest gets its part of the packages' and the memory's energy`() throws {
        let bed = try ShareBed()
        var host = try Host()
        try host.machine.add(.intelServer())
        let processes = [try host.start(10, name: "web"), try host.start(11, name: "db")]
        let stranger = try host.start(12, name: "web", user: geteuid() + 1)
        let time = SharedInstant(host.now)
        var sampler = try Sampler(sensors(host, RAPLSensor(roots: host.machine.roots)), attribution: guests) {
            time.now
        }
        let told = Locked<[Finding]>([])
        var exporter = try bed.publisher { findings in
            told.withLock { $0 += findings }
        }
        exporter.prepare(for: sampler.topology)
        exporter.export(sampler.snapshot())
        var energy = 0.0
        for second in 1...10 {
            try processes[0].run(ticks: 30)
            try processes[1].run(ticks: 10)
            try stranger.run(ticks: 5)
            try host.time.advance(MockTicks(user: 50, idle: 50))
            try host.machine.advanceAll(by: .seconds(1))
            host.now = host.now.advanced(by: .seconds(1))
            time.set(host.now)
            let snapshot = sampler.snapshot()
            energy = try #require(snapshot.host.first { $0.scope == .cpu }?.energy?.rawValue)
            if second % 5 == 0 { exporter.export(snapshot) }
        }
        for (name, part) in [("web", 0.3), ("db", 0.1)] {
            let record = try bed.record(of: name)
            #expect(record.sequence == 3 && record.nanoseconds == 10_000_000_000 && record.origin == .measured)
            #expect(record.entries.map(\.domain) == [.package, .dram] && record.policy == .active)
            #expect(record.entries.allSatisfy { $0.status == .ok && $0.low == $0.energy && $0.high == $0.energy })
            let joules = record.entries.reduce(0) { $0 + Double($1.energy) / 1e9 }
            #expect(energy > 100 && abs(joules - part * energy) < 0.003, "\(name): \(joules) of \(energy) J")
        }
        let findings = told.withLock { $0 }
        #expect(findings.map(\.reason.name) == ["refused"], "a stranger's machine is told of once")
    }

    @Test func `a guest of an estimated host gets its part of the whole machine, with its band`() throws {
        let bed = try ShareBed()
        var host = try Host()
        let process = try host.start(10, name: "web")
        let time = SharedInstant(host.now)
        let model = ModelledHost()
        var sampler = try Sampler(sensors(host, model), attribution: guests) { time.now }
        var exporter = try bed.publisher()
        exporter.prepare(for: sampler.topology)
        for round in 0..<5 {
            model.count.withLock { $0 = 1000 + UInt64(round) * 500 * 16_384 }
            exporter.export(sampler.snapshot())
            try process.run(ticks: 250)
            try host.time.advance(MockTicks(user: 250, idle: 250))
            host.now = host.now.advanced(by: .seconds(5))
            time.set(host.now)
        }
        let record = try bed.record(of: "web")
        let entry = try #require(record.entries.first)
        #expect(record.origin == .estimated && record.entries.count == 1 && entry.domain == .host)
        // Half of the four times 500 J that the host used.
        #expect(entry.energy == 1_000_000_000_000)
        #expect(entry.low == 800_000_000_000 && entry.high == 1_300_000_000_000)
        #expect(try bed.tree.text(of: "share/web/intel-rapl:0/name") == "psys\n")
    }

    @Test func `a host that cannot divide its energy reports that once, and publishes nothing`() throws {
        let bed = try ShareBed()
        let told = Locked<[Finding]>([])
        var exporter = try bed.publisher { findings in
            told.withLock { $0 += findings }
        }
        exporter.prepare(for: Samples.topology())
        for _ in 0..<3 { exporter.export(Samples.snapshot()) }
        let findings = told.withLock { $0 }
        #expect(findings.map(\.subject) == ["guests"])
        #expect(try bed.tree.names(in: "share") == [])
    }

    @Test(arguments: [(1, 2), (3, 4), (nil, 2)] as [(Int?, UInt8)])
    func `a guest that publishes adds a hop to its figures`(
        hops: (told: Int?, tells: UInt8)
    ) throws {
        let bed = try ShareBed()
        let host = try Host()
        _ = try host.start(10, name: "web")
        let time = SharedInstant(host.now)
        var sampler = try Sampler(
            sensors(host, ModelledHost(provenance: .shared, hops: hops.told)), attribution: guests
        ) { time.now }
        var exporter = try bed.publisher()
        exporter.prepare(for: sampler.topology)
        for second: Int64 in 0..<2 {
            time.set(host.now.advanced(by: .seconds(second * 5)))
            try host.time.advance(MockTicks(user: 250, idle: 250))
            exporter.export(sampler.snapshot())
        }
        let record = try bed.record(of: "web")
        #expect(record.hops == hops.tells && record.origin == .estimated)
    }
}

/// A sensor of the whole machine, with a counter of 2⁻¹⁴ J that a test sets.
private final class ModelledHost: Sensor {
    let name = SensorName.estimator
    let count = Locked<UInt64>(1000)
    private let provenance: Provenance
    private let hops: Int?

    /// An estimated figure, or one that another machine shares.
    init(provenance: Provenance = .estimated, hops: Int? = nil) {
        self.provenance = provenance
        self.hops = hops
    }

    func discover() -> Discovery {
        var channel = Channel(
            id: "estimator/wall", sensor: name, mechanism: "model", quantity: .energy,
            encoding: .counter(.counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max))), component: .host)
        channel.provenance = provenance
        channel.origin = .estimated
        channel.hops = hops
        channel.countsIn = .wall
        channel.band = RelativeBand(low: 0.8, high: 1.3)
        return Discovery(channels: [channel])
    }

    func open(_ channels: [Channel]) -> any SensorReader { Reader(host: self, channels: channels) }

    private struct Reader: SensorReader {
        let host: ModelledHost
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) {
            readings.append(.count(host.count.withLock { $0 }))
        }
    }
}

/// A sampler's clock.
private final class SharedInstant: Sendable {
    private let instant: Locked<SampleInstant>

    init(_ instant: SampleInstant) { self.instant = Locked(instant) }

    var now: SampleInstant { instant.withLock { $0 } }

    func set(_ now: SampleInstant) { instant.withLock { $0 = now } }
}
