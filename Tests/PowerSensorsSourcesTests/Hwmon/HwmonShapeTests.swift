import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Chips of every shape that the kernel's drivers give them (Documentation/hwmon, a page a driver): each file that holds a
/// value is a channel with that value, and no other file is.
struct HwmonShapeTests {
    /// A driver's chip: its name, a colon, and its files. `in1-3_input` means three files.
    private static let drivers = """
        acpi_power_meter: power1_average power1_average_interval power1_accuracy power1_cap power1_is_battery power1_alarm
        adm1266: in1-17_input in1-17_label in1-17_min_alarm
        adm1275: in1-2_input in1-2_label in1_reset_history curr1_input curr1_label power1_input power1_label power1_input_highest temp1_input
        adm9240: in0-5_input in0-5_min fan1-2_input temp1_input temp1_max alarms aout_output cpu0_vid
        ads7828: in0-7_input
        amdgpu: power1_average power1_input power1_cap power1_cap_max power1_cap_default power1_label in0-1_input in0-1_label temp1-3_input temp1-3_label temp1-3_emergency freq1-2_input freq1-2_label fan1_enable
        applesmc: fan1_input temp1-30_input temp1-30_label
        aquaero: temp1-20_input temp1-20_label fan1-4_input power1-4_input power1-4_label in0-3_input curr1-4_input pwm1
        asus_ec: temp1-6_input temp1-6_label curr1_input curr1_label in0_input in0_label fan1-2_input
        coretemp: temp1-2_input temp6_input temp10_input temp14_input temp1_label temp1_crit temp1_crit_alarm
        corsairpsu: power1-4_input power1-4_label in0-3_input in0-3_label in1_crit in1_lcrit curr1-4_input curr1-4_label temp1-2_input fan1_input
        cros_ec: fan1_input fan1_fault temp1-8_input temp1_fault temp1-8_label
        dell_smm: fan1-3_input pwm1-3 temp1-4_input temp1-4_label
        drivetemp: temp1_input temp1_highest temp1_lowest temp1_crit temp1_lcrit temp1_max temp1_min
        emc1403: temp1-3_input temp1-3_max temp1-3_fault temp1-3_crit_hyst
        fam15h_power: power1_input power1_average power1_average_interval power1_crit
        i5k_amb: temp1-4_input temp1-4_label temp1-4_min
        i915: in0_input energy1_input energy1_label power1_max power1_max_interval power1_rated_max power1_crit curr1_crit
        ibmaem: power1-2_average power1-2_average_interval power1_cap power1_cap_max energy1-2_input temp1-2_input
        ibmpowernv: power1-5_input power1-5_label energy1-5_input energy1-5_label energy1_input_highest curr1-2_input curr1-2_label in1-2_input in1-2_label temp1-40_input temp1-40_label temp1_max
        ina209: in0-1_input in0_input_highest in1_reset_history curr1_input power1_input power1_input_highest power1_crit_alarm
        ina226: in0-1_input in0_lcrit in0_crit_alarm in0_beep curr1_input power1_input power1_crit shunt_resistor update_interval
        ina238: in0-1_input in0_min curr1_input power1_input power1_input_highest energy1_input temp1_input temp1_max
        ina3221: in1-7_input in1-3_label in1-3_enable curr1-4_input curr1-3_crit curr1-3_max_alarm shunt1-3_resistor samples
        isl68137: in1-5_input in1-5_label curr1-5_input curr1-5_label power1-5_input power1-5_label temp1-4_input
        it8728: in0-8_input in7-8_label in0-6_max in0-6_beep temp1-3_input temp1-3_type temp1-3_offset fan1-5_input pwm1 intrusion0_alarm cpu0_vid
        jc42: temp1_input temp1_crit temp1_crit_hyst temp1_max_alarm
        k10temp: temp1_input temp1_label temp3-10_input temp3-10_label
        lineage_pem: in1_input in1_lcrit_alarm curr1_input power1_input temp1_input fan1-3_input
        lm25066: in1-3_input in1-3_label in1_average in1_min power1_input power1_average power1_reset_history curr1_input temp1_input
        lm63: temp1-2_input temp2_offset temp2_crit_hyst fan1_input pwm1_auto_point1_pwm update_interval
        ltc2945: in1-2_input in1-2_min curr1_input curr1_lowest power1_input power1_input_lowest power1_input_highest power1_min
        ltc2947: in0-1_input in0-1_lowest in0-1_min_alarm curr1_input power1_input power1_input_highest energy1-2_input temp1-2_input
        ltc2978: in1-9_input in1-9_label in1-9_lcrit temp1_input temp1_highest
        ltc2990: in0-4_input temp1-3_input curr1-2_input
        ltc2992: in0-7_input in0_alarm curr1-2_input power1-2_input power1_input_lowest power1_reset_history in1_min_alarm
        ltc4151: in1-2_input curr1_input
        ltc4215: in1-2_input in1_min_alarm curr1_input curr1_max_alarm power1_input power1_alarm
        ltc4222: in1-6_input curr1-2_input curr1-2_reset_history in1_min_alarm
        ltc4261: in1-3_input in1_min_alarm curr1_input curr1_max_alarm
        ltc4282: in0-5_input in0-2_lowest curr1_input curr1_label power1_input power1_input_highest power1_average energy1_input energy1_enable
        max16065: in0-11_input in0-11_crit in0-11_alarm in12_input curr1_input
        max197: in0-7_input in0-7_min
        max34451: in1-16_input in1-16_label in1-16_highest curr1-16_input temp1-5_input
        menf21bmc: in0-4_input in0-4_label in0-4_min in0-4_max
        nct6683: in0-20_input in0-20_label temp1-32_input temp1-32_label temp1_type fan1-16_input pwm1 beep_enable
        nct6798: in0-14_input in0-14_alarm in0-14_beep temp1-13_input temp1-13_label temp1_source temp1_type fan1-7_input pwm1_weight_temp_step intrusion0_beep cpu0_vid
        nouveau: power1_input power1_max power1_crit in0_input in0_label temp1_input temp1_auto_point1_pwm
        nvme: temp1-9_input temp1-9_label temp1_alarm temp1_crit
        occ: temp1-30_label temp1-30_input power1-4_label power1-4_input power1-4_average power1-4_average_interval power5_cap power5_cap_not_redundant power5_input freq1_input extn1_flags
        pcf8591: in0-3_input out0_output out0_enable
        powr1220: in0-13_input in0-13_highest in0-13_label
        qsfp: temp1_input temp1_crit in0_input in0_lcrit curr1_input curr1_label power1-2_input power1-2_label power1_crit_alarm
        sbs_battery: in0_input curr1_input temp1_input
        scmi_sensors: temp1-6_input temp1-6_label in1-3_input in1-3_label curr1-2_input power1-8_input power1-8_label energy1-8_input energy1-8_label
        sfp: temp1_input temp1_crit_alarm in0_input curr1_input power1-2_input power1-2_label
        smpro: temp1-8_input temp1-8_label temp1_crit in0-3_input in0-3_label curr1-3_input power1-4_input power1-4_label
        spd5118: temp1_input temp1_enable temp1_lcrit_alarm temp1_max
        thinkpad: fan1-2_input temp1-8_input temp10-16_input pwm1_enable
        tmp513: in0-1_input in0_crit_alarm curr1_input power1_input temp1-4_input temp1-4_crit
        tps53679: in1-5_input in1-5_label curr1-5_input curr1-5_label power1-5_input power1-5_label temp1-4_input
        ucd90160: in1-16_input in1-16_label in1-16_crit temp1_input fan1_input
        ucsi_source_psy: in0_input in0_min in0_max curr1_input curr1_max curr1_label in0_label
        vexpress_energy: energy1_input energy1_label
        w83795: in0-20_input in0-20_beep temp1-6_input temp1-6_max fan1-14_input pwm1 chassis fan1_target pwm_uniform
        xe: energy1-2_input energy1-2_label power1_max power1_cap power1_rated_max power1_crit in1_input in1_label temp2-3_input fan1_input curr1_crit
        xgene: temp1_input temp1_label temp1_critical_alarm power1-2_input power1-2_label
        zl6100: in1-3_input in1-3_label curr1_input temp1-2_input update_interval
        """.split(separator: "\n").map(String.init)

