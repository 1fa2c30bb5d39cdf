import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PowerMonitorTests {
    private let joule: UInt64 = 16_384

    @Test func `every subscriber has its own interval, and all see the same energy`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(configuration(machine, interval: .milliseconds(5)))
        let package = try #require(machine.zone("package-0")?.counter)
        async let fast = collect(10, from: monitor.snapshots(every: .milliseconds(5)))
        async let slow = collect(3, from: monitor.snapshots(every: .milliseconds(40)))
        for _ in 0..<40 {
            try package.advance(counts: joule)
            try await Task.sleep(for: .milliseconds(5))
        }
        let (quick, rare) = await (fast, slow)
        #expect(quick.count == 10 && rare.count == 3)
        for snapshots in [quick, rare] {
            #expect(snapshots[0].channels[0].power == nil)
            let energies = snapshots.compactMap { $0.channels[0].energy }
            #expect(energies == energies.sorted())
        }
        // One snapshot may be late and the next one on time, so the interval is tested over both.
        let span = rare.dropFirst().compactMap(\.interval).reduce(.zero, +)
        #expect(span >= .milliseconds(41), "\(span)")
        monitor.stop()
        #expect(monitor.latest()?.topology.channels.count == 4)
    }

    @Test func `a monitor is made with the labels of its configuration`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(
            sensors: SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots),
            interval: .milliseconds(5), headlineScope: .platform)
        defer { monitor.stop() }
        var snapshots = monitor.snapshots(every: .milliseconds(5)).makeAsyncIterator()
        let first = await snapshots.next(isolation: nil)
        #expect(first?.headline?.scope == .platform)
    }

    @Test func `a slow subscriber gets the newest snapshots, the number skipped, and all energy`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let package = try #require(machine.zone("package-0")?.counter)
        let monitor = try PowerMonitor(configuration(machine, interval: .milliseconds(2)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        let first = try #require(await iterator.next())
        #expect(first.skipped == 0)
        for _ in 0..<30 {
            try package.advance(counts: joule)
            try await Task.sleep(for: .milliseconds(4))
        }
        monitor.stop()
        var rest: [Snapshot] = []
        while let snapshot = await iterator.next() { rest.append(snapshot) }
        #expect((1...4).contains(rest.count))
        #expect((rest.first?.skipped ?? 0) > 5)
        let last = try #require(rest.last)
        #expect((last.channels[0].energy?.rawValue ?? 0) >= 28)
    }

    @Test func `no wrap is missed, however long the subscribers' intervals`() async throws {
        let machine = try MockMachine()
        let zone = MockZone(
            name: "package-0", register: .nanojoules(61_035, lastCount: 1 << 20 - 1), power: Watts(60), startCount: 77)
        try machine.add(MockControlType(zones: [zone]))
        // A range of 64 J at 1 kW is safe every 32 ms, although the subscriber's interval is a minute.
        let monitor = try PowerMonitor(configuration(machine, interval: .seconds(60)))
        let counter = try #require(machine.zone("package-0")?.counter)
        // Wait for the first sample, which may take some time on a busy machine.
        while monitor.latest() == nil { try await Task.sleep(for: .milliseconds(10)) }
        for _ in 0..<60 {
            try counter.advance(counts: 1 << 17)
            try await Task.sleep(for: .milliseconds(10))
        }
        try await Task.sleep(for: .milliseconds(100))
        var iterator = monitor.snapshots(every: .milliseconds(1)).makeAsyncIterator()
        let snapshot = try #require(await iterator.next())
        let channel = snapshot.channels[0]
        let truth = Double(counter.trueCounts) * 61_035e-9
        #expect(abs((channel.energy?.rawValue ?? 0) - truth) <= 2e-6 + channel.ambiguousEnergy.rawValue)
        // If the machine is too busy to sample in time, a wrap is reported as ambiguous.
        let ambiguousTurns = Int((channel.ambiguousEnergy.rawValue / (61_035e-9 * Double(1 << 20))).rounded(.up))
        #expect((7...7 + ambiguousTurns).contains(channel.wraps + ambiguousTurns))
        monitor.stop()
    }

    @Test func `stop ends every subscription and the thread, and may be called twice`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(configuration(machine, interval: .seconds(3600)))
        let sequence = monitor.snapshots(every: .seconds(3600))
        let events = monitor.events()
        async let ended: Void = {
            for await _ in sequence {}
            for await _ in events {}
        }()
        monitor.stop()
        monitor.stop()
        await ended
        for await _ in monitor.snapshots(every: .seconds(1)) { Issue.record("a stopped monitor gives nothing") }
    }

    @Test func `a cancelled task ends only its own subscription`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(configuration(machine, interval: .milliseconds(1)))
        let task = Task { for await _ in monitor.snapshots(every: .milliseconds(1)) {} }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await task.value
        let others = await collect(3, from: monitor.snapshots(every: .milliseconds(1)))
        #expect(others.count == 3)
    }

    @Test func `a monitor stops when it is released`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        var sequence: SnapshotSequence?
        do {
            let monitor = try PowerMonitor(configuration(machine, interval: .milliseconds(5)))
            sequence = monitor.snapshots(every: .milliseconds(5))
        }
        for await _ in try #require(sequence) {}
    }

    @Test func `a new zone begins a new generation, and the energies continue`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasPlatform: false))
        let monitor = try PowerMonitor(
            configuration(machine, interval: .milliseconds(2), rediscovery: .milliseconds(10)))
        let package = try #require(machine.zone("package-0")?.counter)
        var events = monitor.events().makeAsyncIterator()
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        _ = await iterator.next()
        try package.advance(counts: 10 * joule)
        try machine.add(MockControlType(zones: [MockZone(name: "psys", register: .intel, power: Watts(5))]))
        while let event = await events.next(), event.kind != .newGeneration {}
        try package.advance(counts: 10 * joule)
        var last = try #require(await iterator.next())
        while last.channels[0].energy != Joules(20) || last.topology.generation < 2 {
            last = try #require(await iterator.next())
        }
        #expect(last.topology.channels.contains { $0.id == "rapl/psys" })

        // The zone is removed again.
        let psys = try #require(machine.zone("psys"))
        try psys.inject(.gone, at: "energy_uj")
        try machine.remove(psys)
        while let event = await events.next(), event.kind != .sensorLost {}
        while last[channel: "rapl/psys"]?.status != .absent { last = try #require(await iterator.next()) }
        #expect(last.topology.generation == 2, "what only went begins no generation")
        #expect(last.host.first { $0.scope == .platform }?.power == nil)
        #expect(last[channel: "rapl/package-0"]?.energy == Joules(20))
        monitor.stop()
    }

    @Test func `a zone that disappears and returns keeps its energy`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(
            configuration(machine, interval: .milliseconds(2), rediscovery: .milliseconds(10)))
        var events = monitor.events().makeAsyncIterator()
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var last = try #require(await iterator.next())
        let zone = try #require(machine.zone("psys"))
        try #require(zone.counter).advance(counts: 30 * joule)
        while last[channel: "rapl/psys"]?.energy != Joules(30) { last = try #require(await iterator.next()) }
        let count = try #require(zone.counter?.count)
        try zone.inject(.gone, at: "energy_uj")
        try machine.remove(zone)
        while let event = await events.next(), event.kind != .sensorLost {}
        try machine.add(
            MockControlType(zones: [MockZone(name: "psys", power: Watts(5), startCount: count + 7 * joule)]))
        while let event = await events.next(), event.kind != .sensorBack {}
        // It includes what the zone counted while it was missing.
        while last[channel: "rapl/psys"]?.energy != Joules(37) { last = try #require(await iterator.next()) }
        monitor.stop()
    }

    @Test(arguments: [MockFault.failing(errno: 5), .gone])
    func `a counter that a new generation cannot read returns with its energy`(fault: MockFault)
        async throws
    {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(
            configuration(machine, interval: .milliseconds(2), rediscovery: .milliseconds(10)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var last = try #require(await iterator.next())
        let zone = try #require(machine.zone("psys"))
        let counter = try #require(zone.counter)
        try counter.advance(counts: 30 * joule)
        while last[channel: "rapl/psys"]?.energy != Joules(30) { last = try #require(await iterator.next()) }
        try zone.inject(fault, at: "energy_uj")
        while last[channel: "rapl/psys"]?.status == .ok { last = try #require(await iterator.next()) }
        // Another new zone begins a generation in which this one cannot be read.
        let generation = last.topology.generation
        try machine.add(MockControlType("intel-rapl-other", zones: [MockZone(name: "spare")]))
        while last.topology.generation <= generation { last = try #require(await iterator.next()) }
        try await Task.sleep(for: .milliseconds(50))
        try counter.advance(counts: 40 * joule)
        try zone.restore("energy_uj")
        while last[channel: "rapl/psys"]?.status != .ok { last = try #require(await iterator.next()) }
        for _ in 0..<5 { last = try #require(await iterator.next()) }
        #expect(last[channel: "rapl/psys"]?.energy == Joules(70))
        #expect(last[channel: "rapl/psys"]?.ambiguousEnergy == Joules(0))
        monitor.stop()
    }

    @Test func `a channel's failures and resets are events`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(configuration(machine, interval: .milliseconds(2)))
        let zone = try #require(machine.zone("package-0"))
        var events = monitor.events().makeAsyncIterator()
        try await Task.sleep(for: .milliseconds(20))
        try zone.inject(.garbage, at: "energy_uj")
        // On a slow machine a finding may come first, because this machine's counters do not change.
        var lost = try #require(await events.next())
        while lost.kind == .finding { lost = try #require(await events.next()) }
        #expect(lost.kind == .sensorLost)
        #expect(lost.channel == "rapl/package-0")
        #expect(lost.status == .io(errno: 74))
        try zone.restore("energy_uj")
        var back = try #require(await events.next())
        while back.kind == .finding { back = try #require(await events.next()) }
        #expect(back.kind == .sensorBack)
        monitor.stop()
    }

    @Test func `a finding that comes and goes is one event`() async throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(5))
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [sensor]), interval: .milliseconds(2), latestInterval: .milliseconds(2)))
        var events = monitor.events().makeAsyncIterator()
        var findings: [Finding] = []
        for _ in 0..<3 {
            for (reading, kind) in [(Reading.missing(.stale), MonitorEvent.Kind.sensorLost), (.count(5), .sensorBack)] {
                sensor.show(reading)
                var event = try #require(await events.next())
                while event.kind != kind {
                    if let finding = event.finding { findings.append(finding) }
                    event = try #require(await events.next())
                }
                // The findings come with the event or with a later snapshot.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(findings.map(\.reason) == [.stale])
        monitor.stop()
    }

    /// A sensor that should answer at once, and hangs.
    private final class HangingSensor: Sensor {
        let name = SensorName("hanging")
        let isHanging = Locked(true)
        let hasBegun = Locked(false)

        func discover() -> Discovery { Discovery(channels: [.counter("package-0", of: "hanging")]) }

        func open(_ channels: [Channel]) -> any SensorReader { Reader(channels: channels, sensor: self) }

        struct Reader: SensorReader {
            let channels: [Channel]
            let sensor: HangingSensor

            func readChannels(into readings: inout OutputSpan<Reading>) {
                sensor.hasBegun.withLock { $0 = true }
                while sensor.isHanging.withLock({ $0 }) { usleep(1000) }
                readings.append(.count(1))
            }
        }
    }

    @Test func `stopping does not wait for a sensor that hangs, and ends every subscription`() async throws {
        let sensor = HangingSensor()
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(only: [sensor]), interval: .milliseconds(2)))
        let snapshots = monitor.snapshots(every: .milliseconds(2))
        while !sensor.hasBegun.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        #expect(!monitor.stop(within: .milliseconds(20)))
        #expect(!monitor.stop(within: .zero), "nobody has seen the end")
        #expect(await collect(1, from: snapshots).isEmpty)
        sensor.isHanging.withLock { $0 = false }
    }

    private func configuration(
        _ machine: MockMachine, interval: Duration, rediscovery: Duration = .zero
    ) -> MonitorConfiguration {
        MonitorConfiguration(
            sensors: SensorSet(only: [RAPLSensor(roots: machine.roots)]),
            interval: interval, latestInterval: interval, rediscoveryInterval: rediscovery)
    }

    private func collect(_ count: Int, from sequence: SnapshotSequence) async -> [Snapshot] {
        var snapshots: [Snapshot] = []
        for await snapshot in sequence {
            snapshots.append(snapshot)
            if snapshots.count == count { break }
        }
        return snapshots
    }
}
