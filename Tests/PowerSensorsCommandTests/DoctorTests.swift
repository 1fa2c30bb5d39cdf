#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The doctor command, and the commands that it recommends, carried out as they are printed.
struct DoctorCommandTests {
    @Test func `the exit code is 0 if power is measured, and 1 if it is not`() async throws {
        let machine = try MockMachine.onePackage()
        let healthy = try await Self.run(["doctor"], until: "Power is measured here", on: machine)
        #expect(healthy.exitCode == 0)
        #expect(healthy.error.isEmpty)
        #expect(healthy.output.hasPrefix("Power is measured here: the processors, by RAPL through powercap.\n"))
        let empty = try MockMachine()
        let missing = try await Command.run(["doctor"] + Command.roots(empty))
        #expect(missing.exitCode == 1)
        #expect(missing.error.isEmpty, "what is wrong stands in the report")
        #expect(missing.output.contains("Remedy: "))
    }

    /// What doctor says of registers that are hidden or closed, in a control group and with or without systemd's variable.
    @Test(arguments: [
        ("0::/system.slice/powersensors.service\n", "abc", true),
        ("1:name=systemd:/system.slice/powersensors.service\n0::/\n", "abc", true),
        ("0::/user.slice/user-0.slice/session-1.scope\n", "abc", false),
        ("0::/user.slice/user-0.slice/user@0.service/app.slice/x.service\n", "abc", false),
        ("0::/system.slice/powersensors.service\n", "", false),
    ])
    func `in a unit that hides a device, the remedy is the unit's drop-in`(
        group: String, invocation: String, isUnit: Bool
    ) async throws {
        let machine = try MockMachine()
        try machine.set(.intelServer(sockets: 1))
        try machine.sysfs.write("", to: "class/msr/msr0/dev")
        try machine.procfs.write(group, to: "self/cgroup")
        let outcome = try await Command.run(
            ["doctor", "--sensor", "rapl:msr"] + Command.roots(machine), environment: ["INVOCATION_ID": invocation])
        let words = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(
            words.contains("share/powersensors/10-devices.conf /etc/systemd/system/powersensors.service.d/") == isUnit)
        #expect(words.contains("uncomment there what is for RAPL's registers (CAP_SYS_RAWIO)") == isUnit, "\(words)")
        #expect(words.contains("docker run") == !isUnit)
    }