    private static let kinds = ["power": 1e6, "energy": 1e6, "in": 1e3, "curr": 1e3, "temp": 1e3]

    @Test(arguments: drivers)
    func `each file that holds a value is a channel with that value, and no other file is`(driver: String) throws {
        let files = try Self.files(of: driver)
        let name = try #require(driver.split(separator: ":").first).trimmed
        for isInDevice in [false, true] {
            let machine = try MockMachine()
            let hardware = "platform/\(name).1"
            try machine.add(
                isInDevice
                    ? .olderChip(name, hardware: hardware, files: files) : .chip(name, hardware: hardware, files: files)
            )
            let sensor = HwmonSensor(roots: machine.roots)
            var sampler = try Sampler(SensorSet(only: [sensor]))
            let snapshot = sampler.snapshot()
            let shown = zip(snapshot.topology.channels, snapshot.channels).filter { $0.0.mechanism != "derived" }
            let expected = files.keys.compactMap(Self.value)
            #expect(
                shown.compactMap { $0.0.path?.split(separator: "/").last.map(String.init) }.sorted()
                    == expected.sorted())
            for (channel, reading) in shown {
                let file = try #require(channel.path?.split(separator: "/").last.map(String.init))
                let number = try #require(files[file].flatMap(Double.init))
                let kind = file.prefix { $0.isLetter }
                if channel.encoding != .gauge {
                    #expect(reading.energy == Joules(0))
                } else {
                    #expect(reading.value == number / (Self.kinds[String(kind)] ?? 0))
                    #expect(reading.status == .ok)
                }
                let label = try #require(file.split(separator: "_").first)
                if let expected = files["\(label)_label"] { #expect(channel.label == expected) }
            }
        }
    }

