import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// What a battery's figure depends on besides its own files: adapters, ports and batteries that fail, go, or are left out.
struct OtherSuppliesTests {
    /// A battery that does not say whether it discharges, and an adapter.
    private static func machine(online: String) throws -> (machine: MockMachine, adapter: MockDevice) {
        let machine = try MockMachine()
        try machine.add(.supply("BAT0", files: ["status": "Unknown", "power_now": "30000000"]))
        let adapter = try machine.add(.supply("AC", type: "Mains", files: ["online": online]))
        return (machine, adapter)
    }

    /// Discovers, and returns how the battery's power is read from then on.
    private static func battery(_ sensor: PowerSupplySensor) throws -> () -> Reading {
        let channels = sensor.discover().channels
        let index = try #require(channels.firstIndex { $0.countsIn == .battery })
        var reader = sensor.open(channels)
        return {
            var readings: [Reading] = []
            readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
            return readings[index]
        }
    }

    private static func supplies(_ machine: MockMachine, ignoring: String...) throws -> SensorSet {
        SensorSet(
            roots: machine.roots, selections: [try #require(SensorSet.Selection("supply"))], ignoring: ignoring)
    }

    @Test(arguments: [MockFault.failing(errno: EIO), .empty, .garbage, .text("2147483647\n")])
    func `an adapter that cannot be read is not taken for unplugged`(fault: MockFault) throws {
        let (machine, adapter) = try Self.machine(online: "1")
        let read = try Self.battery(PowerSupplySensor(roots: machine.roots))
        #expect(read().value == nil)
        try adapter.inject(fault, at: "online")
        #expect(read().status == .io(errno: ENODATA))
        try adapter.restore("online")
        try adapter.write("0", to: "online")
        #expect(read().value == 30)
    }

    @Test func `a port that is gone does not keep the others from being unplugged`() throws {
        let (machine, _) = try Self.machine(online: "0")
        let port = try machine.add(.supply("usb", type: "USB", files: ["online": "1"]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        #expect(try Self.battery(sensor)().value == nil)
        try machine.remove(port)
        #expect(try Self.battery(sensor)().value == 30)
    }

    @Test func `a rate that current and voltage contradict causes no new discovery`() throws {
        let machine = try MockMachine()
        try machine.add(
            .supply(
                "BAT0",
                files: [
                    "status": "Discharging", "power_now": "41000000", "current_now": "500000",
                    "voltage_now": "12000000",
                ]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        let read = try Self.battery(sensor)
        let mark = sensor.discoveryFingerprint()
        #expect(read().status == .implausible)
        #expect(sensor.discoveryFingerprint() == mark)
    }

    @Test func `a discovery reads each file of a battery once`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(
            .supply(
                "BAT0",
                files: [
                    "status": "Discharging", "power_now": "6000000", "current_now": "500000", "voltage_now": "12000000",
                    "energy_now": "40000000", "capacity": "80",
                ]))
        let opened = try OpenedFiles(in: [battery.path], of: machine)
        _ = PowerSupplySensor(roots: machine.roots).discover()
        let names = opened.drainAll().filter { $0.hasSuffix("_now") || $0 == "capacity" }
        #expect(names.sorted() == ["capacity", "current_now", "energy_now", "power_now", "voltage_now"])
    }

    @Test func `a battery that stays is judged by an adapter that comes`() throws {
        let machine = try MockMachine()
        try machine.add(.supply("BAT0", files: ["status": "Discharging", "power_now": "0"]))
        let sensors = SensorSet(only: [BatteryAlone(sensor: PowerSupplySensor(roots: machine.roots))])
        let before = sensors.bind()
        let index = try #require(before.topology.channels.firstIndex { $0.countsIn == .battery })
        var readers = OpenedReaders(before.topology, before.sensors, usesThreads: false)
        _ = readers.read(nil)
        let alone = readers.withReadings { $0[index] }
        #expect(alone.status == .io(errno: ENODATA), "something must feed the machine")
        let adapter = try machine.add(.supply("AC", type: "Mains", files: ["online": "0"]))
        let after = sensors.bind()
        let next = readers.opened(after.topology, after.sensors)
        readers.move(to: next)
        try adapter.write("1", to: "online")
        _ = readers.read(nil)
        let fed = readers.withReadings { $0[index] }
        #expect(fed.value == 0)
    }

    /// Supplies of which only the battery is read, as long as nothing else is needed.
    private struct BatteryAlone: Sensor {
        let sensor: PowerSupplySensor
        var name: SensorName { sensor.name }

        func discover() -> Discovery {
            var discovery = sensor.discover()
            discovery.channels.removeAll { $0.component.supply != "BAT0" }
            return discovery
        }

        func open(_ channels: [Channel]) -> any SensorReader { sensor.open(channels) }
    }

    // MARK: Left out

    @Test(arguments: ["BAT1", "supply/BAT1"])
    func `of a battery that is left out nothing is read but what it is, and the figure lacks it`(name: String) throws {
        let (machine, _) = try Self.machine(online: "0")
        let slow = try machine.add(.supply("BAT1", files: ["status": "Discharging", "power_now": "5000000"]))
        let opened = try OpenedFiles(in: [slow.path], of: machine)
        var sampler = try Sampler(try Self.supplies(machine, ignoring: name))
        let snapshot = sampler.snapshot()
        #expect(Set(opened.drain()).isSubset(of: [".", "type"]))
        #expect(!snapshot.topology.channels.contains { $0.component.supply == "BAT1" })
        #expect(snapshot.host.first { $0.scope == .battery }?.status == .partial)
        let findings = snapshot.topology.findings.filter { $0.reason == .ignored }
        #expect(findings.map(\.severity) == [.info, .info])
    }

    @Test func `an adapter that is left out may be plugged in`() throws {
        let (machine, _) = try Self.machine(online: "1")
        try machine.add(.supply("usb", type: "USB", files: ["online": "0"]))
        var sampler = try Sampler(try Self.supplies(machine, ignoring: "AC"))
        let figure = sampler.snapshot().host.first { $0.scope == .battery }
        #expect(figure?.power == nil)
    }

    @Test func `a mouse that is left out is no part of the figure`() throws {
        let (machine, _) = try Self.machine(online: "0")
        try machine.add(
            .supply("hidpp_battery_0", files: ["status": "Discharging", "scope": "Device", "capacity": "55"]))
        var sampler = try Sampler(try Self.supplies(machine, ignoring: "hidpp_battery_0"))
        #expect(sampler.snapshot().host.first { $0.scope == .battery }?.power == Watts(30))
    }
}
