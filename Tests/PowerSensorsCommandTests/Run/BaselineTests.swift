#if Exporters
import PowerSensorsTesting
import Testing

struct BaselineTests {
    @Test func `a terminal shows how long the baseline and each cooldown take, and nothing while the command has it`()
        async throws
    {
        let machine = try RunMachine()
        let terminal = try PseudoTerminal(rows: 24, columns: 80)
        let script = terminal.script(numberIn: "\(machine.mock.sysfs.path)/number")
        let arguments =
            ["run", "--sensor", "rapl:powercap", "--baseline", "2500ms", "--cooldown", "1500ms", "--runs", "2"]
            + Command.roots(machine.mock) + ["--", "echo", "the command speaks"]
        let outcome = try await withRunningClock(of: machine.mock) {
            try await Command.run(arguments, inScript: script)
        }
        terminal.read()
        #expect(outcome.exitCode == 0)
        var rest = terminal.output[...]
        for (line, next) in [
            ("powersensors: run: measuring the baseline, ", "powersensors: run: cooling down before run 1 of 2, "),
            ("powersensors: run: cooling down before run 1 of 2, ", "the command speaks"),
            ("powersensors: run: cooling down before run 2 of 2, ", "the command speaks"),
        ] {
            let begin = try #require(rest.firstRange(of: line), "\(terminal.output)")
            rest = rest[begin.upperBound...]
            let end = try #require(rest.firstRange(of: next), "\(terminal.output)")
            // It is erased before anything else is shown.
            #expect(rest[..<end.lowerBound].hasSuffix("\r\u{1B}[K") || next.hasPrefix("powersensors"))
            rest = rest[end.lowerBound...]
        }
    }

