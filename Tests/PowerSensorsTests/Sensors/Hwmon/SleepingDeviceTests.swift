import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Chips of devices that fall asleep while nobody uses them, such as the second graphics processor of a laptop.
struct SleepingDeviceTests {
    /// A clock that a test sets, for sensors too.
    private final class SharedClock: Sendable {
        private let state = Locked(
            SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000))

        var instant: SampleInstant { state.withLock { $0 } }

        func advance(by time: Duration) { state.withLock { $0 = $0.advanced(by: time) } }
    }

    /// A machine with a graphics processor.
    private struct Machine {
        static let device = "pci0000:00/0000:00:02.1/0000:0a:00.0"
        static let power = "devices/\(device)/power"

        let mock: MockMachine
        let chip: MockDevice
        let clock = SharedClock()

        init(
            status: String?, control: String? = "auto", delay: String? = "3000", driver: String? = "amdgpu",
            files: [String: String] = ["power1_average": "8000000", "power1_label": "PPT", "temp1_input": "41000"]
        ) throws {
            mock = try MockMachine()
            chip = try mock.add(.chip("amdgpu", hardware: Self.device, files: files))
            for (file, text) in [("runtime_status", status), ("control", control), ("autosuspend_delay_ms", delay)] {
                if let text { try write(text, to: file) }
            }
            if let driver {
                try mock.sysfs.link("devices/\(Self.device)/driver", to: "../../../../bus/pci/drivers/\(driver)")
            }
        }

        func write(_ text: String, to file: String) throws {
            try mock.sysfs.write("\(text)\n", to: "\(Self.power)/\(file)")
        }

        func openedFiles() throws -> OpenedFiles {
            try OpenedFiles(in: [chip.path, "devices/\(Self.device)"], of: mock)
        }

        func sensor() -> HwmonSensor {
            HwmonSensor(roots: mock.roots, descriptorBudget: nil, now: { [clock] in clock.instant })
        }

        func sampler() throws -> Sampler { try Sampler(SensorSet(only: [sensor()]), now: { clock.instant }) }
    }

    private let power = "hwmon/amdgpu/0000:0a:00.0/power1_average"
    private let second: Int64 = 1_000_000_000

    @Test(arguments: ["suspended", "suspending"])
    func `no file of a device that sleeps is opened`(status: String) throws {
        let machine = try Machine(status: status)
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
        let machine = try Machine(status: "suspended", driver: nil)
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
        let machine = try Machine(status: status)
        #expect(SensorConformance.check(HwmonSensor(roots: machine.mock.roots), isStill: true) == [])
    }

    @Test func `a chip whose driver names it is read as soon as it wakes`() throws {
        let machine = try Machine(status: "suspended")
        var sampler = try machine.sampler()
        #expect(sampler.snapshot()[channel: power]?.status == .asleep)
        try machine.write("active", to: "runtime_status")
        #expect(sampler.snapshot()[channel: power]?.value == 8)
    }

    @Test func `energy stands still during sleep, and what was used before it is bounded`() throws {
        let machine = try Machine(status: "active", delay: nil)
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
        let clock = SharedClock()
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

    // MARK: Pauses

    /// Writes a power and returns what a sample shows, in watts.
    private func shown(_ watts: Int, _ machine: Machine, _ sampler: inout Sampler) throws -> Double? {
        machine.clock.advance(by: .seconds(1))
        try machine.chip.write("\(watts)000000", to: "power1_average")
        return sampler.snapshot()[channel: power]?.value
    }

    @Test func `an idle device is left alone for as long as it takes to fall asleep`() throws {
        let machine = try Machine(status: "active")
        var sampler = try machine.sampler()
        var values: [Double?] = []
        for watts in 1...12 { values.append(try shown(watts, machine, &sampler)) }
        // 3 s until it falls asleep, and 2 s more.
        #expect(values == [1, 2, 2, 2, 2, 2, 7, 8, 9, 10, 11, 12])
        let energy = try #require(sampler.snapshot()[channel: power]?.energy)
        #expect(energy == Joules(1.5 + 22.5 + 47.5), "what it did not sleep through is integrated")
        machine.clock.advance(by: .seconds(60))
        values = []
        for watts in 1...4 { values.append(try shown(watts, machine, &sampler)) }
        #expect(values == [1, 1, 1, 1], "after a minute it gets another chance")
    }

    @Test func `a pause holds for every reader of the device`() throws {
        let machine = try Machine(status: "active")
        let sensor = machine.sensor()
        let channels = sensor.discover().channels
        var power = sensor.open([channels[0]])
        var temperature = sensor.open([channels[1]])
        func read(_ reader: inout any SensorReader) -> Double? {
            var readings: [Reading] = []
            readings.append(addingCapacity: 1) { reader.read(into: &$0) }
            return readings[0].value
        }
        #expect(read(&temperature) == 41)
        _ = (read(&power), read(&power))
        try machine.chip.write("50000", to: "temp1_input")
        #expect(read(&temperature) == 41)
        // A new reader, as after a hot-plug, has nothing to repeat.
        var other = sensor.open([channels[1]])
        #expect(read(&other) == 50)
        machine.clock.advance(by: .seconds(5))
        #expect(read(&temperature) == 50)
    }

    struct Use: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var watts = 9
        var files: [String: String] = [:]
    }

    @Test(arguments: [
        Use(testDescription: "it draws much", watts: 95),
        Use(testDescription: "the kernel knows a user", files: ["runtime_usage": "1"]),
        Use(testDescription: "it never sleeps", files: ["control": "on"]),
        Use(testDescription: "it falls asleep at once when nobody uses it", files: ["autosuspend_delay_ms": "-"]),
        Use(testDescription: "it never falls asleep", files: ["autosuspend_delay_ms": "-1"]),
    ])
    func `a device that is in use or never sleeps is read on every sample`(use: Use) throws {
        let machine = try Machine(status: "active")
        for (file, text) in use.files { try machine.write(text, to: file) }
        var sampler = try machine.sampler()
        for step in 0..<8 {
            let watts = use.watts + step
            let value = try shown(watts, machine, &sampler)
            #expect(value == Double(watts))
        }
    }

    @Test func `a device that is allowed to sleep later is then looked after`() throws {
        let machine = try Machine(status: "active", control: "on")
        var sampler = try machine.sampler()
        _ = sampler.snapshot()
        try machine.write("auto", to: "control")
        try machine.write("suspended", to: "runtime_status")
        machine.clock.advance(by: .seconds(10))
        #expect(sampler.snapshot()[channel: power]?.status == .asleep)
    }

    @Test(arguments: [nil, "unsupported"])
    func `a device without power management is read as ever`(status: String?) throws {
        let machine = try Machine(status: status)
        var sampler = try machine.sampler()
        for watts in 1...6 {
            let value = try shown(watts, machine, &sampler)
            #expect(value == Double(watts))
        }
        try machine.chip.inject(.failing(errno: EPERM), at: "power1_average")
        #expect(sampler.snapshot()[channel: power]?.status == .forbidden)
    }

    // MARK: Refused reads

    @Test func `a read that is refused means sleep, and no right is asked for`() throws {
        let machine = try Machine(status: "active")
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
