import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The whole way from a PMU's folder to joules, with events in memory.
struct PerfTests {
    /// Two packages of an Intel server, with or without powercap's zones.
    private struct Server {
        let machine: MockMachine
        let events: MockEvents
        let pmu: MockPMU
        let clock = ManualClock()

        init(hasZones: Bool = true, driver: MockEvents.Driver = .signed) throws {
            machine = try MockMachine()
            pmu = .intelServer(processors: [0, 2])
            events = MockEvents([pmu], driver: driver)
            try machine.set(.smallServer())
            try machine.add(pmu: pmu)
            if hasZones { try machine.add(.intelServer(sockets: 2, hasPlatform: false)) }
        }

        func sensor(_ mechanisms: [RAPLMechanism] = RAPLMechanism.all) -> RAPLSensor {
            RAPLSensor(roots: machine.roots, mechanisms: mechanisms, events: events)
        }

        func sampler(_ mechanisms: [RAPLMechanism] = RAPLMechanism.all) throws -> Sampler {
            try Sampler(SensorSet(only: [sensor(mechanisms)]), now: { clock.instant })
        }

        func step(_ time: Duration = .seconds(1), at power: Watts = Watts(100)) throws {
            clock.advance(by: time)
            events.advanceAll(by: time, at: power)
            try machine.advanceAll(by: time)
        }
    }

