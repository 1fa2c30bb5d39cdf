#if Exporters
import PowerSensors
import PowerSensorsTesting
import Subprocess
import Testing

struct WatchTests {
    private let quick = ["--interval", "50ms", "--duration", "200ms"]

    @Test func `both scopes are shown: cpu is packages and dram, platform is psys`() async throws {
        let machine = try MockMachine.twoSockets()
        let power = { @Sendable (snapshot: JSON) in snapshot["host"].elements.first?["power_w"].number ?? 0 }
        let lines = try await withRunningClock(of: machine) {
            try await Command.lines(["--json", "--interval", "100ms"] + Command.roots(machine)) { line in
                power(try JSON(line)) > 0
            }
        }
        let snapshots = try lines.map { try JSON($0) }
        #expect(snapshots.contains { power($0) > 0 })
        for snapshot in snapshots {
            let host = snapshot["host"].elements
            #expect(host.map { $0["scope"].text } == ["cpu", "platform"])
            #expect(host.map { $0["provenance"].text } == ["measured", "measured"])
            let energy = Dictionary(
                uniqueKeysWithValues: snapshot["channels"].elements.map { ($0["id"].text, $0["energy_j"].number) }
            )
            #expect(energy.count == 9)
            let parts = ["rapl/package-0", "rapl/package-0/dram", "rapl/package-1", "rapl/package-1/dram"]
            let sum = parts.reduce(0) { $0 + ((energy[$1] ?? nil) ?? .nan) }
            let cpu = try #require(host[0]["energy_j"].number)
            #expect(abs(cpu - sum) < 1e-9)
            #expect(host[1]["energy_j"].number == energy["rapl/psys"] ?? nil)
        }
    }

    @Test func `text, JSON and CSV show the same figures, and none before the first interval`() async throws {
        let machine = try MockMachine.onePackage()
        let roots = Command.roots(machine)
        let (text, json, csv) = try await withRunningClock(of: machine) { [quick] in
            (
                try await Command.run(quick + roots), try await Command.run(quick + ["--format", "json"] + roots),
                try await Command.run(quick + ["--format", "csv"] + roots)
            )
        }
        #expect([text, json, csv].map(\.exitCode) == [0, 0, 0])
        // A busy machine may skip samples, here and below, but never the last one.
        #expect((1...4).contains(text.output.split(separator: "\n").count { $0.contains("▶ cpu") }))
        #expect(!text.output.contains("\u{1B}"))
        #expect((1...4).contains(json.output.split(separator: "\n").count))
        #expect([3, 5, 7, 9].contains(csv.output.split(separator: "\n").count), "a header, and two rows a figure")
        #expect(csv.output.hasPrefix("node,time,time_ns,boottime_ns,"))
    }

    @Test func `--quiet reports no findings, and the figures as ever`() async throws {
        let machine = try MockMachine.onePackage()
        try machine.add(MockControlType(zones: [MockZone(name: "package-1")]))
        try #require(machine.zone("package-1")).inject(.garbage, at: "energy_uj")
        let usual = try await Command.run(quick + Command.roots(machine))
        #expect(usual.error.contains("warning: class/powercap/"))
        let outcome = try await Command.run(["--quiet"] + quick + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.error.isEmpty, "\(outcome.error)")
        #expect(outcome.output.contains("▶ cpu"))
    }

    @Test(arguments: [("C", ""), ("", "POSIX"), ("", ""), ("de_DE.ISO-8859-1", "de_DE.UTF-8")])
    func `in a locale without Unicode text is ASCII, and JSON is as ever`(all: String, language: String) async throws {
        let machine = try MockMachine.onePackage()
        let environment = ["LC_ALL": all, "LC_CTYPE": "", "LANG": language]
        let arguments = quick + ["--node", "münchen", "--region", "DE"] + Command.roots(machine)
        let text = try await Command.run(arguments, environment: environment)
        #expect(text.exitCode == 0)
        #expect(text.output.utf8.allSatisfy { $0 < 0x80 }, "\(text.output)")
        #expect(text.output.contains("> cpu") && text.output.contains("m?nchen") && text.output.contains("CO2 of cpu"))
        let json = try await Command.run(["--json"] + arguments, environment: environment)
        #expect(json.output.contains("münchen"))
    }

