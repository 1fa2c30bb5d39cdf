import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Traps for readers of hwmon, one in each row. The healthy channels are found, and the faulty one is named.
struct HwmonTrapTests {
    struct Trap: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let devices: [MockClassDevice]
        /// What goes wrong with a file of the first device.
        var fault: (file: String, MockFault)?
        /// The expected value of every channel by its id without `hwmon/`; nil for none.
        let values: [String: Double?]
        /// The status of channels without a value.
        var missing: [String: ReadingStatus] = [:]
        /// Reasons of findings by the end of their subject.
        var findings: [String: String] = [:]
    }

    @Test(arguments: [
        Trap(
            testDescription: "flags, serial numbers, alarms and limits are no values",
            devices: [
                .chip(
                    "ina226", hardware: "i2c-1/1-0040",
                    files: [
                        "power1_input": "12345678", "power1_cap": "1", "power1_max": "2", "power1_is_battery": "1",
                        "power1_serial_number": "4711", "power1_oem_info": "7", "power1_crit_alarm": "1",
                        "power1_average_interval": "1000", "power1_average_highest": "3", "energy1_enable": "1",
                        "in0_input": "12229", "in0_min": "1", "in0_crit_alarm": "0", "in0_enable": "1",
                        "curr1_input": "500", "curr1_max_alarm": "1", "temp1_type": "4", "temp1_fault": "0",
                        "fan1_input": "900", "cpu0_vid": "1100", "power_input": "1", "in_input": "2",
                        "curr01x_input": "3",
                    ])
            ],
            values: [
                "ina226/1-0040/power1": 12.345678, "ina226/1-0040/in0": 12.229, "ina226/1-0040/curr1": 0.5,
            ]),
        Trap(
            testDescription: "a counter, a current and a mean that are switched off are absent",
            devices: [
                .chip(
                    "ltc2947", hardware: "i2c-1/1-005c",
                    files: [
                        "energy1_input": "0", "energy1_enable": "0", "curr1_input": "0", "curr1_enable": "0",
                        "power1_average": "0", "power1_enable": "0", "temp1_input": "21000", "temp1_enable": "1",
                        "temp2_input": "0", "temp2_enable": "0",
                    ])
            ],
            values: ["ltc2947/1-005c/temp1": 21],
            findings: [
                "energy1_input": "disabled", "curr1_input": "disabled", "power1_average": "disabled",
                "temp2_input": "disabled",
            ]),
        Trap(
            testDescription: "a counter below nothing is implausible, and the power beside it is there",
            devices: [
                .chip(
                    "ltc2947", hardware: "i2c-1/1-005c",
                    files: ["energy1_input": "-2000000", "power1_input": "3000000"])
            ],
            values: ["ltc2947/1-005c/energy1": nil, "ltc2947/1-005c/power1": 3],
            missing: ["ltc2947/1-005c/energy1": .implausible], findings: ["energy1_input": "implausible"]),
        Trap(
            testDescription: "a chip of a mean alone",
            devices: [
                .chip(
                    "xgene", hardware: "platform/APMC0D29:00",
                    files: ["power1_average": "42000000", "power1_average_interval": "2000", "power1_label": "SoC"])
            ],
            values: ["xgene/APMC0D29:00/power1_average": 42]),
        Trap(
            testDescription: "every number that a driver may mean 'unknown' by",
            devices: [
                .chip(
                    "occ", hardware: "platform/occ-hwmon.1",
                    files: [
                        "power1_input": "4294967295", "power2_input": "2147483647000", "power3_input": "2147483647",
                        "power4_input": "-2147483648", "power5_input": "9223372036854775807",
                        "power6_input": "-9223372036854775808", "power7_input": "4294967294",
                    ])
            ],
            values: [
                "occ/occ-hwmon.1/power1": nil, "occ/occ-hwmon.1/power2": nil, "occ/occ-hwmon.1/power3": nil,
                "occ/occ-hwmon.1/power4": nil, "occ/occ-hwmon.1/power5": nil, "occ/occ-hwmon.1/power6": nil,
                "occ/occ-hwmon.1/power7": 4294.967294,
            ],
            missing: Dictionary(
                uniqueKeysWithValues: (1...6).map { ("occ/occ-hwmon.1/power\($0)", ReadingStatus.implausible) }),
            findings: Dictionary(uniqueKeysWithValues: (1...6).map { ("power\($0)_input", "implausible") })),
        Trap(
            testDescription: "a channel that is switched off is absent",
            devices: [
                .chip(
                    "ina3221", hardware: "i2c-1/1-0041",
                    files: [
                        "in1_input": "5000", "in1_enable": "0", "in2_input": "12000", "in2_enable": "1",
                        "power7_input": "1000000", "power7_enable": "0",
                    ])
            ],
            values: ["ina3221/1-0041/in2": 12], findings: ["in1_input": "disabled", "power7_input": "disabled"]),
        Trap(
            testDescription: "a number that means 'unknown' is implausible",
            devices: [
                .chip(
                    "power_meter", hardware: "ACPI000D:00",
                    files: ["power1_average": "4294967295000", "power1_accuracy": "95.0%", "power2_input": "3000000"])
            ],
            values: ["power_meter/ACPI000D:00/power1_average": nil, "power_meter/ACPI000D:00/power2": 3],
            missing: ["power_meter/ACPI000D:00/power1_average": .implausible],
            findings: ["power1_average": "implausible"]),
        Trap(
            testDescription: "negative values are values",
            devices: [
                .chip(
                    "adm1275", hardware: "i2c-2/2-0010",
                    files: [
                        "power1_input": "-1500000", "curr1_input": "-125", "temp1_input": "-40000", "in1_input": "0",
                    ])
            ],
            values: [
                "adm1275/2-0010/power1": -1.5, "adm1275/2-0010/curr1": -0.125, "adm1275/2-0010/temp1": -40,
                "adm1275/2-0010/in1": 0,
            ]),
        Trap(
            testDescription: "a mean stands beside the value of the moment",
            devices: [
                .chip(
                    "amdgpu", hardware: "pci0000:00/0000:03:00.0",
                    files: ["power1_input": "30000000", "power1_average": "28000000"])
            ],
            values: ["amdgpu/0000:03:00.0/power1": 30, "amdgpu/0000:03:00.0/power1_average": 28]),
        Trap(
            testDescription: "a graphics driver's error code, as an unsigned number",
            devices: [
                .chip(
                    "amdgpu", hardware: "pci0000:00/0000:03:00.0",
                    files: ["power1_input": "4294967274", "power1_cap": "212000000", "power2_input": "31000000"])
            ],
            values: ["amdgpu/0000:03:00.0/power1": nil, "amdgpu/0000:03:00.0/power2": 31],
            missing: ["amdgpu/0000:03:00.0/power1": .implausible], findings: ["power1_input": "implausible"]),
        Trap(
            testDescription: "a power far beyond the chip's own limit",
            devices: [
                .chip(
                    "xe", hardware: "pci0000:00/0000:05:00.0",
                    files: [
                        "power1_input": "901000000", "power1_rated_max": "15000000", "power2_input": "59000000",
                        "power2_rated_max": "15000000", "power3_input": "301000000", "power3_cap": "15000000",
                        "power4_input": "299000000", "power4_cap": "15000000",
                    ])
            ],
            values: [
                "xe/0000:05:00.0/power1": nil, "xe/0000:05:00.0/power2": 59, "xe/0000:05:00.0/power3": nil,
                "xe/0000:05:00.0/power4": 299,
            ],
            missing: ["xe/0000:05:00.0/power1": .implausible, "xe/0000:05:00.0/power3": .implausible],
            findings: ["power1_input": "implausible", "power3_input": "implausible"]),
        Trap(
            testDescription: "limits that are none",
            devices: [
                .chip(
                    "xe", hardware: "pci0000:00/0000:05:00.0",
                    files: [
                        "power1_input": "90000000", "power1_rated_max": "0", "power1_cap": "-1", "power1_max": "1000",
                        "power1_crit": "18446744073709551615", "power1_cap_max": "4294967295",
                    ])
            ],
            values: ["xe/0000:05:00.0/power1": 90]),
        Trap(
            testDescription: "a power without a sign beside a current that has one",
            devices: [
                .chip(
                    "ina219", hardware: "i2c-1/1-0043",
                    files: ["in1_input": "7400", "curr1_input": "-250", "power1_input": "1850000"]),
                .chip(
                    "ina226", hardware: "i2c-1/1-0044",
                    files: ["in1_input": "7400", "curr1_input": "250", "power1_input": "1850000"]),
            ],
            values: [
                "ina219/1-0043/power1": -1.85, "ina219/1-0043/in1": 7.4, "ina219/1-0043/curr1": -0.25,
                "ina226/1-0044/power1": 1.85, "ina226/1-0044/in1": 7.4, "ina226/1-0044/curr1": 0.25,
            ]),
        Trap(
            testDescription: "two channels of one label",
            devices: [
                .chip(
                    "occ", hardware: "platform/occ-hwmon.1",
                    files: [
                        "power1_input": "1000000", "power1_label": "rail", "power2_input": "2000000",
                        "power2_label": "rail",
                    ])
            ],
            values: ["occ/occ-hwmon.1/power1": 1, "occ/occ-hwmon.1/power2": 2]),
        Trap(
            testDescription: "two chips of one name on two devices",
            devices: [
                .chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "1000000"]),
                .chip("ina226", hardware: "i2c-1/1-0041", files: ["power1_input": "2000000"]),
            ],
            values: ["ina226/1-0040/power1": 1, "ina226/1-0041/power1": 2]),
        Trap(
            testDescription: "two chips of one name without a device",
            devices: [
                .chip("ina226", files: ["power1_input": "1000000", "power1_label": "a"]),
                .chip("ina226", files: ["power1_input": "2000000", "power1_label": "b"]),
            ],
            values: ["ina226/virtual/power1": 1, "ina226/virtual+2/power1": 2], findings: ["hwmon1": "duplicate"]),
        Trap(
            testDescription: "two chips on one device",
            devices: [
                .chip("nct6775", hardware: "platform/nct.656", files: ["in0_input": "1000"]),
                .chip("w83627", hardware: "platform/nct.656", files: ["in0_input": "2000"]),
            ],
            values: ["nct6775/nct.656/in0": 1, "w83627/nct.656/in0": 2]),
        Trap(
            testDescription: "name and values in device/",
            devices: [
                .olderChip(
                    "w83781d", hardware: "platform/w83.290",
                    files: ["in0_input": "1808", "temp1_input": "25000", "in0_max": "2000"])
            ],
            values: ["w83781d/w83.290/in0": 1.808, "w83781d/w83.290/temp1": 25]),
        Trap(
            testDescription: "12229 mV are 12.229 V and not 12.229000000000001",
            devices: [.chip("nct", hardware: "platform/nct.1", files: ["in0_input": "12229"])],
            values: ["nct/nct.1/in0": 12.229]),
        Trap(
            testDescription: "running numbers of devices are no identity",
            devices: [
                .chip(
                    "corsairpsu", hardware: "pci0000:00/usb1/1-2/1-2:1.0/0003:1B1C:1C0A.0007",
                    files: ["power1_input": "90000000"]),
                .chip("nvme", hardware: "pci0000:00/0000:04:00.0/nvme/nvme3", files: ["temp1_input": "30850"]),
            ],
            values: ["corsairpsu/1-2:1.0/power1": 90, "nvme/0000:04:00.0/temp1": 30.85]),
        Trap(
            testDescription: "power of a chip that leaves it to its reader, by pairs that are known",
            devices: [
                .chip(
                    "ina3221", hardware: "i2c-1/1-0040",
                    files: [
                        "in1_input": "5000", "curr1_input": "1200", "in2_input": "12000", "curr2_input": "-250",
                        "in4_input": "9",
                    ])
            ],
            values: [
                "ina3221/1-0040/power1_derived": 6, "ina3221/1-0040/power2_derived": -3, "ina3221/1-0040/in1": 5,
                "ina3221/1-0040/in2": 12, "ina3221/1-0040/in4": 0.009, "ina3221/1-0040/curr1": 1.2,
                "ina3221/1-0040/curr2": -0.25,
            ]),
        Trap(
            testDescription: "voltage and current that may have nothing to do with each other give no power",
            devices: [
                .chip(
                    "ltc4261", hardware: "i2c-1/1-0042",
                    files: ["in1_input": "900", "in2_input": "1800", "curr1_input": "400"]),
                .chip(
                    "ina219", hardware: "i2c-1/1-0043",
                    files: ["in1_input": "5000", "curr1_input": "1000", "power1_input": "4900000"]),
            ],
            values: [
                "ltc4261/1-0042/in1": 0.9, "ltc4261/1-0042/in2": 1.8, "ltc4261/1-0042/curr1": 0.4,
                "ina219/1-0043/power1": 4.9, "ina219/1-0043/in1": 5, "ina219/1-0043/curr1": 1,
            ]),
        Trap(
            testDescription: "a file that fails takes its channel away and no other",
            devices: [
                .chip("pmbus", hardware: "i2c-3/3-0058", files: ["power1_input": "1", "power2_input": "2000000"])
            ],
            fault: ("power1_input", .failing(errno: EIO)),
            values: ["pmbus/3-0058/power1": nil, "pmbus/3-0058/power2": 2],
            missing: ["pmbus/3-0058/power1": .io(errno: EIO)], findings: ["power1_input": "io"]),
        Trap(
            testDescription: "EAGAIN for ever",
            devices: [.chip("jc42", hardware: "i2c-3/3-0018", files: ["temp1_input": "1", "temp2_input": "2000"])],
            fault: ("temp1_input", .failing(errno: EAGAIN)),
            values: ["jc42/3-0018/temp1": nil, "jc42/3-0018/temp2": 2],
            missing: ["jc42/3-0018/temp1": .io(errno: EAGAIN)], findings: ["temp1_input": "io"]),
        Trap(
            testDescription: "a text that is no number",
            devices: [
                .chip("pmbus", hardware: "i2c-3/3-0058", files: ["power1_input": "1", "power2_input": "2000000"])
            ],
            fault: ("power1_input", .garbage), values: ["pmbus/3-0058/power1": nil, "pmbus/3-0058/power2": 2],
            missing: ["pmbus/3-0058/power1": .io(errno: EBADMSG)], findings: ["power1_input": "io"]),
        Trap(
            testDescription: "an empty file",
            devices: [.chip("pmbus", hardware: "i2c-3/3-0058", files: ["in1_input": "1", "power2_input": "2000000"])],
            fault: ("in1_input", .empty), values: ["pmbus/3-0058/in1": nil, "pmbus/3-0058/power2": 2],
            missing: ["pmbus/3-0058/in1": .io(errno: ENODATA)], findings: ["in1_input": "io"]),
        Trap(
            testDescription: "a chip without a name",
            devices: [.chip("", hardware: "i2c-3/3-0059", files: ["power1_input": "1000000"])],
            values: ["unnamed/3-0059/power1": 1], findings: ["hwmon0/name": "malformed"]),
        Trap(
            testDescription: "a counter of energy has no value of the moment",
            devices: [
                .chip("ltc2947", hardware: "i2c-3/3-005c", files: ["energy1_input": "2000000", "power1_input": "7"])
            ],
            values: ["ltc2947/3-005c/energy1": nil, "ltc2947/3-005c/power1": 7e-6],
            missing: ["ltc2947/3-005c/energy1": .warmingUp]),
    ])
    func `the healthy channels have the files' values, and the faulty one is named`(trap: Trap) throws {
        let machine = try MockMachine()
        let devices = try trap.devices.map { try machine.add($0) }
        if let (file, fault) = trap.fault { try devices[0].inject(fault, at: file) }
        let sensor = HwmonSensor(roots: machine.roots)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let snapshot = sampler.snapshot()
        let shown = zip(snapshot.topology.channels, snapshot.channels)
        let values = Dictionary(uniqueKeysWithValues: shown.map { (String($0.id.dropFirst(6)), $1.value) })
        #expect(values == trap.values)
        let missing = shown.filter { $1.status != .ok }.map { (String($0.id.dropFirst(6)), $1.status) }
        #expect(Dictionary(uniqueKeysWithValues: missing) == trap.missing)
        for (subject, reason) in trap.findings {
            #expect(snapshot.topology.findings.contains { $0.subject.hasSuffix(subject) && $0.reason.name == reason })
        }
        #expect(snapshot.topology.findings.count == trap.findings.count)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }
}