    /// In a unit of its own name, whose rights setpriv gives, the kernel's refusal is the real one.
    @Test(.enabled(if: isRoot, "needs root, to act as somebody else"), arguments: [true, false])
    func `records of ended processes take a part of the drop-in, and are no way to measure power`(
        isUnit: Bool
    ) async throws {
        let machine = try MockMachine()
        try machine.sysfs.write("0\n", to: "devices/system/cpu/possible")
        let script = """
            mkdir \(machine.procfs.path)/$$
            echo '0::/system.slice/powersensors.service' > \(machine.procfs.path)/$$/cgroup
            ln -s $$ \(machine.procfs.path)/self
            chmod -R a+rX \(machine.tree.path)
            export INVOCATION_ID=\(isUnit ? "abc" : "")
            exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$@"
            """
        let outcome = try await Command.run(["doctor", "--verbose"] + Command.roots(machine), inScript: script)
        let parts = outcome.output.split(separator: "info: taskstats (forbidden)")
        try #require(parts.count == 2, "\(outcome.output)\(outcome.error)")
        let words = parts[1].split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains("cannot be had without CAP_NET_ADMIN."))
        #expect(words.contains("uncomment there what is for records of ended processes (CAP_NET_ADMIN)") == isUnit)
        #expect(!parts[0].contains("CAP_NET_ADMIN"))
    }

    @Test func `its JSON has the state of each sensor`() async throws {
        let machine = try MockMachine.onePackage()
        try machine.set(.intelServer(sockets: 1))
        try machine.procfs.write("6.12.95-amd64\n", to: "sys/kernel/osrelease")
        let moving = try await Self.run(
            ["doctor", "--json", "--node", "n1"], until: "\"verdict\":\"measured\"", on: machine)
        let report = try JSON(moving.output)
        #expect(report["node"].text == "n1")
        #expect(report["kernel"].text == "6.12")
        #expect(report["measured"] == .truth(true))
        #expect(report["verdict"].text == "measured")
        let known = ["found", "absent", "notBuilt", "foreign", "failed", "fatal"]
        #expect(known.contains(report["libsensors"].text ?? ""))
        let rapl = try #require(report["sensors"].elements.first { $0["sensor"].text == "rapl" })
        #expect(rapl["state"].text == "works")
        #expect(rapl["channels"].number == 1)
        #expect(rapl["mechanisms"].elements.map(\.text) == ["powercap"])
        #expect(!report["findings"].elements.contains { $0["reason"].text == "frozen" })
    }

    @Test func `counters that do not change are not called measured`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(["doctor", "--json"] + Command.roots(machine))
        #expect(outcome.exitCode == 0, "the source can be read")
        let report = try JSON(outcome.output)
        #expect(report["measured"] == .truth(false))
        #expect(report["verdict"].text == "frozen")
        let rapl = try #require(report["sensors"].elements.first { $0["sensor"].text == "rapl" })
        #expect(rapl["state"].text == "limited")
        #expect(rapl["still"].number == 1)
        #expect(report["findings"].elements.contains { $0["reason"].text == "frozen" })
    }

    @Test(.enabled(if: isRoot, "needs root, to act as somebody else"))
    func `an ordinary user gets a command that opens root's files, and it works`() async throws {
        let machine = try MockMachine.twoSockets()
        try Self.open(machine)
        let asNobody = "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\""
        let asked = ["doctor", "--json", "--sensor", "rapl:powercap"] + Command.roots(machine)
        try machine.procfs.write(
            "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\n", to: "thread-self/status")
        let before = try await Command.run(asked, inScript: asNobody)
        #expect(before.exitCode == 1)
        let report = try JSON(before.output)
        #expect(report["sensors"].elements.first?["state"].text == "failing")
        let finding = try #require(report["findings"].elements.first { $0["reason"].text == "forbidden" })
        #expect(finding["text"].text?.contains("mode 0400, owner 0") == true)
        #expect(finding["text"].text?.contains("user 65534") == true)
        let remedy = try #require(finding["remedy"].text)
        let command = try #require(remedy.split(separator: " — ").first).drop { $0 != ":" }.dropFirst()
        let script = String(command.replacing("sudo ", with: ""))
        #expect(unsafe system(script) == 0, "\(script)")
        let after = try await Command.run(asked, inScript: asNobody)
        #expect(after.exitCode == 0)
        let rapl = try #require(try JSON(after.output)["sensors"].elements.first)
        #expect(rapl["readable"] == rapl["channels"])
    }

    @Test(.enabled(if: isRoot, "needs root, to act as somebody else"))
    func `nobody is told the smallest right first, and nothing of what is in a closed folder`() async throws {
        let machine = try MockMachine.twoSockets()
        try machine.set(.intelServer(sockets: 2))
        try machine.dev.write("", to: "cpu/0/msr")
        try machine.sysfs.write("ina226\n", to: "class/hwmon/hwmon0/name")
        try machine.sysfs.write("5000000\n", to: "class/hwmon/hwmon0/power1_input")
        try machine.procfs.write(
            "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\nCapEff:\t0000000000000000\n",
            to: "thread-self/status")
        try Self.open(machine)
        #expect(unsafe chmod("\(machine.dev.path)/cpu/0/msr", 0o600) == 0)
        #expect(unsafe chmod("\(machine.sysfs.path)/class/hwmon/hwmon0", 0o700) == 0)
        let outcome = try await Command.run(
            ["doctor", "--json"] + Command.roots(machine),
            inScript:
                "exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all \"$@\"")
        let findings = try JSON(outcome.output)["findings"].elements
        let forbidden = findings.filter { $0["reason"].text == "forbidden" }.compactMap { $0["subject"].text }
        // The first of the counters by name stands for all.
        #expect(forbidden == ["class/powercap/intel-rapl-mmio:0/energy_uj", "cpu/0/msr", "class/hwmon/hwmon0"])
        let text = try #require(findings.first { $0["subject"].text == forbidden.first }?["text"].text)
        #expect(text.contains("this process is user 65534 without CAP_DAC_READ_SEARCH"))
        #expect(!findings.contains { $0["subject"].text == "class/hwmon" }, "that there is no chip is not known")
    }

    @Test(.enabled(if: isRoot, "needs root, to give its capabilities up"))
    func `root without capabilities reads the files that root owns`() async throws {
        let machine = try MockMachine.onePackage()
        let withoutCapabilities = "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\""
        let asked = ["doctor", "--json", "--sensor", "rapl:powercap"] + Command.roots(machine)
        let outcome = try await Command.run(asked, inScript: withoutCapabilities)
        #expect(outcome.exitCode == 0)
        let rapl = try #require(try JSON(outcome.output)["sensors"].elements.first)
        #expect(rapl["readable"] == rapl["channels"])
    }

    @Test(.enabled(if: isRoot, "needs root with mount name spaces of its own"))
    func `masked zones are found in the tree that the remedy names`() async throws {
        let machine = try MockMachine.onePackage()
        let sysfs = machine.sysfs.path
        // An empty folder over the zones, as container runtimes mount it, and the host's tree elsewhere, as the remedy requests.
        let masked = """
            unshare -m --propagation private sh -c '
            mkdir -p \(machine.tree.path)/host && mount --rbind \(sysfs) \(machine.tree.path)/host \
            && mount -t tmpfs none \(sysfs)/devices/virtual/powercap && exec "$@"' sh "$@"
            """
        let asked = ["doctor", "--json", "--sensor", "rapl:powercap", "--procfs", machine.procfs.path]
        let before = try await Command.run(asked + ["--sysfs", sysfs], inScript: masked)
        #expect(before.exitCode == 1)
        let finding = try #require(try JSON(before.output)["findings"].elements.first)
        #expect(finding["reason"].text == "masked")
        #expect(finding["remedy"].text?.contains("--sysfs /host/sys") == true)
        let after = try await Command.run(asked + ["--sysfs", "\(machine.tree.path)/host"], inScript: masked)
        #expect(after.exitCode == 0)
    }

    private static var isRoot: Bool { getuid() == 0 }

    /// Runs the command while a machine's counters advance, and again if a busy host did not let them advance.
    private static func run(
        _ arguments: [String], until text: String, on machine: MockMachine
    ) async throws -> Command.Outcome {
        for _ in 0..<4 {
            let outcome = try await withRunningClock(of: machine) {
                try await Command.run(arguments + Command.roots(machine))
            }
            if outcome.output.contains(text) { return outcome }
        }
        return try await Command.run(arguments + Command.roots(machine))
    }

    /// Lets every user enter the machine's folders, and only root read its counters.
    private static func open(_ machine: MockMachine) throws {
        #expect(
            unsafe system(
                "chmod -R a+rX \(machine.tree.path) && chmod 0400 \(machine.sysfs.path)/class/powercap/*/energy_uj")
                == 0)
    }
}
#endif
