import PowerSensors
import PowerSensorsTesting
import Testing

/// Channels that count in a host figure because the user says so.
struct ChosenWholesTests {
    private static func machine() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.set(.intelServer())
        try machine.setMemory(total: 1 << 36)
        for (device, watts) in ["1-0040": 30, "1-0041": 12] {
            try machine.add(.chip("ina226", hardware: "i2c-1/\(device)", files: ["power1_input": "\(watts)000000"]))
        }
        return machine
    }

    private static let first = "hwmon/ina226/1-0040/power1"
    private static let second = "hwmon/ina226/1-0041/power1"

    @Test func `a chosen channel is the figure, and nothing is estimated`() throws {
        let machine = try Self.machine()
        var sampler = try Sampler(SensorSet(roots: machine.roots, wholes: [Self.first: .wall]))
        let figure = try #require(sampler.snapshot().headline)
        #expect(figure.scope == .wall)
        #expect(figure.provenance == .measured)
        #expect(figure.power == Watts(30))
        #expect(sampler.topology.channels.allSatisfy { $0.sensor != .estimator })
    }

    @Test func `chosen channels of one scope are added`() throws {
        let machine = try Self.machine()
        var sampler = try Sampler(
            SensorSet(roots: machine.roots, wholes: [Self.first: .platform, Self.second: .platform]))
        #expect(sampler.snapshot().host.map(\.power) == [Watts(42)])
    }

    @Test func `a chosen channel takes the place of what else would count in its scope`() throws {
        let machine = try Self.machine()
        try machine.add(MockControlType(zones: [MockZone(name: "psys", power: Watts(40))]))
        let topology = SensorSet(roots: machine.roots, wholes: [Self.first: .platform]).discover()
        #expect(topology.channels.filter { $0.countsIn == .platform }.map(\.id) == [Self.first])
    }

    @Test func `a figure that loses a part to another scope is incomplete, and one that loses all is gone`() throws {
        let machine = try MockMachine()
        for device in ["3-0058", "3-0059"] {
            try machine.add(
                .chip(
                    "fsp3y", hardware: "i2c/\(device)",
                    files: [
                        "in1_input": "230000", "in1_label": "vin", "power1_input": "50000000", "power1_label": "pin",
                    ]))
        }
        let ids = ["hwmon/fsp3y/3-0058/power1", "hwmon/fsp3y/3-0059/power1"]
        var part = try Sampler(SensorSet(roots: machine.roots, wholes: [ids[0]: .wall]))
        let figures = part.snapshot().host
        #expect(figures.map(\.scope) == [.platform, .wall])
        #expect(figures.map(\.status) == [.partial, .ok])
        var all = try Sampler(SensorSet(roots: machine.roots, wholes: [ids[0]: .wall, ids[1]: .wall]))
        #expect(all.snapshot().host.map(\.power) == [Watts(100)])
    }

    @Test(arguments: ["hwmon/ina226/1-0049/power1", "hwmon/ina226/1-0050/in1"])
    func `a channel that does not exist or shows no power is reported, and the figures stay as they are`(
        id: String
    ) throws {
        let machine = try Self.machine()
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0050", files: ["in1_input": "5000"]))
        let topology = SensorSet(roots: machine.roots, wholes: [id: .platform]).discover()
        #expect(topology.findings.contains { $0.subject == id && $0.reason == .configuration })
        #expect(topology.scopes == [.wall])
    }

    @Test(arguments: ["hwmon/ina226/1-0049/power1", "hwmon/ina226/1-0050/in1"])
    func `a figure that lacks one of its chosen channels is partial, not smaller`(other: String) throws {
        let machine = try Self.machine()
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0050", files: ["in1_input": "5000"]))
        var sampler = try Sampler(
            SensorSet(roots: machine.roots, wholes: [Self.first: .platform, other: .platform]))
        let platform = sampler.snapshot().host.first { $0.scope == .platform }
        #expect(platform?.status == .partial)
        #expect(platform?.power == nil)
    }

    @Test func `channels of two sensors are not added`() throws {
        let machine = try Self.machine()
        try machine.add(MockControlType(zones: [MockZone(name: "psys", power: Watts(40))]))
        let topology = SensorSet(
            roots: machine.roots, wholes: ["rapl/psys": .platform, Self.first: .platform]
        ).discover()
        #expect(topology.channels.filter { $0.countsIn == .platform }.map(\.id) == ["rapl/psys"])
        #expect(topology.findings.contains { $0.subject == Self.first && $0.reason == .configuration })
    }
}
