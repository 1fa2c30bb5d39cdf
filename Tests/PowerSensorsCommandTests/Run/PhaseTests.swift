#if Exporters
import PowerSensorsTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PhaseTests {
    private func number(_ value: JSON) throws -> Double { try #require(value.number) }

    /// Checks that the phases of a run add up to it.
    private func checkSums(_ run: JSON) throws {
        let phases = run["phases"].elements
        for name in ["wall_s", "cpu_s"] {
            let sum = try phases.reduce(0) { $0 + (try number($1[name])) }
            #expect(abs(sum - (try number(run[name]))) < 1e-9, "\(name): \(run)")
        }
        for host in run["host"].elements {
            guard let energy = host["energy_j"].number else { continue }
            let own = phases.compactMap { $0["host"].elements.first { $0["scope"] == host["scope"] } }
            #expect(abs(own.reduce(0) { $0 + ($1["energy_j"].number ?? 0) } - energy) < 1e-9, "\(run)")
        }
    }

    @Test(arguments: [
        (["--phases", "^phase (.*)"], "say() { echo \"phase $1\"; }\n"),
        (["--phase-descriptor", "7"], "say() { echo $1 >&7; }\n"),
    ])
    func `each phase has what was used in it, and all add up to the run`(options: [String], say: String) async throws {
        let steps = """
            grow 1000; sleep 0.3; say one; sleep 0.3; grow 4000; sleep 0.3; say two
            i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done
            sleep 0.3; grow 9000; sleep 0.3; say one; sleep 0.3; grow 2000; sleep 0.3
            """
        let command = try await RunMachine().result(say + steps, options)
        let run = try #require(command["runs"].elements.first)
        try checkSums(run)
        let phases = run["phases"].elements
        #expect(phases.map(\.["name"]) == [.null, .text("one"), .text("two")], "\(run)")
        #expect(phases.map(\.["count"]) == [.number(1), .number(2), .number(1)])
        for (phase, joules) in zip(phases, [1.0, 6.0, 9.0]) {
            let host = try #require(phase["host"].elements.first)
            // A busy machine may read the sensors late, which the bounds then say.
            let (low, high) = (try number(host["low_j"]), try number(host["high_j"]))
            #expect(low <= joules + 1e-3 && high >= joules - 1e-3, "\(run)")
            let (power, peak) = (try number(host["power_w"]), try number(host["peak_w"]))
            #expect(peak >= power)
            #expect(try number(phase["wall_s"]) > 0.25)
        }
        #expect(try number(phases[2]["cpu_s"]) > 0)
        #expect(command["phases"].elements.map(\.["runs"]) == [.number(1), .number(1), .number(1)])
    }

    @Test func `the streams are passed on byte for byte, also garbage, long lines and no last line end`() async throws {
        let folder = try MockTree()
        let script = """
            cd \(folder.path)
            head -c 3000000 /dev/urandom > data
            head -c 1048576 /dev/zero | tr '\\0' x >> data; printf 'end' >> data
            "$@" -- sh -c 'cat data; cat data >&2; head -c 30000 /dev/urandom >&7' > out 2> err
            echo $?; cmp data out && cmp data err && echo same
            """
        let outcome = try await Command.run(
            ["run", "--phases", "^phase|ab", "--phase-descriptor", "7", "--format", "json", "--output", "result"],
            inScript: script)
        #expect(outcome.output == "0\nsame\n", "\(outcome.error)")
        let run = try #require(try JSON(folder.text(of: "result"))["commands"].elements.first?["runs"].elements.first)
        try checkSums(run)
    }

    @Test func `a flood of marks loses no byte and needs bounded memory`() async throws {
        let folder = try MockTree()
        let machine = try MockMachine.onePackage()
        let script = """
            cd \(folder.path)
            "$@" -- sh -c 'seq 300000; seq 300000 >&9' > out; echo $?; seq 300000 | cmp - out && echo same
            """
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(
                ["run", "--phases", ".+", "--phase-descriptor", "9", "--format", "json", "--output", "result"]
                    + Command.roots(machine), inScript: script)
        }
        #expect(outcome.output == "0\nsame\n", "\(outcome.error)")
        let run = try #require(try JSON(folder.text(of: "result"))["commands"].elements.first?["runs"].elements.first)
        try checkSums(run)
        #expect(run["phases"].elements.count == 1001)
        #expect(run["phases"].elements.last?["name"].text == "(more)")
    }

    @Test func `a phase of which nothing is known has the run's reason`() async throws {
        let run = try #require(try await RunMachine().result("true", ["--phases", "x"])["runs"].elements.first)
        let (host, phase) = (run["host"].elements.first, run["phases"].elements.first?["host"].elements.first)
        #expect(host?["energy_j"] == .null && host?["status"] == .text("warming_up"), "\(run)")
        #expect(phase?["energy_j"] == .null && phase?["status"] == .text("warming_up"), "\(run)")
    }

    @Test func `what a slow reader has not taken at the end is passed on, and its marks are at the end`() async throws {
        let folder = try MockTree()
        let script = """
            "$@" -- sh -c 'sleep 3; echo phase short
                head -c 100000 /dev/zero | tr "\\0" x; sleep 0.5; echo; echo phase late; : >\(folder.path)/ended' |
                { while [ ! -e \(folder.path)/ended ]; do sleep 0.1; done; sleep 0.5; wc -c; }
            """
        let outcome = try await Command.run(
            ["run", "--phases", "^phase (.*)", "--format", "json", "--output", "\(folder.path)/result"],
            inScript: script)
        #expect(outcome.output.split(separator: " ").last == "100024\n", "\(outcome.output) \(outcome.error)")
        let run = try #require(try JSON(folder.text(of: "result"))["commands"].elements.first?["runs"].elements.first)
        try checkSums(run)
        let phases = run["phases"].elements
        #expect(phases.map(\.["name"]) == [.null, .text("short"), .text("late")])
        #expect(try number(phases[0]["wall_s"]) >= 3, "\(run)")
        #expect(try number(phases[2]["wall_s"]) == 0, "\(run)")
    }

    @Test func `a full disk takes the output and not the command`() async throws {
        let outcome = try await Command.run(
            [
                "run", "--phases", "x", "--", "sh", "-c",
                "for i in 1 2 3 4; do echo y || exit 9; sleep 0.1; done; exit 3",
            ],
            inScript: "\"$@\" >/dev/full")
        #expect(outcome.exitCode == 3)
        #expect(outcome.error.contains("standard output: No space left on device."), "\(outcome.error)")
    }

    @Test(arguments: [0, 1], [[], ["--phases", "x"]])
    func `a standard stream that is closed stays closed for the command`(number: Int, options: [String]) async throws {
        let outcome = try await Command.run(
            ["run"] + options + ["--", "sh", "-c", "[ -e /proc/self/fd/\(number) ] || echo it is closed >&2"],
            inScript: "\"$@\" \(number)>&-")
        #expect(outcome.complaints.contains("it is closed"), "\(outcome.error)")
    }

    @Test func `a descriptor that is closed at once, or never written to, does no harm`() async throws {
        for steps in ["exec 8>&-; echo done", "printf last >&8; echo done", "(sleep 0.3 >/dev/null) & echo done"] {
            let outcome = try await RunMachine().run(steps, ["--phase-descriptor", "8"])
            #expect(outcome.output == "done\n")
            #expect(outcome.exitCode == 0)
        }
    }

    @Test func `a command whose reader has gone notices that`() async throws {
        let outcome = try await Command.run(
            ["run", "--phases", "x", "--", "sh", "-c", "yes; echo status $? >&2"], inScript: "\"$@\" | head -n 1")
        #expect(outcome.output == "y\n")
        #expect(outcome.error.contains("status 141"), "\(outcome.error)")
    }

    @Test func `what a command leaves behind does not hold up its end for long`() async throws {
        let outcome = try await RunMachine().run("echo phase; sleep 300 & echo $!", ["--phases", "phase"])
        #expect(outcome.exitCode == 0)
        let number = try #require(outcome.output.split(separator: "\n").last)
        _ = try await Command.run([], inScript: "kill \(number)")
    }

    @Test func `what goes on writing after the command's end does not hold it up for long either`() async throws {
        let steps = "(i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo tick; sleep 0.3; done) & echo started"
        let outcome = try await RunMachine().run(steps, ["--phases", "phase"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("started") && outcome.output.split(separator: "\n").count < 60)
    }

    @Test func `several runs have the mean of each phase, and CSV a row of each`() async throws {
        let steps = "echo one; sleep 0.05; grow 250; sleep 0.05; echo two; sleep 0.05"
        let machine = try RunMachine()
        let command = try await machine.result(steps, ["--runs", "2", "--phases", "one|two"])
        let phases = command["phases"].elements
        #expect(phases.map(\.["name"]) == [.null, .text("one"), .text("two")])
        let times = command["runs"].elements.compactMap { $0["phases"].elements.dropFirst().first?["wall_s"].number }
        #expect(abs(try number(phases[1]["mean"]["wall_s"]) - times.reduce(0, +) / 2) < 1e-9)
        #expect(phases[1]["interval95"]["wall_s"].elements.count == 2)
        let table = try await RunMachine().run(steps, ["--phases", "one|two", "--format", "csv"]).error
        let rows = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows.first?.suffix(2) == ["phase", "phase_name"])
        #expect(rows.dropFirst().map { $0.suffix(2).joined(separator: ",") } == [",", ",", "1,", "2,one", "3,two"])
        #expect(Set(rows.map(\.count)).count == 1)
        let text = try await RunMachine().run(steps, ["--phases", "one|two"]).error
        #expect(text.contains("  phases\n    (no name)") && text.contains("\n    two "))
    }

    @Test(arguments: [
        (["--phases", "(a*)*b\\1"], "refers back to a group"),
        (["--phases", "("], "--phases (: is not a regular expression: "), (["--phases", ""], "--phases"),
        (["--phase-descriptor", "2"], "--phase-descriptor 2: must be a whole number from 3"),
        (["--phase-descriptor", "6"], "--phase-descriptor 6: this descriptor is open already"),
    ])
    func `what cannot mark phases is told in one line`(options: [String], line: String) async throws {
        let outcome = try await Command.run(["run"] + options + ["--", "true"], inScript: "exec 6>/dev/null; \"$@\"")
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(line), "\(outcome.error)")
    }
}
#endif
