import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Processors so small that kilowatts cannot be theirs.
struct SmallAtomTests {
    private static func snapshots(model: Int, power: Watts, maximumPower: Watts? = nil) throws -> Sampler {
        let machine = try MockMachine()
        try machine.procfs.write(
            "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: \(model)\nmodel name\t: Atom\n\n",
            to: "cpuinfo")
        let core = MockZone(name: "core", power: power * 0.4)
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: power, children: [core])]))
        let clock = ManualClock()
        let sensor = RAPLSensor(roots: machine.roots, maximumPower: maximumPower)
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        for _ in 0..<15 {
            _ = sampler.snapshot()
            clock.advance(by: .seconds(1))
            try machine.advanceAll(by: .seconds(1))
        }
        return sampler
    }

    @Test(arguments: [0x37, 0x4C, 0x7A])
    func `a counter in another unit is implausible, its cores' too, and no higher limit is advised`(model: Int) throws {
        var sampler = try Self.snapshots(model: model, power: Watts(700))
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels.map(\.status) == [.implausible, .implausible])
        #expect(snapshot.headline?.power == nil)
        let findings = sampler.findings().filter { $0.reason == .implausible }
        #expect(findings.count == 2)
        #expect(findings.allSatisfy { $0.remedy?.contains("--max-power") == false })
    }

    @Test func `watts of the same processor, and hundreds of watts of a larger one, are right`() throws {
        var small = try Self.snapshots(model: 0x4C, power: Watts(5))
        #expect(small.snapshot().headline?.status == .ok)
        var large = try Self.snapshots(model: 0x8F, power: Watts(700))
        #expect(large.snapshot().headline?.status == .ok)
    }

    @Test func `a limit that the user sets is used`() throws {
        var sampler = try Self.snapshots(model: 0x37, power: Watts(700), maximumPower: Watts(2000))
        #expect(sampler.snapshot().headline?.status == .ok)
    }
}
