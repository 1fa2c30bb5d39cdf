#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite(.timeLimit(.minutes(3)))
struct ExportTests {
    @Test func `several files are written at once, and a signal ends the export cleanly`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let path = folder.path
        // The script ends once both files have figures: the first snapshot has no power yet.
        let script = """
            "$@" & export=$!
            for second in $(seq 100); do
                grep -q '"power_w":[0-9]' \(path)/power.json && [ -e \(path)/power.prom ] && break; sleep 0.3
            done
            cp \(path)/power.prom \(path)/kept.txt
            kill -TERM $export; wait $export
            """
        let arguments = [
            "export", "--interval", "200ms", "--json", "\(path)/power.json", "--csv", "\(path)/power.csv", "--textfile",
            "\(path)/power.prom", "--node", "n1",
        ]
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(arguments + Command.roots(machine), inScript: script)
        }
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.output.isEmpty)
        let lines = try folder.text(of: "power.json").split(separator: "\n").map { try JSON($0) }
        let last = try #require(lines.last)
        #expect(last["node"].text == "n1")
        #expect(lines.contains { ($0["host"].elements.first?["power_w"].number ?? 0) > 0 })
        #expect(try folder.text(of: "power.csv").hasPrefix("node,time,"))
        #expect(try folder.text(of: "kept.txt").contains("powersensors_domain_energy_joules_total{domain=\"package\""))
        #expect(!folder.exists("power.prom"), "figures that nobody renews are none")
    }

    @Test func `it ends if the reader closes the pipe`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["export", "--interval", "100ms", "--json", "-"] + Command.roots(machine), inScript: "\"$@\" | head -n 2")
        #expect(outcome.output.split(separator: "\n").count == 2)
        #expect(outcome.error.isEmpty)
    }

    @Test func `settings come from a file, and the environment and flags take precedence`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write(
            """
            # What systemd's EnvironmentFile takes
            ; and another remark
            POWERSENSORS_JSON=\(folder.path)/from-file.json
            POWERSENSORS_NODE="from file"

            POWERSENSORS_INTERVAL = 100ms
            """, to: "settings")
        let script = """
            "$@" & export=$!
            for second in $(seq 50); do [ -s \(folder.path)/from-file.json ] && break; sleep 0.2; done
            kill -TERM $export; wait $export
            """
        let arguments = ["export", "--config", "\(folder.path)/settings"]
        let outcome = try await Command.run(arguments + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let line = try #require(try folder.text(of: "from-file.json").split(separator: "\n").first)
        #expect(try JSON(line)["node"].text == "from file")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let arguments: [String]
        var exitCode: Int32 = 64
        let says: String
    }

    @Test(arguments: [
        Wrong(testDescription: "nowhere to export to", arguments: [], says: "nowhere"),
        Wrong(testDescription: "an address of nothing", arguments: ["--prometheus", "1:2:3"], says: "127.0.0.1:9840"),
        Wrong(testDescription: "a port too great", arguments: ["--prometheus", "127.0.0.1:65536"], says: "65536"),
        Wrong(
            testDescription: "two on one output", arguments: ["--json", "-", "--csv", "-"], says: "the same file"),
        Wrong(
            testDescription: "passwords without a server", arguments: ["--web-config", "x", "--json", "-"],
            says: "--prometheus"),
        Wrong(
            testDescription: "an unknown program", arguments: ["--compat", "foo", "--json", "-"], says: "scaphandre"),
        Wrong(
            testDescription: "a page too often", arguments: ["--min-interval", "1ms", "--json", "-"], says: "100ms"),
        Wrong(
            testDescription: "a folder that is not there", arguments: ["--textfile", "/nonexistent/a.prom", "--check"],
            exitCode: 1, says: "/nonexistent"),
        Wrong(
            testDescription: "a folder that is not there, in a run", arguments: ["--json", "/nonexistent/a.json"],
            exitCode: 1, says: "/nonexistent"),
        Wrong(
            testDescription: "a file of settings that is not there", arguments: ["--config", "/nonexistent"],
            exitCode: 1, says: "/nonexistent"),
    ])
    func `a mistake is one line that names it`(row: Wrong) async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(["export"] + row.arguments + Command.roots(machine))
        #expect(outcome.exitCode == row.exitCode)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(row.says), "\(outcome.error)")
    }

    @Test func `a line without a name is refused with its number`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("; a remark\nPOWERSENSORS_INTERVAL\n", to: "settings")
        let outcome = try await Command.run(["export", "--config", "\(folder.path)/settings"] + Command.roots(machine))
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("settings:2: 'POWERSENSORS_INTERVAL' is not a setting"))
    }

    @Test func `POWERSENSORS_JSON is a path for export and a boolean for other subcommands`()
        async throws
    {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let roots = Command.roots(machine)
        let path = ["POWERSENSORS_JSON": "\(folder.path)/power.json"]
        let text = try await Command.run(["list"] + roots, environment: path)
        #expect(text.exitCode == 0, "\(text.error)")
        #expect(!text.output.hasPrefix("{"))
        let list = try await Command.run(["list"] + roots, environment: ["POWERSENSORS_JSON": "yes"])
        #expect(try !JSON(list.output)["channels"].elements.isEmpty)
        let check = try await Command.run(["export", "--check"] + roots, environment: path)
        #expect(check.exitCode == 0, "\(check.error)")
        let nowhere = try await Command.run(["export", "--check"] + roots, environment: ["POWERSENSORS_JSON": "yes"])
        #expect(nowhere.error.contains("nowhere"))
        let neither = try await Command.run(
            ["export", "--check"] + roots, environment: ["POWERSENSORS_JSON": "power.json"])
        #expect(neither.exitCode == 64)
        #expect(neither.error.contains("POWERSENSORS_JSON=power.json") && neither.error.contains("./power.json"))
    }

    @Test func `findings are reported once at the start, and mere information only if verbose`()
        async throws
    {
        let machine = try MockMachine.onePackage()
        try machine.add(.chip("meter", files: ["power1_input": "no number", "power2_input": "1000000"]))
        let script = "\"$@\" | head -n 3"
        let arguments = ["export", "--interval", "100ms", "--json", "-"] + Command.roots(machine)
        let outcome = try await Command.run(arguments, inScript: script)
        #expect(outcome.complaints.count == 1, "\(outcome.error)")
        #expect(outcome.error.contains("power1_input"))
        let verbose = try await Command.run(arguments + ["--verbose"], inScript: script)
        #expect(verbose.complaints.count > 1)
    }

    @Test func `a check succeeds although a chip has no figure yet`() async throws {
        let machine = try MockMachine()
        try machine.add(.chip("meter", files: ["power1_input": "4294967295000"]))
        let outcome = try await Command.run(
            ["export", "--json", "-", "--sensor", "hwmon", "--check", "--verbose"] + Command.roots(machine))
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.error.contains("power1_input"))
    }

    @Test func `a check reports only the servers that cannot be reached`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["export", "--loki", "http://127.0.0.1:1", "--check"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("the connection was refused") && !outcome.error.contains("tried again"))
    }

    @Test(arguments: ["--json", "--csv", "--textfile"])
    func `a folder is refused as a file to write to`(option: String) async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let outcome = try await Command.run(["export", option, folder.path, "--check"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(folder.path), "\(outcome.error)")
    }

    @Test func `two options for the same file are refused, however their paths are written`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("", to: "there")
        try folder.link("link", to: "there")
        for (first, second) in [("new", "./new"), ("there", "link"), ("new", "new")] {
            let outcome = try await Command.run(
                ["export", "--json", "\(folder.path)/\(first)", "--csv", "\(folder.path)/\(second)", "--check"]
                    + Command.roots(machine))
            #expect(outcome.exitCode == 64)
            #expect(outcome.error.contains("--json") && outcome.error.contains("--csv"), "\(outcome.error)")
        }
    }

    @Test func `code that only the start needed is released, and the export continues`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        // Waits until a quarter of the mapped file pages is released, and then for one more line.
        let script = """
            "$@" & export=$!; most=0
            size() { sed -n 's/^RssFile:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$export/status; }
            for round in $(seq 300); do
                now=$(size); [ $now -gt $most ] && most=$now
                [ $((now * 4)) -lt $((most * 3)) ] && echo given back && break; sleep 0.1
            done
            lines=$(wc -l < \(folder.path)/power.json)
            for round in $(seq 100); do [ $(wc -l < \(folder.path)/power.json) -gt $lines ] && echo went on && break; sleep 0.1; done
            kill -TERM $export; wait $export
            """
        let outcome = try await Command.run(
            ["export", "--interval", "200ms", "--json", "\(folder.path)/power.json"] + Command.roots(machine),
            inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.output == "given back\nwent on\n")
    }

    @Test func `a check of working targets succeeds, and writes nothing`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let outcome = try await Command.run(
            ["export", "--textfile", "\(folder.path)/a.prom", "--json", "\(folder.path)/a.json", "--check"]
                + Command.roots(machine))
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try folder.names().isEmpty)
    }
}
#endif
