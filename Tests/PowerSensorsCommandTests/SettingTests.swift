#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

/// What variables, files and short flags set, and what is told of those that set nothing.
struct SettingTests {
    @Test func `a mistyped variable is told with the name that was meant, and the command goes on`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(
            ["list"] + Command.roots(machine),
            environment: ["POWERSENSORS_INTERVALL": "5s", "POWERSENSORS_PORT_9840_TCP": "tcp://10.0.0.1:9840"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("POWERSENSORS_INTERVALL is not a setting"))
        #expect(outcome.error.contains("Did you mean POWERSENSORS_INTERVAL?"))
    }

    @Test func `every subcommand reads the file of settings, also those of other subcommands`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("POWERSENSORS_NODE=from-file\nPOWERSENSORS_PROMETHEUS=9840\n", to: "settings")
        let arguments = ["--config", "\(folder.path)/settings"] + Command.roots(machine)
        for subcommand in [["list", "--json"], ["watch", "--json", "--duration", "10ms"]] {
            let outcome = try await Command.run(subcommand + arguments)
            #expect(outcome.exitCode == 0 && outcome.error.isEmpty, "\(outcome.error)")
            let line = try #require(outcome.output.split(separator: "\n").first)
            #expect(try JSON(line)["node"].text == "from-file")
        }
    }

    @Test func `a file of settings may be a pipe, and may begin with a byte order mark`() async throws {
        let machine = try MockMachine.onePackage()
        let script = """
            mkfifo \(machine.sysfs.path)/settings
            printf '\\357\\273\\277POWERSENSORS_NODE=from-pipe\\n' > \(machine.sysfs.path)/settings &
            exec "$@"
            """
        let outcome = try await Command.run(
            ["list", "--json", "--config", "\(machine.sysfs.path)/settings"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try JSON(outcome.output)["node"].text == "from-pipe")
    }

    @Test(arguments: [
        ("yes '#' | head -c 1048576; echo POWERSENSORS_NODE=a", "--config: settings is larger than 1 MiB"),
        ("printf '#\\nPOWERSENSORS_NODE=a\\377\\n'", "settings:2: this is not UTF-8"),
    ])
    func `a file of settings that cannot be read as a whole is refused`(content: String, says: String) async throws {
        let folder = try MockTree()
        let outcome = try await Command.run(
            ["list", "--config", "settings"],
            inScript: "cd \(folder.path); { \(content); } > settings; exec \"$@\"")
        #expect(outcome.exitCode != 0)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(says), "\(outcome.error)")
    }

    @Test func `a folder is no file of settings`() async throws {
        let folder = try MockTree()
        let outcome = try await Command.run(["list", "--config", folder.path])
        #expect(outcome.exitCode == 1)
        #expect(outcome.error == "powersensors: --config: \(folder.path) is not a file. Name a file.\n")
    }

    @Test func `estimate reads only a file of settings that is named`() async throws {
        let folder = try MockTree()
        try folder.write("POWERSENSORS_LOAD=0.5\n", to: "settings")
        let arguments = ["estimate", "--cpu", "AMD EPYC 9654", "--sockets", "2"]
        let usual = try await Command.run(arguments)
        let outcome = try await Command.run(arguments + ["--config", "\(folder.path)/settings"])
        #expect(outcome.exitCode == 0)
        #expect(usual.output.contains(" 100 % ") && !outcome.output.contains(" 100 % "))
    }

    @Test func `a mistyped region is refused with the one that was meant`() async throws {
        let outcome = try await Command.run(["list", "--region", "Germani"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.contains("Did you mean Germany?"), "\(outcome.error)")
    }

    @Test func `a mistyped name in the file is refused with the one that was meant`() async throws {
        let folder = try MockTree()
        for name in ["POWERSENSORS_NOD", "POWERSENSORS_Node"] {
            try folder.write("\(name)=a\n", to: "settings")
            let outcome = try await Command.run(["list", "--config", "\(folder.path)/settings"])
            #expect(outcome.exitCode == 64)
            #expect(outcome.error.contains("settings:1: '\(name)' is not a setting; did you mean POWERSENSORS_NODE?"))
        }
    }

    @Test(arguments: [
        ("POWERSENSORS_INTERVAL=soon", "settings:2: POWERSENSORS_INTERVAL=soon: must be from"),
        ("POWERSENSORS_INTERVAL = soon", "settings:2: POWERSENSORS_INTERVAL=soon: must be from"),
        ("POWERSENSORS_SENSOR=rapl,nothing", "settings:2: POWERSENSORS_SENSOR=nothing: "),
        ("POWERSENSORS_NODE=\"a", "settings:2: 'POWERSENSORS_NODE' has a quotation mark that is not closed"),
        ("POWERSENSORS_NODE=a # b", "settings:2: 'POWERSENSORS_NODE' has a comment behind its value"),
        ("POWERSENSORS_VERBOSE=perhaps", "settings:2: POWERSENSORS_VERBOSE=perhaps: must be true or false"),
        ("POWERSENSORS_SYSFS=/nonexistent", "settings:2: POWERSENSORS_SYSFS: "),
        ("POWERSENSORS_SCOPE=wall", "settings:2: POWERSENSORS_SCOPE: "),
        ("POWERSENSORS_REGION=nowhere at all", "settings:2: POWERSENSORS_REGION=nowhere at all: "),
    ])
    func `a wrong value in the file is told with its line`(line: String, says: String) async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("# settings\n\(line)\n", to: "settings")
        let roots = line.contains("SYSFS") ? [] : Command.roots(machine)
        let outcome = try await Command.run(
            ["watch", "--duration", "10ms", "--config", "\(folder.path)/settings"] + roots)
        #expect(outcome.exitCode != 0)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(says), "\(outcome.error)")
    }

    @Test func `blanks around a name and its value are not part of them, as systemd reads them`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        for line in ["POWERSENSORS_NODE = a b ", "\tPOWERSENSORS_NODE\t=\t\"a b\"", "POWERSENSORS_NODE= 'a b'"] {
            try folder.write("\(line)\n", to: "settings")
            let outcome = try await Command.run(
                ["list", "--json", "--config", "\(folder.path)/settings"] + Command.roots(machine))
            #expect(outcome.exitCode == 0, "\(outcome.error)")
            #expect(try JSON(outcome.output)["node"].text == "a b")
        }
    }

    @Test(arguments: ["POWERSENSORS_FOO", "POWERSENSORS_X", "POWERSENSORS_LOOK"])
    func `a name that is like no other is refused without one that may have been meant`(name: String) async throws {
        let folder = try MockTree()
        try folder.write("\(name)=a\n", to: "settings")
        let outcome = try await Command.run(["list", "--config", "\(folder.path)/settings"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.contains("settings:1: '\(name)' is not a setting; see the options"), "\(outcome.error)")
    }

    @Test func `a setting that asks for the list of regions does not end a service with success`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("POWERSENSORS_REGION=list\nPOWERSENSORS_JSON=-\n", to: "settings")
        let outcome = try await Command.run(
            ["export", "--config", "\(folder.path)/settings"] + Command.roots(machine))
        #expect(outcome.exitCode == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.count == 1 && outcome.error.contains("settings:1: POWERSENSORS_REGION=list: "))
        #expect(try await Command.run(["list", "--region", "list"]).output.contains("Germany"))
    }

    @Test func `short flags stand for the usual ones`() async throws {
        let machine = try MockMachine.onePackage()
        let arguments = ["-i", "20ms", "-d", "0.03s", "-f", "csv", "-t", "0", "-s", "rapl", "-v"]
        let outcome = try await Command.run(arguments + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.hasPrefix("node,time,"))
    }

    @Test func `estimates' options come last in the help, and calibrate has none of them`() async throws {
        let watch = try await Command.run(["watch", "--help"]).output
        let estimates = try #require(watch.firstRange(of: "--idle-watts <")).lowerBound
        for option in ["--interval", "--sensor", "--config"] {
            #expect(try #require(watch.firstRange(of: "\(option) <")).lowerBound < estimates)
        }
        #expect(try await !Command.run(["calibrate", "--help"]).output.contains("--idle-watts"))
    }

    @Test func `doctor fails if it is stopped before it knows`() async throws {
        let machine = try MockMachine.onePackage()
        let script = """
            "$@" & doctor=$!
            sleep 0.7; kill -TERM $doctor; wait $doctor
            """
        let outcome = try await Command.run(["doctor"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test func `list shows what is no problem only where it is asked to`() async throws {
        let machine = try MockMachine.onePackage()
        let brief = try await Command.run(["list"] + Command.roots(machine))
        let whole = try await Command.run(["list", "--verbose"] + Command.roots(machine))
        #expect(brief.output.contains("--verbose shows them"))
        #expect(!brief.output.contains("  info: "))
        #expect(whole.output.contains("  info: "))
    }
}
#endif
