import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Chips of devices that fall asleep while nobody uses them, such as the second graphics processor of a laptop.
struct SleepingDeviceTests {
    private let power = "hwmon/amdgpu/0000:0a:00.0/power1_average"
    private let second: Int64 = 1_000_000_000

    @Test(arguments: ["suspended", "suspending"])
    func `no file of a device that sleeps is opened`(status: String) throws {
        let machine = try SleepyMachine(status: status)
        let opened = try machine.openedFiles()
        let sensors = SensorSet(roots: machine.mock.roots)
        _ = sensors.discoveryFingerprints()
        let topology = sensors.discover()
        let diagnosis = Doctor(sensors, roots: machine.mock.roots).examine(for: .milliseconds(5))
        var sampler = try Sampler(sensors)
        for _ in 0..<3 { _ = sampler.snapshot() }
        let snapshot = sampler.snapshot()
        #expect(opened.drain() == [])

        let channels = topology.channels.filter { $0.sensor == .hwmon }
        #expect(channels.map(\.id) == [power, "hwmon/amdgpu/0000:0a:00.0/temp1"])
        #expect(channels.map(\.status) == [.asleep, .asleep])
        #expect(snapshot[channel: power]?.status == .asleep)
        #expect(snapshot[channel: power]?.power == nil)
        #expect(diagnosis.sensors.first { $0.name == .hwmon }?.state == .works)
        let finding = try #require(topology.findings.first { $0.reason == .asleep })
        #expect(finding.severity == .info)
        #expect(finding.remedy == nil)
    }

    @Test func `an unnamed chip that wakes for the first time is discovered again`() throws {
        let machine = try SleepyMachine(status: "suspended", driver: nil)
        let sensors = SensorSet(only: [machine.sensor()])
        let discovered = sensors.bind()
        #expect(discovered.topology.channels.map(\.component.chip) == ["unnamed", "unnamed"])
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        let asleep = rediscovery.check(at: 11 * second)
        #expect(asleep?.topology.generation == nil)
        try machine.write("active", to: "runtime_status")
        let found = rediscovery.check(at: 21 * second)
        let awake = try #require(found)
        #expect(awake.topology.channels.map(\.id).first == power)
        #expect(awake.topology.channels.map(\.label).first == "PPT")
        #expect(awake.topology.channels.allSatisfy { $0.status == .ok })

        try machine.write("suspended", to: "runtime_status")
        let opened = try machine.openedFiles()
        let later = rediscovery.check(at: 31 * second)
        #expect(later?.topology.generation == nil, "to fall asleep again is nothing new")
        let again = sensors.discover()
        #expect(again.channels.map(\.label).first == "PPT", "it is known by now")
        #expect(again.channels.map(\.status) == [.asleep, .asleep])
        #expect(opened.drain() == [])
    }

    @Test(arguments: ["suspended", "active"])
    func `the sensor conforms to the rules`(status: String) throws {
        let machine = try SleepyMachine(status: status)
        #expect(SensorConformance.check(HwmonSensor(roots: machine.mock.roots), isStill: true) == [])
    }

    @Test func `a chip whose driver names it is read as soon as it wakes`() throws {
        let machine = try SleepyMachine(status: "suspended")
        var sampler = try machine.sampler()
        #expect(sampler.snapshot()[channel: power]?.status == .asleep)
        try machine.write("active", to: "runtime_status")
        #expect(sampler.snapshot()[channel: power]?.value == 8)
    }

    @Test func `energy stands still during sleep, and what was used before it is bounded`() throws {
        let machine = try SleepyMachine(status: "active", delay: nil)
        var sampler = try machine.sampler()
        _ = sampler.snapshot()
        machine.clock.advance(by: .seconds(2))
        _ = sampler.snapshot()
        try machine.write("suspended", to: "runtime_status")
        machine.clock.advance(by: .seconds(3))
        let asleep = try #require(sampler.snapshot()[channel: power])
        #expect(asleep.status == .asleep)
        #expect(asleep.energy == Joules(16))
        #expect(asleep.ambiguousEnergy == Joules(24))
        #expect(asleep.power == nil)
        machine.clock.advance(by: .seconds(40))
        #expect(sampler.snapshot()[channel: power]?.energy == Joules(16))
        #expect(!sampler.findings().contains { $0.severity != .info })

        try machine.write("active", to: "runtime_status")
        machine.clock.advance(by: .seconds(1))
        _ = sampler.snapshot()
        machine.clock.advance(by: .seconds(1))
        let awake = try #require(sampler.snapshot()[channel: power])
        #expect(awake.energy == Joules(24))
        #expect(awake.power == Watts(8))
        #expect(awake.ambiguousEnergy == Joules(24))
    }

    @Test func `sleep is neither a loss nor a return`() throws {
        var channel = Channel(
            id: "hwmon/card/a/power1", sensor: .hwmon, mechanism: "sysfs", quantity: .power, encoding: .gauge,
            component: Component(id: "card/a", kind: .chip))
        channel.countsIn = .platform
        var accumulator = ChannelAccumulator([channel], recordsEvents: true)
        var instant = SampleInstant.now
        for reading in [Reading.value(3), .missing(.asleep), .value(3)] {
            instant = instant.advanced(by: .seconds(1))
            let readings = [reading]
            accumulator.record(readings.span, began: instant, ended: instant)
        }
        #expect(accumulator.drainEvents() == [])
    }

