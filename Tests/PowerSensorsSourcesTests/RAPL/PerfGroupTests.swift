import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// A group of events, some of which cannot be opened.
struct PerfGroupTests {
    private let machine: MockMachine
    private let events: MockEvents
    private let clock = ManualClock()

    init() throws {
        machine = try MockMachine()
        let pmu = MockPMU.intelServer(processors: [0, 2])
        events = MockEvents([pmu])
        try machine.set(.smallServer())
        try machine.add(pmu: pmu)
    }

    private func sampler() throws -> Sampler {
        let sensor = RAPLSensor(roots: machine.roots, mechanisms: [.perf], events: events)
        return try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
    }

    private func step() {
        clock.advance(by: .seconds(1))
        events.advanceAll(by: .seconds(1), at: Watts(100))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `an event that is refused is opened again later, without loss for the others`(event: UInt64) throws {
        // The process has no free descriptor for it.
        events.refuse(event, on: 0, errno: EMFILE)
        var sampler = try sampler()
        _ = sampler.snapshot()
        for _ in 0..<5 {
            step()
            _ = sampler.snapshot()
        }
        let id = try #require([1: "rapl/package-0/core", 2: "rapl/package-0", 3: "rapl/package-0/dram"][event])
        let others = ["rapl/package-0", "rapl/package-0/core", "rapl/package-0/dram"].filter { $0 != id }
        step()
        let without = sampler.snapshot()
        #expect(without[channel: id]?.status == .io(errno: EMFILE))
        #expect(others.allSatisfy { without[channel: $0]?.status == .ok })

        events.refuse(event, on: 0, errno: nil)
        // The next attempt is delayed in real time.
        usleep(450_000)
        for _ in 0..<4 {
            step()
            _ = sampler.snapshot()
        }
        step()
        let back = sampler.snapshot()
        let energy = try #require(back[channel: id]?.energy)
        #expect(energy == Joules(400), "from its first reading on")
        for other in others {
            #expect(back[channel: other]?.energy == Joules(1100))
            #expect(back[channel: other]?.resets == 0)
            #expect(back[channel: other]?.ambiguousEnergy == Joules(0))
        }
        let reads = events.reads
        _ = sampler.snapshot()
        #expect(events.reads - reads == 2, "all in one group again")
    }

    @Test(arguments: [EINVAL, ENOENT, EOPNOTSUPP])
    func `a package whose event is refused makes the sum unknown rather than smaller`(code: Int32) throws {
        events.refuse(2, on: 2, errno: code)
        var sampler = try sampler()
        _ = sampler.snapshot()
        for _ in 0..<5 {
            step()
            _ = sampler.snapshot()
        }
        step()
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "rapl/package-0"]?.power != nil)
        let cpu = try #require(snapshot.host.first { $0.scope == .cpu })
        #expect(cpu.status == .partial)
        #expect(cpu.power == nil)
        // With zones it is only read through another mechanism.
        try machine.add(.intelServer(sockets: 2, hasPlatform: false))
        let whole = RAPLSensor(roots: machine.roots, events: events).discover()
        #expect(whole.channels.first { $0.id == "rapl/package-1" }?.mechanism == "powercap")
        #expect(whole.channels.allSatisfy { $0.status == .ok })
    }
}
