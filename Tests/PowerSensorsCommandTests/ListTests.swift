#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

struct ListTests {
    @Test func `every channel of a two-socket machine is listed once, whatever mechanisms it has`() async throws {
        let machine = try MockMachine.twoSockets()
        let outcome = try await Command.run(["list", "--json", "--node", "n1"] + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.error.isEmpty)
        let list = try JSON(outcome.output)
        #expect(list["node"].text == "n1")
        let channels = list["channels"].elements
        #expect(
            channels.map { $0["id"].text } == [
                "rapl/package-0", "rapl/package-0/core", "rapl/package-0/uncore", "rapl/package-0/dram",
                "rapl/package-1", "rapl/package-1/core", "rapl/package-1/uncore", "rapl/package-1/dram",
                "rapl/psys",
            ]
        )
        let parts = channels.filter { $0["counts_in"].text == "cpu" }.map { $0["id"].text }
        #expect(parts == ["rapl/package-0", "rapl/package-0/dram", "rapl/package-1", "rapl/package-1/dram"])
        #expect(channels.filter { $0["counts_in"].text == "platform" }.map { $0["id"].text } == ["rapl/psys"])
        #expect(channels.allSatisfy { $0["path"].text?.hasPrefix("class/powercap/intel-rapl:") == true })
        #expect(channels.allSatisfy { ($0["read_cost_ns"].number ?? 0) > 0 })
        let findings = list["findings"].elements.filter { $0["subject"].text?.hasPrefix("class/powercap") ?? false }
        #expect(findings.map { $0["reason"].text } == ["merged"])
    }

    @Test func `the list of a machine without sensors has the reasons`() async throws {
        let machine = try MockMachine()
        let outcome = try await Command.run(["list"] + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("no channel"))
        #expect(outcome.output.contains("Remedy: "))

        let json = try await Command.run(["list", "--json"] + Command.roots(machine))
        #expect(json.exitCode == 0)
        #expect(try JSON(json.output)["channels"].elements.isEmpty)
        #expect(try !JSON(json.output)["findings"].elements.isEmpty)
    }

    @Test func `what is ignored is not listed, and a name that nothing has is reported`() async throws {
        let machine = try MockMachine()
        try machine.add(.chip("amdgpu", hardware: "pci0000:00/0000:0b:00.0", files: ["power1_input": "7000000"]))
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0041", files: ["power1_input": "2000000"]))
        let options = ["--sensor", "hwmon", "--ignore", "amdgpu", "--ignore", "radeon"]
        let outcome = try await Command.run(["list", "--json"] + options + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        let list = try JSON(outcome.output)
        #expect(list["channels"].elements.map { $0["id"].text } == ["hwmon/ina226/1-0041/power1"])
        let warnings = list["findings"].elements.filter { $0["severity"].text == "warning" }
        #expect(warnings.map { $0["subject"].text } == ["radeon"])
    }

    @Test func `a subcommand may follow its options, and its name may be a value`() async throws {
        let machine = try MockMachine.onePackage()
        for arguments in [["list", "--node", "list"], ["--node", "list", "list"]] {
            let outcome = try await Command.run(Command.roots(machine) + ["--json"] + arguments)
            #expect(outcome.exitCode == 0)
            #expect(outcome.error.isEmpty)
            let list = try JSON(outcome.output)
            #expect(list["node"].text == "list")
            #expect(list["channels"].elements.map { $0["id"].text } == ["rapl/package-0"])
        }
    }

    @Test func `a channel that is chosen as a whole counts, whether by a flag or by a variable`() async throws {
        let machine = try MockMachine()
        for device in ["1-0040", "1-0041"] {
            try machine.add(.chip("ina226", hardware: "i2c-1/\(device)", files: ["power1_input": "5000000"]))
        }
        let ids = ["hwmon/ina226/1-0040/power1", "hwmon/ina226/1-0041/power1"]
        let arguments = ["list", "--json"] + Command.roots(machine)
        func counted(_ outcome: Command.Outcome) throws -> [String] {
            let channels = try JSON(outcome.output)["channels"].elements
            return channels.filter { $0["counts_in"].text == "wall" }.compactMap { $0["id"].text }
        }
        let one = try await Command.run(arguments + ["--whole", "\(ids[0])=wall"])
        #expect(try counted(one) == [ids[0]])
        let both = try await Command.run(
            arguments, environment: ["POWERSENSORS_WHOLE": ids.map { "\($0)=wall" }.joined(separator: ", ")])
        #expect(try counted(both) == ids)
        let missing = try await Command.run(arguments + ["--whole", "hwmon/none=wall"])
        #expect(missing.output.contains("configuration"))
    }

    @Test func `an estimate is not called exact, neither in text nor in JSON`() async throws {
        let machine = try MockMachine()
        try machine.set(.guest())
        try machine.setMemory(total: 1 << 32)
        for format in [[], ["--json"]] {
            let outcome = try await Command.run(["list"] + format + Command.roots(machine))
            #expect(outcome.output.contains("estimator/host"))
            #expect(!outcome.output.contains("exact"))
        }
    }

    @Test func `a tree full of garbage is listed without control characters`() async throws {
        let machine = try MockMachine.garbage()
        for arguments in [["list"], ["list", "--json"], ["list", "--verbose"]] {
            let outcome = try await Command.run(arguments + Command.roots(machine))
            #expect(outcome.exitCode == 0)
            #expect(!outcome.output.contains("\u{1B}"))
            #expect(!outcome.output.contains("\u{0}"))
        }
    }
}
#endif
