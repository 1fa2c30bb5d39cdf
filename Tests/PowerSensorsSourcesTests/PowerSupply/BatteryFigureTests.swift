import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The host figure of scope `battery`: the power of the batteries while they discharge.
@Suite(.timeLimit(.minutes(1)))
struct BatteryFigureTests {
    private final class Laptop {
        let machine: MockMachine
        let first: MockDevice
        let second: MockDevice
        let clock = ManualClock()
        var sampler: Sampler

        init(_ firstStatus: String, _ secondStatus: String) throws {
            machine = try MockMachine()
            first = try machine.add(.supply("BAT0", files: ["status": firstStatus, "power_now": "10000000"]))
            second = try machine.add(.supply("BAT1", files: ["status": secondStatus, "power_now": "6000000"]))
            try machine.add(.supply("AC", type: "Mains", files: ["online": "0"]))
            sampler = try Sampler(SensorSet(only: [Unhurried(machine.roots)]), now: { [clock] in clock.instant })
        }

        /// Discovers like a program that has just started.
        func discoverAnew() throws {
            sampler = try Sampler(SensorSet(only: [Unhurried(machine.roots)]), now: { [clock] in clock.instant })
        }

        func figure(after time: Duration = .seconds(1)) throws -> HostSnapshot {
            clock.advance(by: time)
            return try #require(sampler.snapshot().host.first { $0.scope == .battery })
        }
    }

    /// The sensor, with its channels read on every sample, so that a test's clock is the only one.
    private struct Unhurried: Sensor {
        let sensor: PowerSupplySensor
        var name: SensorName { sensor.name }

        init(_ roots: SystemRoots) { sensor = PowerSupplySensor(roots: roots) }

        func discover() -> Discovery {
            var discovery = sensor.discover()
            for index in discovery.channels.indices { discovery.channels[index].readingInterval = nil }
            return discovery
        }

        func open(_ channels: [Channel]) -> any SensorReader { sensor.open(channels) }
    }