    /// The file's own name where it holds a value, told in another way than the library does.
    private static func value(_ file: String) -> String? {
        guard file.contains(/^(power|in|curr|temp)[0-9]+_(input|average)$|^energy[0-9]+_input$/) else { return nil }
        return file
    }

    /// Files with different numbers, except for switches, which are on.
    private static func files(of driver: String) throws -> [String: String] {
        var files: [String: String] = [:]
        for word in driver.split(separator: ":")[1].split(separator: " ") {
            let match = try #require(word.wholeMatch(of: /([a-z]*?)([0-9]*)(?:-([0-9]+))?(_[a-z0-9_]*)?/), "\(word)")
            let (_, kind, first, last, rest) = match.output
            let numbers = Int(first).map { Array($0...(last.flatMap { Int($0) } ?? $0)).map(String.init) } ?? [""]
            for number in numbers {
                let file = "\(kind)\(number)\(rest ?? "")"
                let isText = file.hasSuffix("_label") || file.hasSuffix("_accuracy")
                files[file] = file.hasSuffix("_enable") ? "1" : isText ? "\(file) of it" : "\(1003 * (files.count + 1))"
            }
        }
        return files
    }

    struct Oddity: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The exact bytes of the files.
        let files: [String: String]
        var identity = "odd"
        let values: [String: Double?]
        var label: String?
    }

    @Test(arguments: [
        Oddity(
            testDescription: "no newline at the end of anything",
            files: ["name": "odd", "power1_input": "5000000", "power1_label": "VDD"], values: ["power1": 5],
            label: "VDD"),
        Oddity(
            testDescription: "a name with blanks and a slash",
            files: ["name": "Intel(R) Odd/1\n", "temp1_input": "1000\n"],
            identity: "Intel_R__Odd_1", values: ["temp1": 1]),
        Oddity(
            testDescription: "a label of blanks, and one that is empty",
            files: ["name": "odd\n", "in0_input": "1\n", "in0_label": "  \n"], values: ["in0": 0.001]),
        Oddity(
            testDescription: "zeros in front, a sign, and blanks behind",
            files: ["name": "odd\n", "temp1_input": "0000\n", "temp2_input": "-0045\n", "temp3_input": "45   \n"],
            values: ["temp1": 0, "temp2": -0.045, "temp3": 0.045]),
        Oddity(
            testDescription: "empty files, words, fractions and two numbers",
            files: [
                "name": "odd\n", "in0_input": "", "in1_input": "\n", "in2_input": "N/A\n", "in3_input": "1.5\n",
                "in4_input": "1 2\n", "in5_input": "0x10\n", "in6_input": "7\n",
            ],
            values: ["in0": nil, "in1": nil, "in2": nil, "in3": nil, "in4": nil, "in5": nil, "in6": 0.007]),
        Oddity(
            testDescription: "more than 64 bits",
            files: ["name": "odd\n", "power1_input": "99999999999999999999\n", "power2_input": "1000000\n"],
            values: ["power1": nil, "power2": 1]),
        Oddity(
            testDescription: "gaps, great numbers, and numbers that are none",
            files: [
                "name": "odd\n", "in0_input": "1\n", "in255_input": "2\n", "power9999_input": "3\n",
                "power10000_input": "4\n", "power1a_input": "5\n", "power_1_input": "6\n", "power-1_input": "7\n",
                "POWER2_input": "8\n", "power3_input_highest": "9\n", "power4_inputs": "1\n", "power５_input": "1\n",
            ],
            values: ["in0": 0.001, "in255": 0.002, "power9999": 3e-6]),
        Oddity(
            testDescription: "bytes that are no text in a name and a label",
            files: ["name": "od\u{1B}[2Jd\n", "power1_input": "1\n", "power1_label": "a\tb\n"], identity: "od__2Jd",
            values: ["power1": 1e-6], label: "a\tb"),
    ])
    func `an odd text affects only its own channel`(oddity: Oddity) throws {
        let machine = try MockMachine()
        let folder = "devices/platform/odd.1/hwmon/hwmon0"
        for (file, text) in oddity.files { try machine.sysfs.write(text, to: "\(folder)/\(file)") }
        try machine.sysfs.link("\(folder)/device", to: "../..")
        try machine.sysfs.link("class/hwmon/hwmon0", to: "../../\(folder)")
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]))
        let snapshot = sampler.snapshot()
        let shown = zip(snapshot.topology.channels, snapshot.channels).map { ($0.id, $1.value) }
        let expected = oddity.values.map { ("hwmon/\(oddity.identity)/odd.1/\($0)", $1) }
        #expect(
            Dictionary(uniqueKeysWithValues: shown) == Dictionary(uniqueKeysWithValues: expected))
        if let label = oddity.label { #expect(snapshot.topology.channels.first?.label == label) }
        let subjects = snapshot.topology.findings.map(\.subject)
        for (name, value) in oddity.values where value == nil {
            #expect(subjects.contains { $0.hasSuffix("/\(name)_input") }, "\(name) is named")
        }
    }

    @Test func `folders, dangling links and a vanishing chip affect only their own channels`() throws {
        let machine = try MockMachine()
        let odd = try machine.add(
            .chip(
                "odd", hardware: "platform/odd.1",
                files: ["power1_input": "1", "power2_input": "2", "power3_input": "3000000", "in0_input": "4"]))
        try odd.inject(.directory, at: "power1_input")
        try odd.inject(.danglingLink, at: "power2_input")
        try odd.inject(.huge, at: "in0_input")
        try machine.sysfs.link("class/hwmon/hwmon7", to: "../../devices/platform/gone.1/hwmon/hwmon7")
        try machine.sysfs.write("", to: "class/hwmon/hwmon8")
        try machine.sysfs.write("empty\n", to: "class/hwmon/hwmon9/name")
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]))
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "hwmon/odd/odd.1/power3"]?.value == 3)
        #expect(snapshot.channels.count { $0.status == .ok } == 1)
        #expect(snapshot.topology.channels.count == 4)
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
