import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// What a user leaves out.
struct IgnoredChannelsTests {
    private func machine() throws -> (mock: MockMachine, card: MockDevice) {
        let mock = try MockMachine()
        let files = ["power1_input": "7000000", "temp1_input": "40000", "temp1_label": "edge"]
        let card = try mock.add(.chip("amdgpu", hardware: "pci0000:00/0000:0b:00.0", files: files))
        try mock.add(.chip("ina226", hardware: "i2c-1/1-0041", files: ["power1_input": "2000000"]))
        return (mock, card)
    }

    private func hwmon(_ mock: MockMachine, ignoring: String...) throws -> SensorSet {
        SensorSet(
            roots: mock.roots, selections: [try #require(SensorSet.Selection("hwmon"))], ignoring: ignoring)
    }

    @Test(arguments: [
        "amdgpu", "0000:0b:00.0", "pci0000:00/0000:0b:00.0", "/sys/devices/pci0000:00/0000:0b:00.0",
        "amdgpu/0000:0b:00.0", "hwmon/amdgpu/0000:0b:00.0",
    ])
    func `a chip that is ignored is not read at all`(name: String) throws {
        let (mock, card) = try machine()
        let opened = try OpenedFiles(in: [card.path], of: mock)
        let sensors = try hwmon(mock, ignoring: name)
        var sampler = try Sampler(sensors)
        #expect(sampler.snapshot().topology.channels.map(\.id) == ["hwmon/ina226/1-0041/power1"])
        #expect(Set(opened.drain()).isSubset(of: [".", "name"]))
        let finding = try #require(sampler.topology.findings.first { $0.reason == .ignored })
        #expect(finding.severity == .info)
    }

    @Test func `a channel that is ignored is not read at all, but its chip's others are`() throws {
        let (mock, card) = try machine()
        let opened = try OpenedFiles(in: [card.path], of: mock)
        let sensors = try hwmon(mock, ignoring: "hwmon/amdgpu/0000:0b:00.0/temp1")
        var sampler = try Sampler(sensors)
        let ids = sampler.snapshot().topology.channels.map(\.id)
        #expect(ids == ["hwmon/ina226/1-0041/power1", "hwmon/amdgpu/0000:0b:00.0/power1"])
        let names = opened.drain()
        #expect(names.contains("power1_input"))
        #expect(!names.contains { $0.hasPrefix("temp1") })
        #expect(!sampler.topology.findings.contains { $0.severity != .info })
    }

    @Test func `a name that nothing has is reported`() throws {
        let (mock, _) = try machine()
        let findings = try hwmon(mock, ignoring: "amdgpu", "radeon").discover().findings
        let finding = try #require(findings.first { $0.subject == "radeon" })
        #expect(finding.severity == .warning)
        #expect(finding.reason == .ignored)
        #expect(!findings.contains { $0.subject == "amdgpu" })
    }

    @Test func `a figure that lacks an ignored part has no value`() throws {
        let mock = try MockMachine()
        try mock.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(roots: mock.roots, ignoring: ["rapl/package-1"])
        var sampler = try Sampler(sensors)
        let snapshot = sampler.snapshot()
        #expect(snapshot.topology.channels.filter { $0.sensor == .rapl }.map(\.id) == ["rapl/package-0"])
        #expect(snapshot.host.first { $0.scope == .cpu }?.status == .partial)
        #expect(snapshot.topology.findings.contains { $0.reason == .ignored && $0.text.contains("cpu") })
    }

    @Test func `a supply whose twin is ignored is not the whole input`() throws {
        let mock = try MockMachine()
        let files = ["power1_input": "90000000", "power1_label": "pin", "in1_input": "230000", "in1_label": "vin"]
        for address in ["1-0058", "1-0059"] {
            try mock.add(.chip("dps920", hardware: "i2c-1/\(address)", files: files))
        }
        var sampler = try Sampler(try hwmon(mock, ignoring: "1-0059"))
        #expect(sampler.snapshot().host.map(\.status) == [.partial])
        var other = try Sampler(try hwmon(mock, ignoring: "hwmon/dps920/1-0059/power1"))
        #expect(other.snapshot().host.map(\.status) == [.partial])
    }

    struct Part: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let chips: [MockClassDevice]
        let ignored: String
        var scope = Scope.platform
        let status: ReadingStatus
        /// The channels that are neither shown nor read, of the first chip.
        let gone: [String]
    }

    @Test(arguments: [
        Part(
            testDescription: "one of two sockets",
            chips: [
                .chip(
                    "amd_energy", hardware: "platform/amd_energy.0",
                    files: [
                        "energy1_input": "9000", "energy1_label": "Esocket0", "energy2_input": "8000",
                        "energy2_label": "Esocket1",
                    ])
            ], ignored: "hwmon/amd_energy/amd_energy.0/energy2", scope: .cpu, status: .partial,
            gone: ["hwmon/amd_energy/amd_energy.0/energy2"]),
        Part(
            testDescription: "the current of one of three rails", chips: [orinInput, orinMemory],
            ignored: "hwmon/ina3221/1-0040/curr2", status: .partial,
            gone: ["hwmon/ina3221/1-0040/curr2", "hwmon/ina3221/1-0040/power2_derived"]),
        Part(
            testDescription: "the power of one of three rails", chips: [orinInput, orinMemory],
            ignored: "hwmon/ina3221/1-0040/power2_derived", status: .partial,
            gone: ["hwmon/ina3221/1-0040/power2_derived"]),
        Part(
            testDescription: "the current of another rail", chips: [orinMemory, orinInput],
            ignored: "hwmon/ina3221/1-0041/curr2", status: .ok,
            gone: ["hwmon/ina3221/1-0041/curr2", "hwmon/ina3221/1-0041/power2_derived"]),
        Part(
            testDescription: "the chip of other rails", chips: [orinMemory, orinInput], ignored: "ina3221/1-0041",
            status: .ok, gone: ["hwmon/ina3221/1-0041/in2", "hwmon/ina3221/1-0041/power2_derived"]),
        Part(
            testDescription: "a part beside the whole",
            chips: [
                .chip(
                    "ibmpowernv", hardware: "platform/ibmpowernv",
                    files: [
                        "power1_input": "310000000", "power1_label": "Chip 0", "power2_input": "640000000",
                        "power2_label": "System",
                    ])
            ], ignored: "hwmon/ibmpowernv/ibmpowernv/power1", status: .ok, gone: ["hwmon/ibmpowernv/ibmpowernv/power1"]),
        Part(
            testDescription: "a supply's output",
            chips: [
                .chip(
                    "dps920", hardware: "i2c-1/1-0058",
                    files: [
                        "power1_input": "90000000", "power1_label": "pin", "in1_input": "230000", "in1_label": "vin",
                        "power2_input": "80000000", "power2_label": "pout1",
                    ])
            ], ignored: "hwmon/dps920/1-0058/power2", status: .ok, gone: ["hwmon/dps920/1-0058/power2"]),
    ])
    func `a figure is incomplete only if it loses what it counted`(part: Part) throws {
        let mock = try MockMachine()
        let chips = try part.chips.map { try mock.add($0) }
        let opened = try OpenedFiles(in: [chips[0].path], of: mock)
        var sampler = try Sampler(try hwmon(mock, ignoring: part.ignored))
        let snapshot = sampler.snapshot()
        #expect(snapshot.host.first { $0.scope == part.scope }?.status == part.status)
        let findings = snapshot.topology.findings
        #expect(findings.allSatisfy { $0.reason == .ignored && $0.severity == .info })
        #expect(findings.contains { $0.text.contains("figure \(part.scope)") } == (part.status == .partial))
        let files = opened.drain()
        for id in part.gone {
            #expect(snapshot[channel: id] == nil)
            #expect(!files.contains("\(id.split(separator: "/").last ?? "")_input"))
        }
    }

    /// The rails that feed the module of an AGX Orin, and others of it.
    private static let orinInput = orin("1-0040", ["VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"])
    private static let orinMemory = orin("1-0041", ["NC", "VDDQ_VDD2_1V8AO", "NC"])

    private static func orin(_ address: String, _ rails: [String]) -> MockClassDevice {
        var files: [String: String] = [:]
        for (index, rail) in rails.enumerated() {
            files["in\(index + 1)_input"] = "5000"
            files["in\(index + 1)_label"] = rail
            files["curr\(index + 1)_input"] = "200"
        }
        return .chip("ina3221", hardware: "i2c-1/\(address)", files: files)
    }

    @Test func `a package that is ignored leaves its parts without a parent`() throws {
        let mock = try MockMachine()
        try mock.add(
            MockControlType(zones: [MockZone(name: "package-0", children: [MockZone(name: "core")])]))
        let topology = SensorSet(roots: mock.roots, ignoring: ["rapl/package-0"]).discover()
        let core = try #require(topology.channels.first { $0.id == "rapl/package-0/core" })
        #expect(core.parent == nil)
    }
}