    @Test func `several batteries are summed, and an idle one adds nothing`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        #expect(try laptop.figure().power == Watts(16))
        try laptop.second.write("Not charging", to: "status")
        #expect(try laptop.figure().power == Watts(10))
    }

    @Test func `on mains there is no figure, and nothing is counted meanwhile`() throws {
        let laptop = try Laptop("Discharging", "Full")
        #expect(try laptop.figure().power == Watts(10))
        #expect(try laptop.figure(after: .seconds(10)).energy == Joules(100))
        try laptop.first.write("Charging", to: "status")
        let onMains = try laptop.figure(after: .seconds(10))
        #expect(onMains.status == .absent)
        #expect(onMains.power == nil)
        #expect(onMains.energy == nil)
        try laptop.first.write("Discharging", to: "status")
        try laptop.first.write("20000000", to: "power_now")
        let back = try laptop.figure(after: .seconds(20))
        #expect(back.power == Watts(20), "and no mean over the time on mains")
        #expect(back.energy == Joules(100))
        #expect(try laptop.figure(after: .seconds(2)).energy == Joules(140))
    }

    @Test func `the energy of a battery that went idle stays in the sum`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        _ = try laptop.figure()
        #expect(try laptop.figure(after: .seconds(10)).energy == Joules(160))
        try laptop.second.write("Full", to: "status")
        #expect(try laptop.figure(after: .seconds(10)).energy == Joules(260))
    }

    @Test func `a battery with an unknown rate makes the figure unknown rather than smaller`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        #expect(try laptop.figure().power == Watts(16))
        try laptop.second.inject(.failing(errno: ENODATA), at: "power_now")
        let figure = try laptop.figure()
        #expect(figure.status == .partial)
        #expect(figure.power == nil)
    }

    @Test(arguments: ["type", "scope", "status"])
    func `a battery without a type makes the figure unknown rather than smaller`(
        file: String
    ) throws {
        let laptop = try Laptop("Discharging", "Discharging")
        try laptop.second.write("System", to: "scope")
        try laptop.second.inject(.directory, at: file)
        try laptop.discoverAnew()
        let figure = try laptop.figure()
        #expect(figure.status == .partial)
        #expect(figure.power == nil)
    }

    @Test func `a battery without a status makes the figure unknown, a removed one does not`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        #expect(try laptop.figure().power == Watts(16))
        try laptop.second.inject(.failing(errno: ENODEV), at: "status")
        #expect(try laptop.figure().status == .partial)
        try laptop.second.inject(.failing(errno: ENODEV), at: "power_now")
        #expect(try laptop.figure().power == Watts(10))
    }

    @Test func `a battery that returns is counted by the next reading, however long it was away`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        #expect(try laptop.figure().power == Watts(16))
        for file in ["status", "power_now"] { try laptop.second.inject(.gone, at: file) }
        // The first attempt to open a file again is 100 ms after it was opened.
        for _ in 0..<4 {
            usleep(101_000)
            #expect(try laptop.figure().power == Watts(10))
        }
        try laptop.second.restore("status")
        #expect(try laptop.figure().status == .partial, "it discharges, and its power is not yet known")
        try laptop.second.restore("power_now")
        let figure = try laptop.figure()
        #expect(figure.status == .ok)
        #expect(figure.power == Watts(16))
    }

    @Test func `a rate of 0 is accepted while another battery discharges, until the charge falls`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        try laptop.second.write("50000000", to: "energy_now")
        try laptop.discoverAnew()
        #expect(try laptop.figure().power == Watts(16))
        try laptop.second.write("0", to: "power_now")
        #expect(try laptop.figure(after: .seconds(1)).status == .ok)
        #expect(try laptop.figure().power == Watts(10))
        try laptop.second.write("49990000", to: "energy_now")
        #expect(try laptop.figure().status == .partial)
        #expect(try laptop.figure().status == .partial, "it is no more believed than before")
        try laptop.second.write("6000000", to: "power_now")
        #expect(try laptop.figure().status == .ok)
    }

    @Test func `if no battery supplies power, a rate of 0 is unknown`() throws {
        let laptop = try Laptop("Discharging", "Discharging")
        try laptop.second.write("0", to: "power_now")
        _ = try laptop.figure()
        #expect(try laptop.figure().power == Watts(10))
        try laptop.first.write("Not charging", to: "status")
        _ = try laptop.figure()
        let figure = try laptop.figure()
        #expect(figure.power == nil)
        #expect(figure.status == .io(errno: ENODATA))
    }

    @Test(arguments: [false, true])
    func `a rate of 0 is unknown once the discharging battery is gone, whatever their order`(
        isReadAfter: Bool
    ) throws {
        let machine = try MockMachine()
        try machine.add(.supply("BAT0", files: ["status": "Discharging", "power_now": "0"]))
        let feeder = try machine.add(.supply("BAT1", files: ["status": "Discharging", "power_now": "9000000"]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        let channels = sensor.discover().channels.filter { $0.countsIn == .battery }
        // Each battery is read separately, so that one that does not answer does not delay the other.
        var readers = channels.map { sensor.open([$0]) }
        func readings() -> [Reading] {
            var readings: [Reading?] = [nil, nil]
            for index in isReadAfter ? [0, 1] : [1, 0] {
                var own: [Reading] = []
                own.append(addingCapacity: 1) { readers[index].readChannels(into: &$0) }
                readings[index] = own.first
            }
            return readings.compactMap(\.self)
        }
        #expect(readings().map(\.value) == [0, 9])
        for file in ["status", "power_now"] { try feeder.inject(.gone, at: file) }
        #expect(readings().map(\.status) == [.io(errno: ENODATA), .absent])
    }

    @Test func `a battery that begins to show its rate causes one new discovery`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(.supply("BAT0", files: ["status": "Discharging", "power_now": "0"]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        let channels = sensor.discover().channels
        #expect(channels.first { $0.countsIn == .battery }?.status == .io(errno: ENODATA))
        var reader = sensor.open(channels)
        func read() {
            var readings: [Reading] = []
            readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
        }
        let mark = sensor.discoveryFingerprint()
        read()
        #expect(sensor.discoveryFingerprint() == mark)
        try battery.write("9000000", to: "power_now")
        read()
        let known = sensor.discoveryFingerprint()
        #expect(known != mark)
        for rate in ["0", "9000000"] {
            try battery.write(rate, to: "power_now")
            read()
        }
        #expect(sensor.discoveryFingerprint() == known)
    }

    @Test func `a battery that is also a chip is counted once, and the chip names the battery`() throws {
        let machine = try MockMachine()
        let folder = "devices/LNXSYSTM:00/PNP0C0A:00/power_supply/BAT0"
        try machine.sysfs.write("Battery\n", to: "\(folder)/type")
        try machine.sysfs.write("Discharging\n", to: "\(folder)/status")
        try machine.sysfs.write("10000000\n", to: "\(folder)/power_now")
        try machine.sysfs.write("12000000\n", to: "\(folder)/voltage_now")
        try machine.sysfs.link("class/power_supply/BAT0", to: "../../\(folder)")
        for (file, text) in ["name": "BAT0", "power1_input": "10000000", "in0_input": "12000"] {
            try machine.sysfs.write("\(text)\n", to: "\(folder)/hwmon4/\(file)")
        }
        try machine.sysfs.link("\(folder)/hwmon4/device", to: "../../BAT0")
        try machine.sysfs.link("class/hwmon/hwmon4", to: "../../\(folder)/hwmon4")
        let topology = SensorSet(roots: machine.roots).discover()
        #expect(topology.channels.filter { $0.countsIn != nil }.map(\.id) == ["supply/BAT0/discharge"])
        let mirrors = topology.channels.filter { $0.sensor == .hwmon }
        #expect(mirrors.map(\.id) == ["hwmon/BAT0/BAT0/power1", "hwmon/BAT0/BAT0/in0"])
        #expect(mirrors.map(\.mirrorOf) == ["supply/BAT0/power", "supply/BAT0/voltage"])
        let alone = SensorSet(only: [HwmonSensor(roots: machine.roots)]).discover()
        #expect(alone.channels.allSatisfy { $0.mirrorOf == nil }, "there is nothing to mirror without the other sensor")
    }

    @Test func `unplugging causes a new discovery, and no supply is read for that`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(.supply("BAT0", files: ["status": "Charging", "power_now": "9000000"]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        let channels = sensor.discover().channels
        let mark = sensor.discoveryFingerprint()
        try battery.write("Discharging", to: "status")
        #expect(sensor.discoveryFingerprint() == mark)
        var reader = sensor.open(channels)
        var readings: [Reading] = []
        readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
        #expect(sensor.discoveryFingerprint() != mark)
        #expect(sensor.discover().channels.first { $0.countsIn == .battery }?.status == .ok)
    }
}
