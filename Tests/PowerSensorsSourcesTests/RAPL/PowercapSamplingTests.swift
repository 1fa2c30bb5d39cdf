import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The whole way from files to joules, with a clock that the tests set.
struct PowercapSamplingTests {
    @Test func `days of wraps on real files are exact to the count`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]), now: { clock.instant })
        _ = sampler.snapshot()
        let safe = sampler.longestSafeInterval ?? .zero
        #expect(safe > .seconds(8), "15.3 µJ of dram at four times its limit or 1 kW")
        var last: Snapshot?
        for _ in 0..<(3 * 86_400 / 30) {
            clock.advance(by: .seconds(30))
            try machine.advanceAll(by: .seconds(30))
            last = sampler.snapshot()
        }
        let snapshot = try #require(last)
        for (index, channel) in snapshot.topology.channels.enumerated() {
            let names = channel.id.split(separator: "/").dropFirst().joined(separator: "/")
            let counter = try #require(machine.zone(names)?.counter)
            #expect(snapshot.channels[index].energy == counter.trueEnergy, "\(channel.id)")
            #expect(snapshot.channels[index].ambiguousEnergy == Joules(0))
            #expect(snapshot.channels[index].resets == 0)
        }
        let package = try #require(snapshot[channel: "rapl/package-0"])
        #expect(package.wraps > 100)
        #expect(abs((package.power?.rawValue ?? 0) - 120) < 1e-3)
        let cpu = try #require(snapshot.host.first { $0.scope == .cpu })
        #expect(abs((cpu.power?.rawValue ?? 0) - 2 * (120 + 18)) < 1e-3)
        #expect(cpu.isHeadline)
        #expect(snapshot.host.map(\.scope) == [.cpu, .platform])
    }

    @Test(arguments: [MockFault.empty, .garbage, .missing, .negative, .overflow])
    func `a fault while sampling interrupts its channel, and no energy is lost`(fault: MockFault) throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]), now: { clock.instant })
        let zone = try #require(machine.zone("package-0"))
        _ = sampler.snapshot()
        try zone.inject(fault, at: "energy_uj")
        for _ in 0..<3 {
            try step(machine, clock)
            let snapshot = sampler.snapshot()
            #expect(snapshot[channel: "rapl/psys"]?.power == Watts(24))
            let package = try #require(snapshot[channel: "rapl/package-0"])
            // The kept descriptor of a removed ordinary file still reads, unlike sysfs's.
            if fault != .missing {
                #expect(package.power == nil)
                #expect(package.status != .ok)
            }
        }
        try zone.restore("energy_uj")
        try step(machine, clock)
        if fault != .missing {
            let package = try #require(sampler.snapshot()[channel: "rapl/package-0"])
            #expect(package.energy == zone.counter?.trueEnergy)
            #expect(abs((package.power?.rawValue ?? 0) - 15) < 1e-3)
        }
    }

    @Test func `a zone that was forbidden is read once it is allowed`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let zone = try #require(machine.zone("package-0"))
        // A folder in the place of an attribute cannot be read, not even by root.
        try zone.inject(.missing, at: "energy_uj")
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]))
        #expect(sampler.snapshot()[channel: "rapl/package-0"]?.status == .absent)
        try zone.restore("energy_uj")
        try await Task.sleep(for: .milliseconds(110))
        #expect(sampler.snapshot()[channel: "rapl/package-0"]?.status == .warmingUp)
    }

    private func step(_ machine: MockMachine, _ clock: ManualClock) throws {
        clock.advance(by: .seconds(1))
        try machine.advanceAll(by: .seconds(1))
    }
}