    @Test func `every event is a channel of its processor's package, named like its zone`() throws {
        let server = try Server()
        let topology = Topology(generation: 1, discoveries: [server.sensor().discover()])
        #expect(
            topology.channels.map(\.id) == [
                "rapl/package-0", "rapl/package-0/core", "rapl/package-0/dram",
                "rapl/package-1", "rapl/package-1/core", "rapl/package-1/dram",
            ])
        #expect(topology.channels.allSatisfy { $0.mechanism == "perf" && $0.status == .ok && $0.fileCount == 0 })
        let byPowercap = server.sensor([.powercap]).discover()
        #expect(byPowercap.channels.map(\.component) == topology.channels.map(\.component))
        #expect(byPowercap.channels.map(\.countsIn) == topology.channels.map(\.countsIn))
        #expect(byPowercap.channels.map(\.parent) == topology.channels.map(\.parent))
        #expect(byPowercap.channels.map(\.maximumPower) == topology.channels.map(\.maximumPower))
        let units: [EnergyUnit] = topology.channels.compactMap { channel in
            guard case .counter(let encoding) = channel.encoding else { return nil }
            return encoding.unit
        }
        #expect(units == [14, 14, 16, 14, 14, 16].map { .binaryFraction($0) }, "as the zones tell")
    }

    @Test(arguments: [false, true])
    func `one read for each package and sample returns every domain's energy`(hasZones: Bool) throws {
        let server = try Server(hasZones: hasZones)
        var sampler = try server.sampler()
        _ = sampler.snapshot()
        let reads = server.events.reads
        var last: Snapshot?
        for _ in 0..<100 {
            try server.step()
            last = sampler.snapshot()
        }
        #expect(server.events.reads - reads == 200)
        let snapshot = try #require(last)
        for (id, event, exponent) in [("", UInt64(2), 14), ("/core", 1, 14), ("/dram", 3, 16)] {
            for (package, processor) in [(0, 0), (1, 2)] {
                let channel = try #require(snapshot[channel: "rapl/package-\(package)\(id)"])
                let truth = EnergyUnit.binaryFraction(exponent)
                    .energy(of: RegisterCount(server.events.trueCounts(event, on: processor)))
                #expect(channel.energy == truth)
                #expect(channel.status == .ok)
                #expect(abs((channel.power?.rawValue ?? 0) - 100) < 0.01)
            }
        }
        let cpu = try #require(snapshot.headline)
        #expect(abs((cpu.power?.rawValue ?? 0) - 400) < 0.05)
    }

    @Test func `the sensor keeps all rules`() throws {
        let server = try Server()
        #expect(SensorConformance.check(server.sensor()) == [])
        #expect(SensorConformance.check(server.sensor([.perf])) == [])
        #expect(server.events.openCount == 0, "and leaves nothing open")
        server.events.refuse(2, errno: EACCES)
        #expect(SensorConformance.check(server.sensor()) == [])
        #expect(SensorConformance.check(server.sensor([.perf])) == [])
    }

    @Test func `events that other programs open, and discoveries, take no energy from those that are read`() throws {
        let server = try Server()
        var sampler = try server.sampler([.perf])
        _ = sampler.snapshot()
        server.events.setLossPerOpening(counts: 500)
        var code = EventCode(type: 23)
        code.config = 2
        for _ in 0..<20 {
            for processor in [0, 2] {
                let rival = server.events.open(code, processor: processor, leader: -1, isPinned: false)
                server.events.close(rival)
            }
            _ = server.sensor().discover()
            try server.step()
            sampler.sample()
        }
        let snapshot = sampler.snapshot()
        for (package, processor) in [(0, 0), (1, 2)] {
            let truth = EnergyUnit.binaryFraction(14)
                .energy(of: RegisterCount(server.events.trueCounts(2, on: processor)))
            #expect(snapshot[channel: "rapl/package-\(package)"]?.energy == truth)
        }
        // Another pinned group does, as the kernel's would.
        let other = server.events.open(code, processor: 0, leader: -1, isPinned: true)
        server.events.close(other)
        let lost = server.events.trueCounts(2, on: 0)
        let energy = sampler.snapshot()[channel: "rapl/package-0"]?.energy
        #expect(energy == EnergyUnit.binaryFraction(14).energy(of: RegisterCount(lost - 500)))
    }

    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: ReadingStatus
        let begin: @Sendable (MockEvents) -> Void
        let end: @Sendable (MockEvents) -> Void
    }

    @Test(arguments: [
        Loss(
            testDescription: "reads that end at once", status: .io(errno: ENODATA), begin: { $0.setError(true) },
            end: { $0.setError(false) }),
        Loss(
            testDescription: "events that share their counters", status: .io(errno: EBUSY),
            begin: { $0.setMultiplexed(true) }, end: { $0.setMultiplexed(false) }),
        Loss(
            testDescription: "reads that fail", status: .io(errno: EIO), begin: { $0.failReads(errno: EIO) },
            end: { $0.failReads(errno: nil) }),
        Loss(
            testDescription: "a device that is gone", status: .absent, begin: { $0.failReads(errno: ENODEV) },
            end: { $0.failReads(errno: nil) }),
    ])
    func `a lost group has a reason instead of values, and returns without a spike`(loss: Loss) throws {
        let server = try Server()
        var sampler = try server.sampler([.perf])
        for _ in 0..<5 {
            _ = sampler.snapshot()
            try server.step()
        }
        let before = try #require(sampler.snapshot()[channel: "rapl/package-0"]?.energy)
        loss.begin(server.events)
        for _ in 0..<3 {
            try server.step()
            let package = try #require(sampler.snapshot()[channel: "rapl/package-0"])
            #expect(package.status == loss.status)
            #expect(package.power == nil && package.energy == nil)
        }
        loss.end(server.events)
        // A group is opened again with a back-off, which is real time.
        usleep(450_000)
        var last: Snapshot?
        for _ in 0..<4 {
            try server.step()
            last = sampler.snapshot()
            #expect((last?[channel: "rapl/package-0"]?.power?.rawValue ?? 0) < 101)
        }
        let after = try #require(last?[channel: "rapl/package-0"])
        #expect(after.status == .ok)
        let gained = (after.energy ?? Joules(0)) - before
        #expect(gained >= Joules(300))
        #expect(gained < Joules(401), "what was used in the gap is no energy but a bound")
        #expect(after.ambiguousEnergy > Joules(400))
        #expect(after.resets >= 1)
    }

    @Test func `a package without its processor is absent until another one of the mask reads it`()
        throws
    {
        let server = try Server()
        var sampler = try server.sampler([.perf])
        for _ in 0..<3 {
            _ = sampler.snapshot()
            try server.step()
        }
        server.events.setOffline(2, true)
        try server.machine.sysfs.write("0-1,3\n", to: "devices/system/cpu/online")
        _ = sampler.snapshot()
        try server.step()
        let gone = sampler.snapshot()
        #expect(gone[channel: "rapl/package-1"]?.status == .absent)
        #expect(gone[channel: "rapl/package-0"]?.status == .ok)
        #expect(gone.headline?.status == .partial)
        // The kernel names another processor of the package, and moves the register's reader there.
        var other = server.pmu
        other.processors = [0, 3]
        try server.machine.add(pmu: other)
        usleep(150_000)
        try server.step()
        #expect(sampler.snapshot()[channel: "rapl/package-1"]?.status == .io(errno: EINVAL), "nothing counts there")
        server.events.setOffline(2, false)
        try server.machine.add(pmu: server.pmu)
        usleep(450_000)
        for _ in 0..<3 {
            try server.step()
            _ = sampler.snapshot()
        }
        try server.step()
        let back = try #require(sampler.snapshot()[channel: "rapl/package-1"])
        #expect(back.status == .ok)
        #expect(abs((back.power?.rawValue ?? 0) - 100) < 0.01)
    }

    @Test func `a refused event is read through powercap, and a finding says how to permit it`() throws {
        let server = try Server()
        try server.machine.procfs.write("3\n", to: "sys/kernel/perf_event_paranoid")
        for processor in [0, 2] {
            for event: UInt64 in 1...3 { server.events.refuse(event, on: processor, errno: EACCES) }
        }
        let discovery = server.sensor().discover()
        #expect(discovery.channels.allSatisfy { $0.mechanism == "powercap" && $0.status == .ok })
        let finding = try #require(discovery.findings.first { $0.reason == .forbidden })
        #expect(discovery.findings.count { $0.reason == .forbidden } == 1)
        #expect(finding.severity == .info, "nothing is lost by it")
        #expect(finding.text.contains("perf_event_paranoid is 3") || finding.text.contains("filter of system calls"))
        let forced = server.sensor([.perf]).discover()
        #expect(forced.channels.allSatisfy { $0.mechanism == "perf" && $0.status == .forbidden })
        #expect(forced.findings.contains { $0.reason == .forbidden && $0.severity == .warning })
    }

    @Test(arguments: [
        (1, "cap_perfmon=ep", nil), (2, "cap_perfmon=ep", nil), (3, "cap_perfmon=ep", "perf_event_paranoid=2"),
        (4, "cap_perfmon=ep", "perf_event_paranoid=2"),
    ])
    func `CAP_PERFMON is suggested only if the kernel accepts it`(level: Int, right: String, first: String?) throws {
        func finding(capabilities: UInt64, bounding: Int32) -> Finding {
            var environment = HostEnvironment()
            environment.capabilities = capabilities
            return Finding.missingRight("power", at: level, environment, bounding: bounding)
        }
        let remedy = try #require(finding(capabilities: 0, bounding: 1).remedy)
        #expect(remedy.contains(right))
        #expect(remedy.contains("perf_event_paranoid=2") == (first != nil))
        // With the capability, a system call filter is suspected only if it would be enough: Debian's levels 3 and 4 refuse it.
        let perfmon: UInt64 = 1 << 38
        let refused = finding(capabilities: perfmon, bounding: 1)
        #expect(refused.text.contains("filter of system calls") == (level < 3))
        #expect(refused.remedy?.contains("setcap") == false)
        // Before Linux 5.8 the capability does not exist, not in containers either.
        let remedyOfOld = try #require(finding(capabilities: 0, bounding: -1).remedy)
        #expect(!remedyOfOld.contains("docker") && !remedyOfOld.contains("perfmon"))
        #expect(remedyOfOld.contains("sudo") && remedyOfOld.contains("perf_event_paranoid=0"))
        let administration: UInt64 = 1 << 21
        let root = finding(capabilities: perfmon | administration, bounding: 1)
        #expect(root.text.contains("filter of system calls"))
    }

    /// A guest for whose processor the kernel lists the platform's event, although its host gives it no register.
    private func guestWithPlatformEvent() throws -> (machine: MockMachine, events: MockEvents) {
        let machine = try MockMachine()
        var processor = MockProcessor.smallServer(sockets: 1)
        processor.isGuest = true
        try machine.set(processor)
        let pmu = MockPMU(events: [MockPMU.Event("energy-psys", code: 5)])
        try machine.add(pmu: pmu)
        return (machine, MockEvents([pmu]))
    }

    @Test(arguments: [nil, EACCES, EPERM, EINVAL, ENODEV] as [Int32?])
    func `an event that cannot work is a finding, and no channel, no figure and no warning`(refusal: Int32?) throws {
        let (machine, events) = try guestWithPlatformEvent()
        if let refusal { events.refuse(5, errno: refusal) }
        let sensor = RAPLSensor(roots: machine.roots, events: events)
        let discovery = sensor.discover()
        #expect(discovery.channels.isEmpty && discovery.components.isEmpty)
        #expect(discovery.findings.count { $0.reason == .guest } == 1)
        #expect(discovery.findings.contains { $0.subject == "bus/event_source/devices/power" })
        #expect(discovery.findings.allSatisfy { $0.severity == .info }, "\(discovery.findings)")
        #expect(SensorConformance.check(sensor) == [])
        #expect(events.openCount == 0)
    }

    @Test func `who asks for perf in such a guest is told of a missing right`() throws {
        let (machine, events) = try guestWithPlatformEvent()
        events.refuse(5, errno: EACCES)
        let discovery = RAPLSensor(roots: machine.roots, mechanisms: [.perf], events: events).discover()
        #expect(discovery.findings.contains { $0.reason == .forbidden && $0.severity == .warning })
    }

    @Test func `the platform's event is a channel once it counts, even in whole joules`() throws {
        let (machine, events) = try guestWithPlatformEvent()
        let late = LateEvents(events, event: 5)
        let discovery = RAPLSensor(roots: machine.roots, events: late).discover()
        #expect(discovery.channels.map(\.id) == ["rapl/psys"])
        #expect(discovery.channels.allSatisfy { $0.status == .ok && $0.countsIn == .platform })
    }

    @Test func `the platform's event is a channel at rest too, if its zone can be read`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.add(.intelClient())
        let pmu = MockPMU.intelClient()
        try machine.add(pmu: pmu)
        let discovery = RAPLSensor(roots: machine.roots, events: MockEvents([pmu])).discover()
        let platform = try #require(discovery.channels.first { $0.id == "rapl/psys" })
        #expect(platform.mechanism == "perf" && platform.status == .ok)
    }

    @Test func `in a user namespace, root is not told that a filter refuses perf, nor to become root`() throws {
        var environment = HostEnvironment()
        environment.capabilities = .max
        environment.namespace = UserNamespace(map: "         0     100000      65536\n")
        let finding = Finding.missingRight("power", at: 2, environment, bounding: 1)
        #expect(finding.text.contains("user namespace (its uid_map is 0 100000 65536)"))
        #expect(!finding.text.contains("filter"))
        let remedy = try #require(finding.remedy)
        #expect(!remedy.contains("sudo") && !remedy.contains("setcap") && remedy.contains("host"))
    }

    @Test func `a filter of system calls is not suspected where there is none`() {
        var environment = HostEnvironment()
        environment.capabilities = .max
        environment.readStatus(Array("Seccomp:\t0\n".utf8))
        let without = Finding.missingRight("power", at: 2, environment, bounding: 1)
        #expect(without.text.contains("no filter of system calls") && without.remedy?.contains("seccomp") == false)
        environment.readStatus(Array("Seccomp:\t2\n".utf8))
        let with = Finding.missingRight("power", at: 2, environment, bounding: 1)
        #expect(with.remedy?.contains("seccomp") == true)
    }

    @Test(arguments: [EACCES, EINVAL])
    func `a refused event without a zone does not make the sum unknown`(code: Int32) throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.add(.intelServer(hasCore: false, hasDRAM: false, hasPlatform: false))
        let pmu = MockPMU.intelServer()
        try machine.add(pmu: pmu)
        let events = MockEvents([pmu])
        for event: UInt64 in 1...3 { events.refuse(event, errno: code) }
        let sensor = RAPLSensor(roots: machine.roots, events: events)
        let discovery = sensor.discover()
        #expect(discovery.channels.map(\.id) == ["rapl/package-0"])
        #expect(discovery.channels.first?.mechanism == "powercap")
        #expect(discovery.findings.contains { $0.subject == "bus/event_source/devices/power" })
        var sampler = try Sampler(SensorSet(only: [sensor]))
        #expect(sampler.snapshot().headline?.status == .warmingUp)
    }

    @Test func `a missing event is read through powercap, the others through perf`() throws {
        let server = try Server()
        for processor in [0, 2] { server.events.refuse(3, on: processor, errno: EINVAL) }
        let channels = server.sensor().discover().channels
        #expect(channels.filter { $0.mechanism == "powercap" }.map(\.component.domain) == ["dram", "dram"])
        var sampler = try server.sampler()
        _ = sampler.snapshot()
        try server.step(at: Watts(50))
        _ = sampler.snapshot()
        try server.step(at: Watts(50))
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "rapl/package-0"]?.energy == Joules(100))
        let zone = try #require(server.machine.zone("package-0/dram")?.counter)
        #expect(snapshot[channel: "rapl/package-0/dram"]?.energy == zone.trueEnergy)
    }

    @Test(arguments: [
        ("events/energy-pkg", "event=0x1ff\n"), ("events/energy-pkg", "garbage"), ("events/energy-pkg.scale", "0.3\n"),
        ("events/energy-pkg.scale", ""),
    ])
    func `an invalid event affects only its own channels`(file: String, text: String) throws {
        let server = try Server(hasZones: false)
        try server.machine.sysfs.write(text, to: "devices/power/\(file)")
        let discovery = server.sensor().discover()
        #expect(discovery.channels.map(\.component.domain) == ["core", "dram", "core", "dram"])
        #expect(discovery.findings.contains { $0.subject == "bus/event_source/devices/power/\(file)" })
    }

    @Test(arguments: ["type", "cpumask", "events"])
    func `a PMU that lacks what it needs is a finding`(file: String) throws {
        let server = try Server(hasZones: false)
        try server.machine.sysfs.remove("devices/power/\(file)")
        let discovery = server.sensor().discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.contains { $0.subject == "bus/event_source/devices/power" })
    }

    @Test func `single cores are read if requested, and are in no sum`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.amdServer(sockets: 1)
        processor.coresPerSocket = 2
        try machine.set(processor)
        let pmus = [MockPMU.amd(), .amdCores(processors: [0, 1])]
        for pmu in pmus { try machine.add(pmu: pmu) }
        let events = MockEvents(pmus)
        events.advanceAll(by: .seconds(1), at: Watts(1))
        let usual = RAPLSensor(roots: machine.roots, events: events).discover()
        #expect(usual.channels.map(\.id) == ["rapl/package-0"])
        #expect(usual.findings.contains { $0.reason == .unread && $0.severity == .info })
        let asked = RAPLSensor(roots: machine.roots, mechanisms: [.perf], events: events).discover()
        #expect(asked.channels.map(\.id) == ["rapl/package-0", "rapl/package-0/core-0", "rapl/package-0/core-1"])
        #expect(asked.channels.map(\.countsIn) == [.cpu, nil, nil])
        #expect(asked.channels.map(\.component.core) == [nil, 0, 1])
    }

    @Test func `a tree that is not sysfs opens no events`() throws {
        let server = try Server(hasZones: false)
        // Uses the kernel's own events.
        let usual = RAPLSensor(roots: server.machine.roots).discover()
        #expect(usual.channels.isEmpty)
        let forced = RAPLSensor(roots: server.machine.roots, mechanisms: [.perf]).discover()
        #expect(forced.channels.isEmpty)
        #expect(forced.findings.contains { $0.text.contains(server.machine.sysfs.path) })
    }

    @Test func `a channel continues to count when its mechanism changes`() async throws {
        let server = try Server()
        let set = SensorSet(only: [server.sensor()])
        try server.machine.remove(pmu: server.pmu)
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: set, interval: .milliseconds(2), latestInterval: .milliseconds(2),
                rediscoveryInterval: .milliseconds(10)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var last = try #require(await iterator.next())
        let zone = try #require(server.machine.zone("package-0")?.counter)
        try zone.advance(counts: 10 << 14)
        while last[channel: "rapl/package-0"]?.energy != Joules(10) { last = try #require(await iterator.next()) }
        try server.machine.add(pmu: server.pmu)
        while last.topology.channels.first?.mechanism != "perf" { last = try #require(await iterator.next()) }
        while last[channel: "rapl/package-0"]?.energy == nil { last = try #require(await iterator.next()) }
        #expect(last[channel: "rapl/package-0"]?.energy == Joules(10))
        server.events.advance(2, counts: 5 << 14)
        while last[channel: "rapl/package-0"]?.energy != Joules(15) { last = try #require(await iterator.next()) }
        monitor.stop()
    }
}

/// Events, one of which counts nothing before its sixth read, like a register of whole joules.
private final class LateEvents: EventSource {
    private let events: MockEvents
    private let event: UInt64
    private let reads = Locked(0)

    init(_ events: MockEvents, event: UInt64) {
        self.events = events
        self.event = event
    }

    func isShown(in sysfs: SystemRoot) -> Bool { events.isShown(in: sysfs) }

    func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
        events.open(event, processor: processor, leader: leader, isPinned: isPinned)
    }

    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
        let count = reads.withLock { reads in
            reads += 1
            return reads
        }
        if count == 6 { events.advance(event, counts: 1) }
        return events.read(leader, into: &values)
    }

    func close(_ descriptor: CInt) { events.close(descriptor) }
}