    @Test(arguments: [
        (["watch", "--json", "power.json"], "write --json > power.json"), (["list", "--json=x"], "export --json x."),
        (["--json", "-"], "leave - out"), (["export", "--json"], "--json power.json, or --json - for standard output"),
    ])
    func `--json with a file where it is a flag, and without one where it names a file, is told how to`(
        arguments: [String], remedy: String
    ) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(remedy), "\(outcome.error)")
    }

    @Test func `implausible readings at the start do not end the command`() async throws {
        let machine = try MockMachine()
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "4294967295000"]))
        let outcome = try await Command.run(["--json", "--sensor", "hwmon"] + quick + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        let lines = try outcome.output.split(separator: "\n").map { try JSON($0) }
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0["channels"].elements.first?["status"].text == "implausible" })
    }

    @Test func `a duration shorter than the interval ends with a figure`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["--json", "--interval", "1d", "--duration", "100ms"] + Command.roots(machine))
        let intervals = try outcome.output.split(separator: "\n").map { try JSON($0)["interval_s"].number ?? .nan }
        #expect(intervals.count == 1)
        #expect(intervals.allSatisfy { $0 >= 0.099 && $0 < 60 })
    }

    @Test func `the interval of each figure is the one that was asked for`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["--json", "--interval", "100ms", "--duration", "1s"] + Command.roots(machine)
        )
        let intervals = try outcome.output.split(separator: "\n").map { try JSON($0)["interval_s"].number ?? .nan }
        // A busy machine may skip samples; the sum of the intervals still covers the whole duration.
        #expect(intervals.reduce(0, +) >= 0.999)
        #expect(intervals.allSatisfy { $0 > 0 })
        #expect((1...10).contains(intervals.count))
    }

    @Test func `a duration that is not a multiple of the interval ends with a shorter interval`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["--json", "--interval", "1d", "--duration", "150ms"] + Command.roots(machine)
        )
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(try JSON(try #require(lines.first))["interval_s"].number ?? 0 >= 0.15)
    }

    @Test func `variables can be used instead of flags, and flags take precedence`() async throws {
        let machine = try MockMachine.onePackage()
        let environment = [
            "POWERSENSORS_SYSFS": machine.sysfs.path, "POWERSENSORS_PROCFS": machine.procfs.path,
            "POWERSENSORS_DEV": machine.dev.path, "POWERSENSORS_NODE": "from-variable",
            "POWERSENSORS_INTERVAL": "50ms", "POWERSENSORS_DURATION": "100ms", "POWERSENSORS_FORMAT": "csv",
            "POWERSENSORS_SENSOR": "rapl, estimator", "POWERSENSORS_SCOPE": "cpu", "POWERSENSORS_TOP": "0",
            "POWERSENSORS_MAX_POWER": "1e6", "POWERSENSORS_VERBOSE": "no", "POWERSENSORS_JSON": "true",
        ]
        let variables = try await Command.run([], environment: environment)
        #expect(variables.exitCode == 0)
        #expect(variables.output.hasPrefix("node,time,"))

        let flags = try await Command.run(["--json", "--node", "from-flag"], environment: environment)
        #expect(flags.exitCode == 0)
        let lines = flags.output.split(separator: "\n")
        #expect((1...2).contains(lines.count))
        #expect(try JSON(try #require(lines.first))["node"].text == "from-flag")

        let list = try await Command.run(["list"], environment: environment)
        #expect(try JSON(list.output)["node"].text == "from-variable")
    }

    @Test func `findings are reported once for each cause, and all of them if verbose`() async throws {
        let machine = try MockMachine.twoSockets()
        for zone in ["package-0", "package-0/core", "package-1/core"] {
            try machine.zone(zone)?.write("not a number\n", to: "energy_uj")
        }
        let arguments = ["--interval", "10ms", "--duration", "10ms"] + Command.roots(machine)
        let brief = try await Command.run(arguments)
        #expect(brief.exitCode == 0)
        #expect(brief.complaints.count { $0.contains("energy_uj") } == 1)
        #expect(brief.error.contains("more like it: powersensors list"))
        let verbose = try await Command.run(arguments + ["--verbose"])
        #expect(verbose.complaints.count > brief.complaints.count)
        #expect(verbose.error.contains("powersensors: info: "))
    }

    @Test func `a closed pipe ends it without a message`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["--json", "--interval", "10ms"] + Command.roots(machine),
            inScript: "{ \"$@\"; echo \"code $?\" >&2; } | head -n 2"
        )
        #expect(outcome.output.split(separator: "\n").count == 2)
        #expect(outcome.error == "code 0\n")
    }

    @Test(arguments: ["INT", "TERM", "HUP"])
    func `a signal ends it cleanly, with whole lines written`(signal: String) async throws {
        let machine = try MockMachine.onePackage()
        // The script waits for the first figure. Shells let background jobs ignore INT, which the command respects.
        let script = """
            out=$(mktemp); env --default-signal=\(signal) "$@" > "$out" & pid=$!
            until [ -s "$out" ] || ! kill -0 $pid; do sleep 0.02; done
            kill -\(signal) $pid; wait $pid; code=$?; cat "$out"; rm "$out"; exit $code
            """
        let outcome = try await Command.run(
            ["--json", "--interval", "50ms"] + Command.roots(machine),
            inScript: script
        )
        #expect(outcome.exitCode == 0)
        #expect(outcome.error.isEmpty)
        #expect(outcome.output.hasSuffix("\n"))
        for line in outcome.output.split(separator: "\n") { _ = try JSON(line) }
    }

    @Test func `a signal ends it even while its pipe is full`() async throws {
        let machine = try MockMachine.onePackage()
        // The reader takes one line, which shows that the command runs, and waits for its end for a minute at most.
        let script = """
            flags=$(mktemp -d)
            { "$@" & pid=$!; until [ -e "$flags/began" ]; do sleep 0.02; done
              sleep 1; kill -TERM $pid; wait $pid; echo "code $?" >&2; touch "$flags/ended"; } \
            | { read -r _; touch "$flags/began"; tries=0
                until [ -e "$flags/ended" ] || [ $tries -ge 600 ]; do sleep 0.1; tries=$((tries + 1)); done
                echo "read on" >&2; }
            rm -r "$flags"
            """
        let outcome = try await Command.run(
            ["--json", "--interval", "1ms"] + Command.roots(machine),
            inScript: script
        )
        #expect(outcome.error == "code 0\nread on\n")
    }
}
#endif
