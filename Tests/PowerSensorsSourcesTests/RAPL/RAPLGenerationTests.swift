import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// What continues from one generation to the next.
@Suite(.timeLimit(.minutes(1)))
struct RAPLGenerationTests {
    private let machine: MockMachine
    private let pmu = MockPMU.intelServer(processors: [0, 2])
    private let events: MockEvents

    init() throws {
        machine = try MockMachine()
        events = MockEvents([pmu])
        try machine.set(.smallServer())
        try machine.add(pmu: pmu)
        try machine.add(.intelServer(sockets: 2, hasPlatform: false))
    }

    private var sensor: RAPLSensor { RAPLSensor(roots: machine.roots, events: events) }

    private func addZone(_ name: String = "psys") throws {
        try machine.add(MockControlType(zones: [MockZone(name: name, power: Watts(5))]))
    }

    @Test func `events continue in the next generation without losing energy`() throws {
        let clock = ManualClock()
        let sensors = SensorSet(only: [sensor])
        let discovered = sensors.bind()
        var sampler = try Sampler(sensors, now: { clock.instant })
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        for _ in 0..<3 {
            _ = sampler.snapshot()
            clock.advance(by: .seconds(1))
            events.advanceAll(by: .seconds(1), at: Watts(100))
        }
        try addZone()
        let found = rediscovery.check(at: 11_000_000_000)
        sampler.move(to: try #require(found))
        clock.advance(by: .seconds(1))
        events.advanceAll(by: .seconds(1), at: Watts(100))
        let snapshot = sampler.snapshot()
        #expect(snapshot.topology.channels.contains { $0.id == "rapl/psys" })
        for package in ["rapl/package-0", "rapl/package-1/dram"] {
            let channel = try #require(snapshot[channel: package])
            #expect(snapshot.topology.channels.first { $0.id == package }?.mechanism == "perf")
            #expect(channel.energy == Joules(400))
            #expect(channel.resets == 0)
            #expect(channel.ambiguousEnergy == Joules(0))
        }
        let opened = events.openCount
        #expect(opened == 6, "and nothing is left open twice")
    }

    @Test func `energy up to a change of mechanism is counted`() throws {
        let clock = ManualClock()
        try machine.remove(pmu: pmu)
        let sensors = SensorSet(only: [sensor])
        let discovered = sensors.bind()
        var sampler = try Sampler(sensors, now: { clock.instant })
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        _ = sampler.snapshot()
        let zone = try #require(machine.zone("package-0")?.counter)
        clock.advance(by: .seconds(1))
        try zone.advance(counts: 10 << 14)
        _ = sampler.snapshot()
        clock.advance(by: .seconds(1))
        // These counts have not been read yet.
        try zone.advance(counts: 20 << 14)
        try machine.add(pmu: pmu)
        let found = rediscovery.check(at: 11_000_000_000)
        sampler.move(to: try #require(found))
        sampler.sample()
        clock.advance(by: .seconds(1))
        events.advance(2, counts: 5 << 14)
        let snapshot = sampler.snapshot()
        #expect(snapshot.topology.channels.first?.mechanism == "perf")
        #expect(snapshot[channel: "rapl/package-0"]?.energy == Joules(35))
        #expect(snapshot[channel: "rapl/package-0"]?.resets == 0)
    }

    @Test func `a monitor's events continue however often zones are removed and added`() async throws {
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [sensor]), interval: .milliseconds(2), latestInterval: .milliseconds(2),
                rediscoveryInterval: .milliseconds(5)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var last = try #require(await iterator.next())
        for round in 1...5 {
            events.advance(2, counts: 7 << 14)
            if round.isMultiple(of: 2) {
                let psys = try #require(machine.zone("psys"))
                try psys.inject(.gone, at: "energy_uj")
                try machine.remove(psys)
                while last[channel: "rapl/psys"]?.status != .absent { last = try #require(await iterator.next()) }
            } else {
                try addZone()
                while last[channel: "rapl/psys"]?.energy == nil { last = try #require(await iterator.next()) }
            }
        }
        events.advance(2, counts: 7 << 14)
        while (last[channel: "rapl/package-0"]?.energy ?? Joules(0)) < Joules(42) {
            last = try #require(await iterator.next())
        }
        #expect(last[channel: "rapl/package-0"]?.energy == Joules(42))
        #expect(last[channel: "rapl/package-0"]?.resets == 0)
        #expect(last[channel: "rapl/package-0"]?.ambiguousEnergy == Joules(0))
        monitor.stop()
        #expect(events.openCount == 0)
    }

    @Test func `permission to use perf begins a generation with the better mechanism and headline`() async throws {
        for name in ["package-0", "package-1"] { try machine.remove(try #require(machine.zone(name))) }
        for processor in [0, 2] {
            for event: UInt64 in 1...3 { events.refuse(event, on: processor, errno: EACCES) }
        }
        try machine.procfs.write("2\n", to: "sys/kernel/perf_event_paranoid")
        let board = ScriptedSensor(channels: [.counter("input", scope: .platform, domain: "psys")])
        board.show(.count(5))
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [sensor, board]), interval: .milliseconds(2), latestInterval: .milliseconds(2),
                rediscoveryInterval: .milliseconds(5)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var last = try #require(await iterator.next())
        #expect(last.headline?.scope == .platform)
        #expect(last[channel: "rapl/package-0"]?.status == .forbidden)
        for processor in [0, 2] {
            for event: UInt64 in 1...3 { events.refuse(event, on: processor, errno: nil) }
        }
        try machine.procfs.write("0\n", to: "sys/kernel/perf_event_paranoid")
        while last.topology.generation < 2 { last = try #require(await iterator.next()) }
        #expect(last.headline?.scope == .cpu)
        #expect(last.topology.channels.first?.mechanism == "perf")
        monitor.stop()
    }

    @Test func `a file that becomes readable begins a new generation and headline`() async throws {
        // Root may read every file, so a separate process runs as another user.
        await #expect(processExitsWith: .success) {
            if getuid() == 0 { try #require(setgid(65534) == 0 && setuid(65534) == 0) }
            let machine = try MockMachine()
            try machine.set(.smallServer(sockets: 1))
            try machine.add(.intelServer(hasCore: false, hasDRAM: false, hasPlatform: false))
            let path = "class/powercap/intel-rapl:0/energy_uj"
            try machine.sysfs.setPermissions(0, of: path)
            let board = ScriptedSensor(channels: [.counter("input", scope: .platform, domain: "psys")])
            let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots, mechanisms: [.powercap]), board])
            let discovered = sensors.bind()
            try #require(discovered.topology.headlineScope == .platform)
            var rediscovery = Rediscovery(sensors, discovered, at: 0)
            let unchanged = rediscovery.check(at: 11_000_000_000)
            try #require(unchanged?.topology.generation == nil)
            try machine.sysfs.setPermissions(0o400, of: path)
            let found = rediscovery.check(at: 22_000_000_000)
            try #require(found?.topology.headlineScope == .cpu)
        }
    }

    @Test func `the permissions of zones and devices are part of the fingerprint`() throws {
        try machine.addRegisters([0x606: 0xA_0E03, 0x611: 5])
        let sensor = RAPLSensor(roots: machine.roots)
        var last = sensor.discoveryFingerprint()
        #expect(sensor.discoveryFingerprint() == last)
        try machine.advanceAll(by: .seconds(1))
        #expect(sensor.discoveryFingerprint() == last, "a counter may move")
        let files = [(machine.sysfs, "class/powercap/intel-rapl:0/energy_uj"), (machine.dev, "cpu/0/msr")]
        for (tree, file) in files {
            try tree.setPermissions(0o440, of: file)
            #expect(sensor.discoveryFingerprint() != last, "\(file)")
            last = sensor.discoveryFingerprint()
        }
    }
}
