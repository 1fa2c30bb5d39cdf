import PowerSensors
import PowerSensorsTesting
import Testing

/// Channels that measure a whole, known by their driver and their label.
struct KnownWholeTests {
    struct Machine: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let chips: [MockClassDevice]
        var scope = Scope.platform
        let counted: [String]
    }

    @Test(arguments: [
        Machine(
            testDescription: "the modules of two sockets with Hopper",
            chips: meters([
                "Module Power Socket 0", "Grace Power Socket 0", "Module Power Socket 1", "CPU Power Socket 1",
            ]),
            counted: meterIDs([0, 2])),
        Machine(
            testDescription: "Grace without a module, and its parts",
            chips: meters(["SysIO Power Socket 0", "Grace Power Socket 0", "CPU Power Socket 0"]),
            counted: meterIDs([1])),
        Machine(testDescription: "a meter of a part alone", chips: meters(["CPU Power Socket 0"]), counted: []),
        Machine(
            testDescription: "a meter that another vendor describes", chips: meters(["Chassis feed"]),
            counted: meterIDs([0])),
        Machine(
            testDescription: "a meter of the chassis beside those of its parts",
            chips: meters(["", "Grace Power Socket 0", "CPU Power Socket 0"]), counted: meterIDs([0])),
        Machine(
            testDescription: "Apple's whole machine, not its adapter",
            chips: [
                .chip(
                    "macsmc_hwmon", hardware: "platform/soc/smc",
                    files: [
                        "power1_input": "11000000", "power1_label": "AC Input Power", "power2_input": "7300000",
                        "power2_label": "Total System Power", "power3_input": "2000000",
                        "power3_label": "Heatpipe Power",
                    ])
            ], counted: ["hwmon/macsmc_hwmon/smc/power2"]),
        Machine(
            testDescription: "a Jetson's input, derived from its rail",
            chips: [
                .chip(
                    "ina3221", hardware: "i2c-1/1-0040",
                    files: [
                        "in1_input": "4976", "in1_label": "VDD_IN", "curr1_input": "1200", "in2_input": "4970",
                        "in2_label": "VDD_CPU_GPU_CV", "curr2_input": "300", "in3_input": "4970",
                        "in3_label": "VDD_SOC",
                        "curr3_input": "250",
                    ])
            ], counted: ["hwmon/ina3221/1-0040/power1_derived"]),
        Machine(
            testDescription: "a Jetson whose module is fed by three rails",
            chips: [
                .chip(
                    "ina3221", hardware: "i2c-1/1-0040",
                    files: [
                        "in1_input": "19800", "in1_label": "VDD_GPU_SOC", "curr1_input": "200", "in2_input": "19800",
                        "in2_label": "VDD_CPU_CV", "curr2_input": "100", "in3_input": "4970",
                        "in3_label": "VIN_SYS_5V0", "curr3_input": "900",
                    ])
            ],
            counted: (1...3).map { "hwmon/ina3221/1-0040/power\($0)_derived" }),
        Machine(
            testDescription: "rails of a Jetson without the input",
            chips: [
                .chip(
                    "ina3221", hardware: "i2c-1/1-0040",
                    files: ["in1_input": "19800", "in1_label": "VDD_GPU_SOC", "curr1_input": "200"])
            ], counted: []),
        Machine(
            testDescription: "POWER's system, by power and not by energy once more",
            chips: [
                .chip(
                    "ibmpowernv", hardware: "platform/ibmpowernv",
                    files: [
                        "power1_input": "310000000", "power1_label": "Chip 0", "power2_input": "640000000",
                        "power2_label": "System", "energy1_input": "5000000", "energy1_label": "System",
                    ])
            ], counted: ["hwmon/ibmpowernv/ibmpowernv/power2"]),
        Machine(
            testDescription: "a power supply's total",
            chips: [
                .chip(
                    "corsairpsu", hardware: "pci0000:00/usb1/1-2/1-2:1.0/0003:1B1C:1C0A.0003",
                    files: [
                        "power1_input": "182000000", "power1_label": "power total", "power2_input": "150000000",
                        "power2_label": "power +12v",
                    ])
            ], counted: ["hwmon/corsairpsu/1-2:1.0/power1"]),
        Machine(
            testDescription: "AMD's sockets, not their cores",
            chips: [
                .chip(
                    "amd_energy", hardware: "platform/amd_energy.0",
                    files: [
                        "energy1_input": "1000", "energy1_label": "Ecore000", "energy2_input": "9000",
                        "energy2_label": "Esocket0", "energy3_input": "8000", "energy3_label": "Esocket1",
                    ])
            ], scope: .cpu,
            counted: ["hwmon/amd_energy/amd_energy.0/energy2", "hwmon/amd_energy/amd_energy.0/energy3"]),
    ])
    func `what a driver is known to measure as a whole counts`(machine: Machine) throws {
        let mock = try MockMachine()
        for chip in machine.chips { try mock.add(chip) }
        let sensor = HwmonSensor(roots: mock.roots)
        let channels = sensor.discover().channels
        #expect(channels.filter { $0.countsIn == machine.scope }.map(\.id) == machine.counted)
        #expect(channels.allSatisfy { $0.countsIn == nil || $0.countsIn == machine.scope })
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test func `power meters are told apart by what their firmware says, or else by their accuracy`() throws {
        let mock = try MockMachine()
        for meter in Self.meters(["Module Power Socket 0", ""]) { try mock.add(meter) }
        let labels = HwmonSensor(roots: mock.roots).discover().channels.map(\.label)
        #expect(labels == ["Module Power Socket 0", "accuracy 98.5%"])
    }

    @Test func `a measured whole is the headline, and nothing is estimated`() throws {
        let mock = try MockMachine()
        try mock.set(.intelServer())
        for meter in Self.meters(["Module Power Socket 0", "Grace Power Socket 0"]) { try mock.add(meter) }
        var sampler = try Sampler(SensorSet(roots: mock.roots))
        let headline = try #require(sampler.snapshot().headline)
        #expect(headline.scope == .platform)
        #expect(headline.power == Watts(301))
        #expect(sampler.topology.channels.allSatisfy { $0.sensor != .estimator })
    }

    /// ACPI power meters that measure 301 W, 302 W and so on.
    private static func meters(_ names: [String]) -> [MockClassDevice] {
        names.enumerated().map { number, name in
            .olderChip(
                "power_meter", hardware: "LNXSYSTM:00/ACPI000D:0\(number)",
                files: [
                    "power1_average": "\(301 + number)000000", "power1_average_interval": "50",
                    "power1_accuracy": "98.5%", "power1_is_battery": "0", "power1_model_number": "",
                    "power1_oem_info": name,
                ])
        }
    }

    private static func meterIDs(_ numbers: [Int]) -> [String] {
        numbers.map { "hwmon/power_meter/ACPI000D:0\($0)/power1_average" }
    }
}