    @Test func `a baseline that was saved serves later runs`() async throws {
        let machine = try RunMachine()
        let path = "\(machine.mock.sysfs.path)/idle.json"
        let saved = try await withRunningClock(of: machine.mock) {
            try await Command.run(
                ["run", "--sensor", "rapl:powercap", "--node", "n1", "--baseline", "500ms", "--save-baseline", path]
                    + Command.roots(machine.mock))
        }
        #expect(saved.exitCode == 0 && saved.error.isEmpty, "\(saved.error)")
        let written = try JSON(machine.mock.sysfs.text(of: "idle.json"))
        #expect(written["baseline"].elements.first?["duration_s"].number ?? 0 >= 0.5, "\(written)")
        // One that is not exact in binary comes back with the same digits, too.
        let text = try machine.mock.sysfs.text(of: "idle.json")
        let inexact = text.replacing(/"duration_s": ?[0-9.e-]+/, with: "\"duration_s\":0.500228886")
        try #require(inexact.contains("0.500228886"))
        try machine.mock.sysfs.write(inexact, to: "idle.json")
        let document = try JSON(inexact)
        let power = try #require(document["baseline"].elements.first?["power_w"].number)
        #expect(power > 0)
        let entry = try #require(document["baseline"].elements.first)
        let (deviation, count) = (try #require(entry["deviation_w"].number), try #require(entry["samples"].number))
        #expect(deviation >= 0 && count >= 2, "\(entry)")
        let outcome = try await withRunningClock(of: machine.mock) {
            try await machine.run("sleep 0.2", ["--node", "n1", "--baseline", path, "--format", "json"])
        }
        let result = try JSON(outcome.error)
        #expect(result["baseline"] == document["baseline"])
        #expect(result["baseline_time"] == document["time"])
        let run = try #require(result["commands"].elements.first?["runs"].elements.first)
        let (idle, wall) = (run["host"].elements.first?["idle_j"].number ?? 0, run["wall_s"].number ?? 0)
        // Two clocks, which are read one after the other.
        #expect(abs(idle - power * wall) < 1e-4)
        // How uncertain the baseline is widens the bounds of the dynamic part.
        let host = try #require(run["host"].elements.first)
        let (low, high) = (host["dynamic_low_j"].number ?? 0, host["dynamic_high_j"].number ?? 0)
        let (below, above) = ((host["low_j"].number ?? 0) - idle - low, high - ((host["high_j"].number ?? 0) - idle))
        #expect(abs(below - above) < 1e-6 && below >= deviation / count.squareRoot() * wall, "\(host)")
        let other = try await machine.run("true", ["--node", "n2", "--baseline", path])
        #expect(other.exitCode == 1 && other.complaints.count == 1, "\(other.error)")
        #expect(other.error.contains("is of n1, and this machine is n2"))
    }

    @Test func `the shortest baseline has pieces that tell how uncertain it is`() async throws {
        let machine = try RunMachine()
        let path = "\(machine.mock.sysfs.path)/idle.json"
        let saved = try await withRunningClock(of: machine.mock) {
            try await Command.run(
                ["run", "--sensor", "rapl:powercap", "--baseline", "200ms", "--save-baseline", path]
                    + Command.roots(machine.mock))
        }
        #expect(saved.exitCode == 0, "\(saved.error)")
        let entry = try #require(try JSON(machine.mock.sysfs.text(of: "idle.json"))["baseline"].elements.first)
        #expect(entry["deviation_w"].number ?? -1 >= 0 && entry["samples"].number ?? 0 >= 2, "\(entry)")
    }

    @Test(arguments: [
        ("", "is not a baseline"), ("{\"version\":1", "is not a baseline"), ("[]", "is not a baseline"),
        ("{\"version\":2,\"scopes\":{}}", "has version 2"),
        ("{\"version\":1,\"node\":\"n\",\"baseline\":[]}", "has no power of any scope"),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"cpu\",\"power_w\":-1,\"provenance\":\"measured\"}]}",
            "has no usable power of cpu"
        ),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"cpu\",\"power_w\":1,\"provenance\":\"measured\",\"samples\":1}]}",
            "has no usable power of cpu"
        ),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"cpu\",\"power_w\":1e308,\"provenance\":\"measured\"}]}",
            "has no usable power of cpu"
        ),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"cpu\",\"power_w\":1,\"provenance\":\"measured\",\"deviation_w\":1e308,"
                + "\"samples\":2,\"duration_s\":1}]}",
            "has no usable power of cpu"
        ),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"wall\",\"power_w\":9,\"provenance\":\"measured\"}]}",
            "has no power for what is read here: cpu measured"
        ),
        (
            "{\"version\":1,\"node\":\"n\",\"baseline\":[{\"scope\":\"cpu\",\"power_w\":9,\"provenance\":\"estimated\"}]}",
            "has no power for what is read here: cpu measured"
        ),
    ])
    func `a file that is of no use is refused in one line, and nothing is run`(text: String, says: String) async throws
    {
        let machine = try RunMachine()
        try machine.mock.sysfs.write(text, to: "idle.json")
        let outcome = try await machine.run(
            "echo ran", ["--node", "n", "--baseline", "\(machine.mock.sysfs.path)/idle.json"])
        #expect(outcome.exitCode == 1 && outcome.output.isEmpty)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(says), "\(outcome.error)")
    }

    @Test func `a pipe is no baseline, and is not waited for`() async throws {
        let path = try MockTree().path + ".pipe"
        let outcome = try await Command.run(
            ["run", "--baseline", path, "--", "true"], inScript: "mkfifo \(path); \"$@\"; s=$?; rm \(path); exit $s")
        #expect(outcome.exitCode == 1)
        #expect(outcome.error.hasSuffix("is not a file. Name a baseline, or a time such as 5s.\n"), "\(outcome.error)")
    }

    @Test(arguments: [
        (["--baseline", "99ms", "--", "true"], 64, "must be from 100ms to 1d, such as 5s, or a file"),
        (["--baseline", "-1s", "--", "true"], 64, "must be from 100ms to 1d"),
        (["--baseline", "/no/such/file", "--", "true"], 1, "--baseline: /no/such/file: No such file"),
        (["--save-baseline", "/tmp/x", "--", "true"], 64, "say how long to measure"),
        (["--baseline", "/tmp/x", "--save-baseline", "/tmp/x", "--", "true"], 64, "say how long to measure"),
        (["--baseline", "1s", "--save-baseline", "/no/such/folder/x", "--", "true"], 1, "/no/such/folder"),
    ])
    func `what is no baseline is told in one line`(arguments: [String], status: Int32, line: String) async throws {
        let outcome = try await Command.run(["run"] + arguments)
        #expect(outcome.exitCode == status)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(line), "\(outcome.error)")
    }
}
#endif
