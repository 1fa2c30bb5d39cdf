import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Power derived from a voltage and its current: only of matching pairs, and only if it is plausible.
struct DerivedPowerTests {
    struct Chip: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var name = "ltc2990"
        let files: [String: String]
        /// The derived channels by their last part, with their values; nil for an implausible one.
        let powers: [String: Double?]
    }

    @Test(arguments: [
        Chip(
            testDescription: "two pairs of one label each",
            files: [
                "in1_input": "5000", "in1_label": "5V", "in2_input": "12000", "in2_label": "12V", "curr1_input": "100",
                "curr1_label": "12V", "curr2_input": "200", "curr2_label": "5V",
            ], powers: ["power1_derived": 1.2, "power2_derived": 1]),
        Chip(
            testDescription: "two voltages of the current's label",
            files: [
                "in1_input": "5000", "in1_label": "rail", "in2_input": "12000", "in2_label": "rail",
                "curr1_input": "100", "curr1_label": "rail",
            ], powers: [:]),
        Chip(
            testDescription: "two currents of the voltage's label",
            files: [
                "in1_input": "5000", "in1_label": "rail", "curr1_input": "100", "curr1_label": "rail",
                "curr2_input": "300", "curr2_label": "rail",
            ], powers: [:]),
        Chip(
            testDescription: "one of each, of two labels",
            files: ["in1_input": "5000", "in1_label": "VDD", "curr1_input": "100", "curr1_label": "IBAT"], powers: [:]),
        Chip(
            testDescription: "PMBus's names", name: "pmbus",
            files: [
                "in1_input": "12000", "in1_label": "vin", "in2_input": "1000", "in2_label": "vout1",
                "curr1_input": "2000", "curr1_label": "iin", "curr2_input": "20000", "curr2_label": "iout1",
            ], powers: ["power1_derived": 24, "power2_derived": 20]),
        Chip(
            testDescription: "a power that is switched off",
            files: ["in1_input": "5000", "curr1_input": "100", "power1_input": "0", "power1_enable": "0"], powers: [:]),
        Chip(
            testDescription: "a mean of power",
            files: ["in1_input": "5000", "curr1_input": "100", "power1_average": "400000"], powers: [:]),
        Chip(
            testDescription: "a current that stands for none", name: "ina3221",
            files: ["in1_input": "5000", "curr1_input": "4294967295", "in2_input": "5000", "curr2_input": "100"],
            powers: ["power1_derived": nil, "power2_derived": 0.5]),
        Chip(
            testDescription: "a voltage that stands for none", name: "ina3221",
            files: ["in1_input": "2147483647", "curr1_input": "100"], powers: ["power1_derived": nil]),
        Chip(
            testDescription: "more than is possible, either way", name: "ina3221",
            files: ["in1_input": "500000", "curr1_input": "3000", "in2_input": "500000", "curr2_input": "-3000"],
            powers: ["power1_derived": nil, "power2_derived": nil]),
    ])
    func `power is derived if voltage and current are known to belong together`(chip: Chip) throws {
        let machine = try MockMachine()
        try machine.add(.chip(chip.name, hardware: "i2c-1/1-004c", files: chip.files))
        var sampler = try Sampler(
            SensorSet(only: [HwmonSensor(roots: machine.roots, maximumPower: Watts(1000))]))
        let snapshot = sampler.snapshot()
        let derived = zip(snapshot.topology.channels, snapshot.channels).filter { $0.0.mechanism == "derived" }
        let powers = derived.map { ($0.id.split(separator: "/").last.map(String.init) ?? "", $1.value) }
        #expect(Dictionary(uniqueKeysWithValues: powers) == chip.powers)
        #expect(snapshot.topology.channels.allSatisfy { $0.fileCount == ($0.mechanism == "derived" ? 2 : 1) })
        for (_, reading) in derived where reading.value == nil { #expect(reading.status == .implausible) }
    }

    private static let values: [String: LibSensors.Value] = [
        "in1_input": .init(), "in2_input": .init(), "curr1_input": .init(), "curr2_input": .init(),
    ]

    struct Configuration: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: [String: LibSensors.Value?]
        let derived: [String]
    }

    @Test(arguments: [
        Configuration(testDescription: "nothing", change: [:], derived: ["power1_derived", "power2_derived"]),
        Configuration(
            testDescription: "ignores a current", change: ["curr1_input": nil], derived: ["power2_derived"]),
        Configuration(
            testDescription: "ignores a voltage", change: ["in2_input": nil], derived: ["power1_derived"]),
        Configuration(
            testDescription: "computes a voltage", change: ["in2_input": .init(isComputed: true)],
            derived: ["power1_derived"]),
        Configuration(
            testDescription: "gives a label", change: ["in2_input": .init(label: "VDD")],
            derived: ["power1_derived", "power2_derived"]),
    ])
    func `ignored or computed values are not used to derive power`(configuration: Configuration) throws {
        let machine = try MockMachine()
        let device = try machine.add(
            .chip(
                "ina3221", hardware: "i2c-1/1-0040",
                files: ["in1_input": "5000", "curr1_input": "100", "in2_input": "12000", "curr2_input": "100"]))
        let sensor = HwmonSensor(roots: machine.roots)
        var discovery = sensor.discover()
        var values = Self.values
        for (file, value) in configuration.change { values[file] = value }
        sensor.apply(LibSensors.Catalogue([device.path: values]), to: &discovery)
        let derived = discovery.channels.filter { $0.mechanism == "derived" }.compactMap {
            $0.id.split(separator: "/").last.map(String.init)
        }
        #expect(derived == configuration.derived)
    }
}
