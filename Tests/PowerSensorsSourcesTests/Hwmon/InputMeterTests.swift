import PowerSensors
import PowerSensorsTesting
import Testing

/// Which of the chips' channels are the host's figure of scope `platform`: only what measures all that the machine takes in.
struct InputMeterTests {
    struct Machine: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let chips: [MockClassDevice]
        let counted: [String]
        var uncounted = 0
    }

    @Test(arguments: [
        Machine(
            testDescription: "one ACPI power meter", chips: [powerMeter("ACPI000D:00")],
            counted: ["hwmon/power_meter/ACPI000D:00/power1_average"]),
        Machine(
            testDescription: "two ACPI power meters", chips: [powerMeter("ACPI000D:00"), powerMeter("ACPI000D:01")],
            counted: [], uncounted: 2),
        Machine(
            testDescription: "an ACPI power meter of a battery", chips: [powerMeter("ACPI000D:00", isBattery: true)],
            counted: []),
        Machine(
            testDescription: "an ACPI power meter and what it holds",
            chips: [powerMeter("ACPI000D:00"), pmbus("fsp3y", "3-0058", millivolts: 230_000)],
            counted: ["hwmon/power_meter/ACPI000D:00/power1_average"], uncounted: 1),
        Machine(
            testDescription: "two supplies at the mains, one of which is unplugged",
            chips: [pmbus("fsp3y", "3-0058", millivolts: 230_000), pmbus("fsp3y", "3-0059", millivolts: 0)],
            counted: ["hwmon/fsp3y/3-0058/power1", "hwmon/fsp3y/3-0059/power1"]),
        Machine(
            testDescription: "a supply and the regulators behind it",
            chips: [pmbus("fsp3y", "3-0058", millivolts: 115_000), pmbus("tps53679", "4-0060", millivolts: 12_000)],
            counted: ["hwmon/fsp3y/3-0058/power1"], uncounted: 1),
        Machine(
            testDescription: "a regulator alone", chips: [pmbus("tps53679", "4-0060", millivolts: 12_000)],
            counted: [], uncounted: 1),
        Machine(
            testDescription: "a lone hot-swap controller", chips: [pmbus("adm1278", "4-0010", millivolts: 12_000)],
            counted: ["hwmon/adm1278/4-0010/power1"]),
        Machine(
            testDescription: "a lone hot-swap controller that shows a mean too",
            chips: [
                .chip(
                    "lm25066", hardware: "i2c/4-0010",
                    files: [
                        "in1_input": "12000", "in1_label": "vin", "power1_input": "150000000", "power1_label": "pin",
                        "power1_average": "149000000",
                    ])
            ],
            counted: ["hwmon/lm25066/4-0010/power1"]),
        Machine(
            testDescription: "two hot-swap controllers",
            chips: [pmbus("adm1278", "4-0010", millivolts: 12_000), pmbus("adm1278", "4-0011", millivolts: 12_000)],
            counted: [], uncounted: 2),
        Machine(
            testDescription: "a graphics card",
            chips: [.chip("amdgpu", hardware: "0000:03:00.0", files: ["power1_input": "30000000"])], counted: []),
    ])
    func `only a meter at the input counts, and a finding explains possible ones`(machine: Machine) throws {
        let mock = try MockMachine()
        for chip in machine.chips { try mock.add(chip) }
        let discovery = HwmonSensor(roots: mock.roots).discover()
        #expect(discovery.channels.filter { $0.countsIn == .platform }.map(\.id) == machine.counted)
        #expect(discovery.findings.count { $0.reason == .uncounted } == machine.uncounted)
    }

    @Test func `an input meter is not added to psys`() throws {
        let mock = try MockMachine()
        try mock.add(MockControlType(zones: [MockZone(name: "psys", power: Watts(40))]))
        try mock.add(Self.powerMeter("ACPI000D:00"))
        let topology = SensorSet(roots: mock.roots).discover()
        #expect(topology.channels.filter { $0.countsIn == .platform }.map(\.id) == ["rapl/psys"])
        #expect(topology.channels.contains { $0.id == "hwmon/power_meter/ACPI000D:00/power1_average" })
    }

    @Test func `a machine with only a meter has a measured figure and no estimate`() throws {
        let mock = try MockMachine()
        try mock.set(.intelServer())
        try mock.setMemory(total: 1 << 36)
        try mock.add(Self.powerMeter("ACPI000D:00"))
        var sampler = try Sampler(SensorSet(roots: mock.roots))
        let headline = try #require(sampler.snapshot().headline)
        #expect(headline.scope == .platform)
        #expect(headline.provenance == .measured)
        #expect(headline.power == Watts(212.5))
        #expect(sampler.topology.channels.allSatisfy { $0.sensor != .estimator })
    }

    private static func powerMeter(_ device: String, isBattery: Bool = false) -> MockClassDevice {
        .olderChip(
            "power_meter", hardware: device,
            files: [
                "power1_average": "212500000", "power1_average_interval": "2000", "power1_accuracy": "95.0%",
                "power1_is_battery": isBattery ? "1" : "0", "power1_model_number": "M1", "power1_oem_info": "",
            ])
    }

    private static func pmbus(_ name: String, _ device: String, millivolts: Int) -> MockClassDevice {
        .chip(
            name, hardware: "i2c/\(device)",
            files: [
                "in1_input": "\(millivolts)", "in1_label": "vin", "power1_input": "150000000", "power1_label": "pin",
                "power2_input": "140000000", "power2_label": "pout1",
            ])
    }
}
