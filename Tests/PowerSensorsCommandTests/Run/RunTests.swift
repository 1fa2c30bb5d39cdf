#if Exporters
import PowerSensors
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct RunTests {
    private func number(_ value: JSON) throws -> Double { try #require(value.number) }

    @Test(arguments: [
        ("grow 250", 0.25), ("grow 20000; sleep 0.3; grow 250", 20.25),
        ("sleep 0.05; grow 4000; sleep 0.05", 4.0),
    ])
    func `the energy is what the counter gained during the run`(steps: String, joules: Double) async throws {
        let run = try #require(try await RunMachine().result(steps)["runs"].elements.first)
        let host = try #require(run["host"].elements.first { $0["scope"].text == "cpu" })
        try #require(host["status"].text == "ok", "\(run)")
        #expect(abs(try number(host["energy_j"]) - joules) < 1e-3, "\(run)")
        #expect(try number(host["low_j"]) <= joules + 1e-3)
        #expect(try number(host["high_j"]) >= joules - 1e-3)
        #expect(host["provenance"].text == "measured")
        #expect(host["status"].text == "ok")
        let channel = try #require(run["channels"].elements.first { $0["energy_j"].number != nil })
        #expect(abs(try number(channel["energy_j"]) - joules) < 1e-3)
        let (power, wall) = (try number(host["power_w"]), try number(run["wall_s"]))
        #expect(power > 0 && power * wall <= joules + 1e-3)
        #expect(try number(host["peak_w"]) >= power * 0.99)
    }

    @Test func `each domain has its energy and power, in every format`() async throws {
        let machine = try MockMachine.twoSockets()
        let arguments = ["run", "--sensor", "rapl:powercap"] + Command.roots(machine)
        let results = try await withRunningClock(of: machine) {
            (
                try await Command.run(arguments + ["--", "sleep", "0.5"]).error,
                try await Command.run(arguments + ["--format", "json", "--", "sleep", "0.5"]).error,
                try await Command.run(arguments + ["--format", "csv", "--", "sleep", "0.5"]).error,
                try await Command.run(arguments + ["--runs", "2", "--", "sleep", "0.3"]).error
            )
        }
        // The memory is counted beside its package, and the cores are a part of it.
        for name in ["package-0", "  core", "dram", "package-1"] {
            #expect(results.0.contains("\n    \(name) "), "\(results.0)")
        }
        #expect(results.3.contains("\n    dram "), "\(results.3)")
        let run = try #require(try JSON(results.1)["commands"].elements.first?["runs"].elements.first)
        let dram = try #require(run["channels"].elements.first { $0["id"].text == "rapl/package-0/dram" })
        let (power, energy) = (try number(dram["power_w"]), try number(dram["energy_j"]))
        #expect(power > 0 && energy > 0 && dram["status"].text == "ok", "\(dram)")
        let rows = results.2.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let (scope, channel) = (
            try #require(rows.first?.firstIndex(of: "scope")), try #require(rows.first?.firstIndex(of: "channel"))
        )
        #expect(Set(rows.map(\.count)).count == 1)
        let row = try #require(rows.first { $0[channel] == "rapl/package-1/core" }, "\(results.2)")
        // What adds up rows of a scope finds the figure alone.
        #expect(row[scope].isEmpty, "\(row)")
        for place in [scope + 1, scope + 4] { #expect((Double(row[place]) ?? 0) > 0, "\(row)") }
    }

    @Test func `what a run added stands before the domains`() async throws {
        let machine = try MockMachine.twoSockets()
        let options = ["run", "--sensor", "rapl:powercap", "--baseline", "200ms", "--runs"]
        let texts = try await withRunningClock(of: machine) {
            var texts: [String] = []
            for runs in ["1", "2"] {
                let arguments = options + [runs] + Command.roots(machine) + ["--", "sleep", "0.3"]
                texts.append(try await Command.run(arguments).error)
            }
            return texts
        }
        for text in texts {
            let names = text.split(separator: "\n").compactMap { $0.split(separator: " ").first }
            let cpu = try #require(names.firstIndex(of: "cpu"), "\(text)")
            let dynamic = try #require(names[cpu...].firstIndex(of: "dynamic"), "\(text)")
            let package = try #require(names[cpu...].firstIndex(of: "package-0"), "\(text)")
            #expect(dynamic < package, "\(text)")
        }
    }

    @Test(arguments: [
        ("1) ;;", "of 1 of 3 runs no counter noticed anything, so that the others tell no mean", false),
        (
            "3) sleep 0.1; for file in $counters; do printf garbage >$file; done; sleep 0.1 ;;",
            "the energy is known of 2 of 3 runs; those that are io are not in the mean\n", true
        ),
    ])
    func `why the energy of some of several runs is not known is said`(
        step: String, note: String, hasMean: Bool
    ) async throws {
        let folder = try MockTree()
        let file = "\(folder.path)/number"
        let steps = """
            echo >>\(file)
            case $(wc -l <\(file)) in
            \(step)
            *) sleep 0.1; grow 250; sleep 0.1 ;;
            esac
            """
        let text = try await RunMachine().run(steps, ["--runs", "3"]).error
        #expect(text.contains("note: \(note)"), "\(text)")
        #expect(text.contains("\n  cpu ") == hasMean, "\(text)")
    }

    @Test func `a counter that breaks during the run is named with its file and what to do, and the command goes on`()
        async throws
    {
        let outcome = try await RunMachine().run(
            "sleep 0.2; for file in $counters; do printf garbage >$file; done; sleep 0.2; exit 3")
        #expect(outcome.exitCode == 3)
        let line = try #require(
            outcome.error.split(separator: "\n").first { $0.contains("energy_uj: ") }, "\(outcome.error)")
        let text =
            "rapl/package-0 could be read, and cannot any more: It holds no number. Remedy: See whether its driver"
        #expect(line.contains(text), "\(line)")
    }

    @Test func `a domain of several runs is as uncertain as its counter's steps, as the figure is`() async throws {
        let text = try await RunMachine(packages: 2).run("sleep 0.1; grow 250; sleep 0.1", ["--runs", "3"]).error
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("    package-1 ") }, "\(text)")
        let words = line.split(separator: " ")
        let interval = try #require(words.firstIndex(of: "%:"), "\(text)")
        // Each run has the same energy, to the last digit.
        #expect(words.contains("250") || words.contains("250.0"), "\(text)")
        #expect(words.count > interval + 4 && words[interval + 1] != words[interval + 4], "\(text)")
    }

    @Test func `what was idle and what the run added add up to the energy`() async throws {
        let machine = try RunMachine()
        let command = try await withRunningClock(of: machine.mock) {
            try await machine.result("sleep 0.5", ["--baseline", "1s"])
        }
        let host = try #require(command["runs"].elements.first?["host"].elements.first)
        let (idle, dynamic) = (try number(host["idle_j"]), try number(host["dynamic_j"]))
        let energy = try number(host["energy_j"])
        #expect(idle > 5)
        #expect(abs(idle + dynamic - energy) < 1e-9)
        // The power is the same before and meanwhile, as far as the clock of the test is on time.
        #expect(abs(dynamic) < idle)
    }

    @Test func `the command's share follows its processor time, that of its descendants too`() async throws {
        let busy = "sh -c 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done'; grow 250"
        let run = try #require(try await RunMachine().result(busy)["runs"].elements.first)
        let (wall, processors) = (try number(run["wall_s"]), try number(run["cpu_s"]))
        #expect(processors > 0)
        let share = try number(run["attributed_j"])
        #expect(share > 0 && share <= 0.25)
        let count = try Double(#require(try await Command.run([], inScript: "getconf _NPROCESSORS_ONLN").output.int))
        #expect(abs(share - 0.25 * processors / (wall * count)) < 1e-6)
        #expect(run["attributed_scope"].text == "cpu")
    }

    @Test(arguments: [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
    func `the exit status is the command's`(steps: String, status: Int32) async throws {
        let outcome = try await RunMachine().run(steps)
        #expect(outcome.exitCode == status)
        #expect(outcome.error.contains("time"))
    }

    @Test(arguments: [("SEGV", "SIGSEGV"), ("KILL", "SIGKILL"), ("37", "SIGRTMIN+3")])
    func `a signal that ended the command is named`(number: String, name: String) async throws {
        let text = try await Command.run(["run", "--", "sh", "-c", "ulimit -c 0; kill -\(number) $$"])
        #expect(text.error.contains(", ended by \(name)\n"), "\(text.error)")
        let json = try await RunMachine().result("ulimit -c 0; kill -\(number) $$")
        #expect(json["runs"].elements.first?["signal"] == .text(name))
        // What a shell tells of its own child is no signal of the command.
        let exit = try await RunMachine().result("exit 139")
        #expect(exit["runs"].elements.first?["signal"] == .null)
    }

    @Test func `of several runs, those that a signal ended are told`() async throws {
        let folder = try MockTree()
        let steps = "ulimit -c 0; cd \(folder.path); [ -e other ] && exit 0; : >other; kill -37 $$"
        let text = try await Command.run(["run", "--runs", "2", "--", "sh", "-c", steps]).error
        #expect(text.contains("note: run 1 was ended by SIGRTMIN+3, and is counted\n"), "\(text)")
        let all = try await Command.run(["run", "--runs", "2", "--", "sh", "-c", "kill -KILL $$"]).error
        #expect(text.contains("2 runs") && all.contains("note: runs 1, 2 were ended by SIGKILL, and are counted\n"))
    }

    @Test func `the command has the streams, the limits and the signals that this one was given`() async throws {
        let outcome = try await Command.run(
            ["run", "--", "sh", "-c", "cat; ulimit -Sn; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status"],
            inScript: "ulimit -Sn 100; echo input | \"$@\"; cat /proc/$$/status | grep -E '^Sig(Blk|Ign)'")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.prefix(2) == ["input", "100"])
        // What was ignored and blocked by the shell that started it all, and nothing else.
        let (child, shell) = (
            lines.filter { $0.hasPrefix("SigIgn") || $0.hasPrefix("SigBlk") }.prefix(2), lines.suffix(2)
        )
        #expect(Array(child) == Array(shell))
        #expect(outcome.exitCode == 0)
    }

    @Test func `a signal goes to the command, whose result is written all the same`() async throws {
        let outcome = try await Command.run(
            ["run", "--", "sh", "-c", "trap 'echo got it; exit 5' TERM; echo ready; while :; do sleep 0.02; done"],
            inScript:
                "\"$@\" >out & while ! grep -q ready out; do sleep 0.02; done; kill -TERM $!; wait $!; s=$?; cat out; rm out; exit $s"
        )
        #expect(outcome.output.contains("got it"))
        #expect(outcome.exitCode == 5)
        #expect(outcome.error.contains("exit status 5"))
    }

    @Test func `descendants that outlive the command are told`() async throws {
        let left = try await RunMachine().result("(sleep 0.7 >/dev/null 2>&1 &) ; exit 0")
        #expect(left["runs"].elements.first?["descendants_left"] == .truth(true))
        let collected = try await RunMachine().result("sleep 0.01 & wait")
        #expect(collected["runs"].elements.first?["descendants_left"] == .truth(false))
    }

    @Test func `a script whose interpreter is missing is told so`() async throws {
        let path = try MockTree().path + ".sh"
        let outcome = try await Command.run(
            ["run", "--", path],
            inScript: "printf '#! /no/such/shell -x\\n' >\(path); chmod +x \(path); \"$@\"; s=$?; rm \(path); exit $s")
        #expect(outcome.exitCode == 126)
        #expect(outcome.error.contains("there is no /no/such/shell, which its first line names."), "\(outcome.error)")
    }

    @Test func `a folder in PATH that may not be entered hides no command that is missing`() async throws {
        let folder = try MockTree()
        // Root may enter every folder.
        let script = """
            cd \(folder.path); chmod 755 .; mkdir -m 0 closed; mkdir open; : >open/there; as=
            [ "$(id -u)" = 0 ] && as="setpriv --reuid 65534 --regid 65534 --clear-groups"
            for name in missing there; do PATH="$PWD/closed:$PWD/open:$PATH" $as "$@" $name; echo $?; done
            rmdir closed
            """
        let outcome = try await Command.run(["run", "--"], inScript: script)
        #expect(outcome.output == "127\n126\n", "\(outcome.error)")
    }

    @Test func `the run that a signal cut off is no run of the series, which says how many are missing`() async throws {
        // The second run ends the series.
        let folder = try MockTree()
        let script = [
            "--", "sh", "-c",
            "trap '' TERM; cd \(folder.path); [ -e second ] && kill -TERM $PPID; : >second; sleep 0.3; exit 3",
        ]
        let text = try await Command.run(["run", "--runs", "3"] + script)
        #expect(text.error.contains("2 of 3 runs are missing"), "\(text.error)")
        #expect(text.error.contains("the last one was cut off after"), "\(text.error)")
        let json = try await Command.run(["run", "--runs", "3", "--format", "json"] + script)
        let command = try #require(try JSON(json.error)["commands"].elements.first)
        #expect(command["planned_runs"].number == 3 && command["runs"].elements.isEmpty, "\(json.error)")
        #expect(command["mean"]["wall_s"] == .null && command["exit_status"].number == 3, "\(json.error)")
        // A single run is the result all the same.
        let single = try await Command.run(["run", "--format", "json"] + script)
        let run = try #require(try JSON(single.error)["commands"].elements.first)
        #expect(run["runs"].elements.count == 1, "\(single.error)")
    }

    @Test func `a series that is cut off in its last run does not end well, whatever the command says`() async throws {
        let folder = try MockTree()
        let steps = "trap '' TERM; cd \(folder.path); [ -e second ] && kill -TERM $PPID; : >second; sleep 0.3; exit 0"
        let outcome = try await Command.run(["run", "--runs", "2", "--", "sh", "-c", steps])
        #expect(outcome.exitCode == 143, "\(outcome.error)")
        #expect(outcome.error.contains("1 of 2 runs are missing"), "\(outcome.error)")
    }

    @Test func `a signal behind the end of a run, while its streams are finished, does not cut it off`() async throws {
        let steps = "parent=$PPID; (sleep 0.4; kill -TERM $parent; sleep 3) & exit 0"
        let outcome = try await Command.run([
            "run", "--runs", "2", "--phases", "x", "--format", "json", "--", "sh", "-c", steps,
        ])
        let command = try #require(try JSON(outcome.error)["commands"].elements.first)
        #expect(command["runs"].elements.count == 1 && outcome.exitCode == 143, "\(outcome.error)")
    }

    @Test func `the band of an estimate reaches everything that follows from it`() async throws {
        let options = ["run", "--sensor", "estimator", "--region", "DE", "--price", "0.3", "--baseline", "1s"]
        let outcome = try await Command.run(options + ["--format", "json", "--", "sleep", "0.2"])
        let run = try #require(try JSON(outcome.error)["commands"].elements.first?["runs"].elements.first)
        let host = try #require(run["host"].elements.first { $0["provenance"].text == "estimated" }, "\(run)")
        let energy = try number(host["energy_j"])
        let (below, above) = (try number(host["low_j"]) / energy, try number(host["high_j"]) / energy)
        #expect(below < 1 && above > 1, "\(host)")
        for (name, low, high) in [
            ("attributed_j", "attributed_low_j", "attributed_high_j"), ("carbon_g", "carbon_low_g", "carbon_high_g"),
            ("cost", "cost_low", "cost_high"),
        ] {
            let value = try number(run[name])
            #expect(abs(try number(run[low]) - below * value) <= 1e-9 * value, "\(name): \(run)")
            #expect(abs(try number(run[high]) - above * value) <= 1e-9 * value, "\(name): \(run)")
        }
        let idle = try number(host["idle_j"])
        #expect(try number(host["dynamic_low_j"]) <= number(host["low_j"]) - idle + 1e-9, "\(host)")
        #expect(try number(host["dynamic_high_j"]) >= number(host["high_j"]) - idle - 1e-9, "\(host)")
        let text = try await Command.run(options + ["--runs", "2", "--compare", "--", "true", "--", "true"]).error
        #expect(text.contains("estimated: the true mean lies"), "\(text)")
        #expect(text.contains("cancels in the ratio"), "\(text)")
    }

    @Test func `JSON says which run is too short, and from when on it would not be`() async throws {
        let machine = try RunMachine()
        for steps in ["grow 250", "grow 250; sleep 1"] {
            let run = try #require(try await machine.result(steps)["runs"].elements.first)
            let (shortest, wall) = (try number(run["shortest_s"]), try number(run["wall_s"]))
            #expect(shortest > 0.02, "\(run)")
            #expect(run["is_too_short"] == .truth(wall < shortest), "\(run)")
        }
        let empty = try MockTree()
        let outcome = try await Command.run(
            ["run", "--sensor", "rapl:powercap", "--sysfs", empty.path, "--format", "json", "--", "true"])
        let last = try #require(outcome.complaints.last)
        let run = try #require(try JSON(last)["commands"].elements.first?["runs"].elements.first)
        #expect(run["shortest_s"] == .null && run["is_too_short"] == .truth(false), "\(run)")
    }

    @Test func `the help names the interval that run has`() async throws {
        let words = try await Command.run(["run", "--help"]).output.split { $0 == " " || $0 == "\n" }
        #expect(words.joined(separator: " ").contains("(default: 2s, but 100ms for run)"))
    }

    @Test func `a small cost has digits other than 0`() async throws {
        #expect(fixed(6e-7, decimals: 9) == "0.000000600")
        let text = try await RunMachine().run("grow 250", ["--price", "8.64"]).error
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("  cost ") }, "\(text)")
        let cost = try #require(line.split(separator: " ").dropFirst().first.flatMap { Double($0) }, "\(line)")
        #expect(abs(cost - 6e-7) < 1e-8, "\(line)")
    }

    @Test func `what is missing is told once behind the result, with its file and a remedy`() async throws {
        let machine = try MockMachine.onePackage()
        try machine.add(MockControlType(zones: [MockZone(name: "package-1")]))
        try #require(machine.zone("package-1")).inject(.garbage, at: "energy_uj")
        let arguments = ["--sensor", "rapl:powercap"] + Command.roots(machine) + ["--", "true"]
        let text = try await Command.run(["run", "--runs", "2"] + arguments)
        #expect(text.complaints.count { $0.contains("warning: class/powercap/") } == 1, "\(text.error)")
        #expect(text.complaints.contains { $0.contains("warning: ") && $0.contains("Remedy: ") }, "\(text.error)")
        let json = try JSON(try await Command.run(["run", "--format", "json"] + arguments).error)
        let finding = try #require(json["findings"].elements.first { $0["severity"].text == "warning" })
        #expect(finding["subject"].text?.hasSuffix("energy_uj") == true && finding["remedy"].text != nil, "\(finding)")
        let run = try #require(json["commands"].elements.first?["runs"].elements.first)
        let channels = run["channels"].elements
        #expect(!channels.isEmpty && channels.allSatisfy { $0["status"].text != nil }, "\(run)")
    }

    @Test func `where nothing can be read the command runs, and this is said`() async throws {
        let empty = try MockTree()
        let outcome = try await Command.run(
            ["run", "--sensor", "rapl:powercap", "--sysfs", empty.path, "--", "sh", "-c", "echo ran; exit 3"])
        #expect(outcome.output == "ran\n")
        #expect(outcome.exitCode == 3)
        #expect(outcome.error.contains("nothing is measured"))
    }

    @Test func `where too few files may be open the command runs, and this is said`() async throws {
        let outcome = try await Command.run(
            ["run", "--", "sh", "-c", "echo ran; exit 3"], inScript: "ulimit -n 12; \"$@\"")
        #expect(outcome.output == "ran\n" && outcome.exitCode == 3, "\(outcome.error)")
        #expect(outcome.error.contains("nothing is measured: This process may have 12 files open"), "\(outcome.error)")
        #expect(!outcome.error.contains("powersensors doctor"), "\(outcome.error)")
        let json = try await Command.run(
            ["run", "--format", "json", "--", "true"], inScript: "ulimit -n 12; \"$@\"")
        let findings = try JSON(#require(json.complaints.last))["findings"].elements
        #expect(findings.count == 1, "\(json.error)")
        #expect(findings.first?["text"].text?.contains("may have 12 files open") == true, "\(json.error)")
    }

    @Test func `several commands are compared in turn`() async throws {
        let outcome = try await Command.run([
            "run", "--runs", "3", "--compare", "--format", "json", "--", "sh", "-c", "echo a", "--", "sh", "-c",
            "echo b",
        ])
        #expect(outcome.output == "a\nb\nb\na\na\nb\n")
        let commands = try JSON(outcome.error)["commands"].elements
        #expect(commands.count == 2)
        #expect(commands.allSatisfy { $0["runs"].elements.count == 3 })
        #expect(commands.first?["interval95"]["wall_s"].elements.count == 2)
    }

    @Test func `a warm-up is run and not measured`() async throws {
        let outcome = try await Command.run([
            "run", "--runs", "2", "--warmup", "3", "--format", "csv", "--", "echo", "x",
        ])
        #expect(outcome.output == "x\nx\nx\nx\nx\n")
        let rows = outcome.error.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(Set(rows.map { $0[2] }) == ["1", "2"] && rows.allSatisfy { $0[1] == "2" && $0[5] == "false" })
    }

    @Test func `a warm-up that fails is said`() async throws {
        let folder = try MockTree()
        let script = "[ -e \(folder.path)/warm ] || { touch \(folder.path)/warm; exit 3; }"
        let outcome = try await Command.run(
            ["run", "--runs", "2", "--warmup", "1", "--format", "json", "--command", script])
        #expect(outcome.exitCode == 3)
        let command = try #require(try JSON(outcome.error)["commands"].elements.first)
        #expect(command["exit_status"].number == 0 && command["warmup_exit_status"].number == 3)
    }

    @Test func `arguments are bytes, and the command gets them as they are`() async throws {
        let script = #"exec "$@" -- printf '%s|' "$(printf 'caf\351')" "$(printf 'caf\350')" 'café'"#
        let outcome = try await Command.run(["run"], inScript: script + " | od -An -tx1 | tr -d ' \\n'")
        #expect(outcome.output == "636166e97c636166e87c636166c3a97c", "\(outcome.output)\(outcome.error)")
    }

    @Test func `a script without a first line that names what runs it is run by sh`() async throws {
        let folder = try MockTree()
        try folder.write("echo $1; exit 4\n", to: "script")
        let path = "\(folder.path)/script"
        _ = unsafe chmod(path, 0o755)
        let outcome = try await Command.run(["run", "--", path, "a b"])
        #expect(outcome.output == "a b\n" && outcome.exitCode == 4, "\(outcome.error)")
        #expect(outcome.error.contains("\n\(path) 'a b', exit status 4\n"), "as a shell takes it: \(outcome.error)")
        try folder.write("\u{7F}ELF\0\0", to: "program")
        _ = unsafe chmod("\(folder.path)/program", 0o755)
        let other = try await Command.run(["run", "--", "\(folder.path)/program"])
        #expect(other.exitCode == 126 && other.error.contains("Exec format error"), "\(other.error)")
    }

    @Test func `what is asked to end, and output that is cut, are told`() async throws {
        let script = """
            "$@" --command "trap 'exit 0' TERM; sleep 2 & wait" & sleep 0.7; kill -TERM $!; wait $!
            """
        let cut = try await Command.run(["run", "--format", "json"], inScript: script)
        let run = try #require(try JSON(cut.error)["commands"].elements.first?["runs"].elements.first)
        #expect(run["cut_off"] == .truth(true) && run["exit_status"].number == 0, "\(cut.output)\(cut.error)")
        let left = try await Command.run(
            ["run", "--format", "json", "--phases", "x", "--command", "sleep 3 & echo"])
        let other = try #require(try JSON(left.error)["commands"].elements.first?["runs"].elements.first)
        #expect(other["lost_output"].elements.map(\.text) == ["left_behind"] && other["cut_off"] == .truth(false))
    }

    @Test func `a chip that shows 0 W is known to, however short the run`() async throws {
        let folder = try MockTree()
        for (name, text) in [("name", "power_meter"), ("power1_average", "0"), ("power1_average_interval", "1000")] {
            try folder.write("\(text)\n", to: "sys/class/hwmon/hwmon0/\(name)")
        }
        let roots = ["--sysfs", "\(folder.path)/sys", "--sensor", "hwmon"]
        let outcome = try await Command.run(["run", "--format", "json"] + roots + ["--", "sleep", "0.2"])
        let run = try #require(try JSON(outcome.error)["commands"].elements.first?["runs"].elements.first)
        let host = try #require(run["host"].elements.first)
        #expect(host["energy_j"].number == 0 && host["status"].text == "ok", "\(outcome.error)")
    }

    @Test func `a result that cannot be written takes nothing from the exit status`() async throws {
        let folder = try MockTree()
        let place = "\(folder.path)/results"
        for (status, expected) in [(7, 7), (0, 1)] {
            _ = unsafe mkdir(place, 0o755)
            let outcome = try await Command.run(
                ["run", "--output", "\(place)/x", "--command", "rm -r \(place); exit \(status)"])
            #expect(outcome.exitCode == Int32(expected), "\(outcome.error)")
            #expect(outcome.error.contains("The result is on standard error."), "\(outcome.error)")
        }
    }

    @Test(arguments: [
        (["--", "no-such-command"], 127, "no-such-command: there is no such command."),
        (["--", "/etc/passwd"], 126, "/etc/passwd cannot be run: Permission denied."),
        (["--", "/"], 126, "/ cannot be run: Permission denied."),
        (["--", ""], 127, "\"\": there is no such command."),
        ([], 64, "There is no command to run."),
        (["sleep", "1"], 64, "Put -- before the command"),
        (["--runs", "-1", "--", "true"], 64, "--runs -1: must be a whole number from 1"),
        (["--policy", "proportional", "--", "true"], 64, "--policy proportional: run leaves idle energy to nobody"),
        (["--compare", "--", "true"], 64, "--compare needs two commands"),
        (["--compare", "--", "true", "--", "--", "true"], 64, "there is no command between two --"),
        (["--command", "true", "--", "true"], 64, "There is more than one command"),
        (["--output", "/no/such/folder/x", "--", "true"], 1, "/no/such/folder"),
    ])
    func `what cannot be run is told in one line`(arguments: [String], status: Int32, line: String) async throws {
        let outcome = try await Command.run(["run"] + arguments)
        #expect(outcome.exitCode == status)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(line), "\(outcome.error)")
    }
}

extension String {
    fileprivate var int: Int? { Int(split(separator: "\n").first ?? "") }
}
#endif