    @Test func `a sum is complete without a part that sleeps`() throws {
        let mock = try MockMachine()
        let files = ["power1_input": "90000000", "power1_label": "pin", "in1_input": "230000", "in1_label": "vin"]
        for address in ["1-0058", "1-0059"] {
            try mock.add(.chip("dps920", hardware: "i2c-1/\(address)", files: files))
            try mock.sysfs.write("active\n", to: "devices/i2c-1/\(address)/power/runtime_status")
        }
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: mock.roots)]), now: { clock.instant })
        #expect(sampler.snapshot().headline?.power == Watts(180))
        clock.advance(by: .seconds(1))
        try mock.sysfs.write("suspended\n", to: "devices/i2c-1/1-0059/power/runtime_status")
        let one = try #require(sampler.snapshot().headline)
        #expect(one.status == .ok)
        #expect(one.power == Watts(90))
        #expect(one.energy == Joules(90))
        try mock.sysfs.write("suspended\n", to: "devices/i2c-1/1-0058/power/runtime_status")
        let none = try #require(sampler.snapshot().headline)
        #expect(none.status == .asleep)
        #expect(none.power == nil)
        #expect(none.energy != nil)
    }

    @Test func `a device that is allowed to sleep later is then looked after`() throws {
        let machine = try SleepyMachine(status: "active", control: "on")
        var sampler = try machine.sampler()
        _ = sampler.snapshot()
        try machine.write("auto", to: "control")
        try machine.write("suspended", to: "runtime_status")
        machine.clock.advance(by: .seconds(10))
        #expect(sampler.snapshot()[channel: power]?.status == .asleep)
    }

    @Test(arguments: [nil, "unsupported"])
    func `a device without power management is read as ever`(status: String?) throws {
        let machine = try SleepyMachine(status: status)
        var sampler = try machine.sampler()
        for watts in 1...6 {
            machine.clock.advance(by: .seconds(1))
            try machine.chip.write("\(watts)000000", to: "power1_average")
            #expect(sampler.snapshot()[channel: power]?.value == Double(watts))
        }
        try machine.chip.inject(.failing(errno: EPERM), at: "power1_average")
        #expect(sampler.snapshot()[channel: power]?.status == .forbidden)
    }

    // MARK: States that cannot be read

    @Test(arguments: [MockFault.directory, .empty])
    func `no file is opened of a device whose state cannot be read`(fault: MockFault) throws {
        let machine = try SleepyMachine(status: "suspended")
        try machine.mock.sysfs.inject(fault, at: "\(SleepyMachine.power)/runtime_status")
        let opened = try machine.openedFiles()
        let sensors = SensorSet(roots: machine.mock.roots)
        _ = sensors.discoveryFingerprints()
        let topology = sensors.discover()
        _ = Doctor(sensors, roots: machine.mock.roots).examine(for: .milliseconds(5))
        var sampler = try Sampler(sensors)
        _ = sampler.snapshot()
        let channel = sampler.snapshot()[channel: power]
        #expect(opened.drain() == [])
        #expect(channel?.status == .io(errno: fault == .empty ? ENODATA : EISDIR))
        let channels = topology.channels.filter { $0.sensor == .hwmon }
        #expect(channels.map(\.id) == [power, "hwmon/amdgpu/0000:0a:00.0/temp1"])
        #expect(channels.allSatisfy { $0.status == channel?.status })
        let finding = try #require(topology.findings.first { $0.subject.hasSuffix("runtime_status") })
        #expect(finding.text.contains("might wake the device"))
    }

    @Test func `a device whose state can no longer be read is left alone until it can`() throws {
        let machine = try SleepyMachine(status: "active")
        var sampler = try machine.sampler()
        #expect(sampler.snapshot()[channel: power]?.value == 8)
        let opened = try machine.openedFiles()
        let status = "\(SleepyMachine.power)/runtime_status"
        try machine.mock.sysfs.inject(.failing(errno: EACCES), at: status)
        machine.clock.advance(by: .seconds(1))
        #expect(sampler.snapshot()[channel: power]?.status == .forbidden)
        #expect(opened.drain() == [])
        try machine.mock.sysfs.restore(status)
        #expect(sampler.snapshot()[channel: power]?.value == 8)
    }

    // MARK: Further discoveries

    @Test func `the chip of a device that may sleep is not read again at a hot-plug`() throws {
        let machine = try SleepyMachine(
            status: "active",
            files: [
                "power1_average": "8000000", "power1_label": "PPT", "power1_cap": "90000000", "power1_enable": "1",
                "power2_average": "1000000", "power2_enable": "0", "temp1_input": "41000", "temp3_input": "1000",
            ])
        try machine.chip.inject(.failing(errno: EOPNOTSUPP), at: "temp3_input")
        let sensor = machine.sensor()
        let first = sensor.discover()
        let opened = try machine.openedFiles()
        let second = sensor.discover()
        #expect(Set(opened.drain()).isSubset(of: [".", "name"]))
        #expect(first.channels.map(\.status) == [.ok, .ok, .io(errno: EOPNOTSUPP)])
        #expect(second.channels == first.channels)
        #expect(second.findings == first.findings)
        #expect(first.findings.map(\.reason.name).sorted() == ["disabled", "io"])
    }

    // MARK: Refused reads

    @Test func `a read that is refused means sleep, and no right is asked for`() throws {
        let machine = try SleepyMachine(status: "active")
        try machine.chip.inject(.failing(errno: EPERM), at: "power1_average")
        let topology = SensorSet(only: [machine.sensor()]).discover()
        #expect(topology.channels.map(\.status) == [.asleep, .ok])
        #expect(topology.findings.allSatisfy { $0.remedy == nil })
        var sampler = try machine.sampler()
        #expect(sampler.snapshot()[channel: power]?.status == .asleep)
        try machine.chip.restore("power1_average")
        machine.clock.advance(by: .seconds(1))
        #expect(sampler.snapshot()[channel: power]?.value == 8)
    }
}
