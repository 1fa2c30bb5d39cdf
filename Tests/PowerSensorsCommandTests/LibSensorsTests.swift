#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command and `sensors -j` of lm-sensors on the same `/sys`: both must show the same values.
@Suite(.timeLimit(.minutes(2)))
struct LibSensorsTests {
    /// The names of a chip and a file, such as `ina226/power1_input`.
    private typealias Values = [String: Double]

    private static let configuration = """
        chip "ina226-*"   # what follows is of one chip
            label in0 "Rail # 1"
            compute in0 @*2, @/2
            compute power1 @ * 1.5, \\
                @ / 1.5
            ignore curr1

        chip "lm75-*" "w83781d-*"
            label temp1 "Inlet"
            compute temp1 @-3, @+3
            compute in1 @ * (1 + 34/51), @ / (1 + 34/51)
            ignore in2
        """

    @Test(
        .enabled(if: canRun, "needs root with mount name spaces of its own, sensors (lm-sensors) and a sensors3.conf"),
        arguments: ["", configuration, "chip \"*\"\n    compute in0 @+1, @-1\n    label in0 \"all\"\n"])
    func `channels and values are those of sensors -j`(configuration: String) async throws {
        let machine = try Self.machine()
        try machine.tree.write(configuration, to: "sensors.conf")
        let (theirs, ours) = try await (
            Self.run("sensors -j", over: machine), Self.run("\"$@\" --interval 50ms --duration 50ms", over: machine)
        )
        let list = try JSON(try await Self.run("\"$1\" list --json --sensor hwmon", over: machine))
        let snapshot = try JSON(try #require(ours.split(separator: "\n").last))
        let expected = try Self.values(try JSON(theirs))
        var shown: Values = [:]
        for (channel, reading) in zip(list["channels"].elements, snapshot["channels"].elements) {
            #expect(channel["id"] == reading["id"])
            let file = try #require(channel["path"].text?.split(separator: "/").last)
            let chip = try #require(channel["chip"].text)
            shown["\(chip)/\(file)"] = reading["value"].number
        }
        #expect(Set(shown.keys) == Set(expected.keys))
        for (name, value) in expected {
            // lm-sensors writes three decimals.
            // An ina226's register of power has no sign; ours has that of the current.
            let ours = name == "ina226/power1_input" ? shown[name].map(abs) : shown[name]
            let difference = abs(value - (ours ?? .nan))
            #expect(difference <= 0.000_51, "\(name): \(value), here \(shown[name] ?? .nan)")
        }
        if configuration == Self.configuration {
            let labels = list["channels"].elements.compactMap { $0["label"].text }
            #expect(labels.contains("Rail # 1") && labels.contains("Inlet"))
            #expect(list["findings"].elements.contains { $0["reason"].text == "ignored" })
            let mechanisms = Set(list["channels"].elements.compactMap { $0["mechanism"].text })
            #expect(mechanisms == ["sysfs", "libsensors"], "only what is computed goes through the library")
        }
    }

    @Test(.enabled(if: canRun, "needs root with mount name spaces of its own and sensors (lm-sensors)"))
    func `without the library the chips are read, and a finding says that it is missing`() async throws {
        let machine = try Self.machine()
        let hide = """
            for library in $(ldconfig -p | sed -n 's/.*libsensors\\.so\\.5.*=> //p'); do
                mount --bind /dev/null "$library" || exit 9
            done
            """
        let list = try JSON(
            try await Self.run("\(hide)\n\"$1\" list --json --sensor hwmon", over: machine, configuration: false))
        #expect(list["channels"].elements.count == 12)
        let finding = try #require(list["findings"].elements.first { $0["subject"].text == "libsensors.so.5" })
        #expect(finding["reason"].text == "absent")
        #expect(finding["severity"].text == "info")
        #expect(finding["remedy"].text?.hasSuffix("sudo apt-get install libsensors5") == true)
    }

    @Test(.enabled(if: canRun, "needs root with mount name spaces of its own and sensors (lm-sensors)"))
    func `an invalid configuration line is a finding, and the chips are read`() async throws {
        let machine = try Self.machine()
        try machine.tree.write(
            "chip \"ina226-*\"\n    label in0 \"Rail\"\n    compute in1 @*(, @\n", to: "sensors.conf")
        let list = try JSON(try await Self.run("\"$1\" list --json --sensor hwmon", over: machine))
        #expect(list["channels"].elements.count == 12)
        let finding = try #require(list["findings"].elements.first { $0["reason"].text == "malformed" })
        #expect(finding["subject"].text == "/etc/sensors3.conf")
        #expect(finding["text"].text?.contains("line 3") == true)
    }

    // MARK: The machine

    private static func machine() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.add(
            .chip(
                "ina226", hardware: "i2c-1/1-0040",
                files: [
                    "power1_input": "12345678", "in0_input": "0", "in1_input": "12229", "curr1_input": "-512",
                    "power1_label": "VDD", "in1_crit_alarm": "1",
                ]))
        try machine.add(.chip("lm75", hardware: "i2c-1/1-0048", files: ["temp1_input": "25500", "temp1_max": "80000"]))
        try machine.add(
            .olderChip(
                "w83781d", hardware: "platform/w83781d.656",
                files: [
                    "in0_input": "1808", "in1_input": "3296", "in2_input": "5026", "temp1_input": "-5000",
                    "in0_label": "in0",
                ]))
        try machine.add(
            .chip(
                "power_meter", hardware: "i2c-1/1-0058",
                files: ["power1_average": "212500000", "power2_input": "1", "power2_average": "2"]))
        return machine
    }

    /// The values of `sensors -j` of the kinds that this library reads.
    private static func values(_ json: JSON) throws -> Values {
        guard case .object(let chips) = json else { return [:] }
        var values: Values = [:]
        for (key, features) in chips {
            let chip = try #require(key.split(separator: "-").first)
            guard case .object(let features) = features else { continue }
            for case .object(let files) in features.values {
                for (file, value) in files where file.hasSuffix("_input") || file.hasSuffix("_average") {
                    values["\(chip)/\(file)"] = value.number
                }
            }
        }
        return values
    }

    /// Runs a shell command with the machine's `/sys` and its configuration in place of the system's.
    private static func run(
        _ line: String, over machine: MockMachine, configuration: Bool = true
    ) async throws -> String {
        var script = "set -e\n"
        if configuration {
            script +=
                "mount --bind \(machine.tree.path)/sensors.conf /etc/sensors3.conf\nmount -t tmpfs tmpfs /etc/sensors.d\n"
        }
        let file = "run-\(abs(line.hashValue)).sh"
        try machine.tree.write(script + line + "\n", to: file)
        let watch = ["watch", "--format", "json", "--sensor", "hwmon"]
        let outcome = try await Command.run(
            watch,
            inScript: "exec \"\(folder)/with_sys.sh\" \(machine.sysfs.path) bash \(machine.tree.path)/\(file) \"$@\"")
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        return outcome.output
    }

    private static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/LiveSys"
    }()

    private static var canRun: Bool {
        let hasSensors = unsafe access("/usr/bin/sensors", X_OK) == 0 && access("/etc/sensors3.conf", R_OK) == 0
        guard hasSensors, getuid() == 0 else { return false }
        return unsafe system("unshare -m --propagation private true 2>/dev/null") == 0
    }
}
#endif
