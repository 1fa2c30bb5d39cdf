#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// `export --guests`, and other programs that read what it publishes. `make test-kernel` tests real guests.
@Suite(.timeLimit(.minutes(3)))
struct GuestsTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var exitCode: Int32 = 64
        let says: [String]

        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Mistake(arguments: ["--guests-period", "5s", "--json", "-"], says: ["--guests-period 5s", "--guests"]),
        Mistake(arguments: ["--guest-name", "web", "--json", "-"], says: ["--guest-name web", "--guests"]),
        Mistake(
            arguments: ["--guests", "/x", "--guests-period", "999ms"], says: ["--guests-period 999ms", "1s to 1h"]),
        Mistake(arguments: ["--guests", "/x", "--guests-period", "-1s"], says: ["--guests-period -1s"]),
        Mistake(arguments: ["--guests", "/x", "--guests-grace", "1w"], says: ["--guests-grace 1w", "60s"]),
        Mistake(arguments: ["--guests", "/x", "--guest-user", "no-such-user"], says: ["no-such-user", "/etc/passwd"]),
        Mistake(arguments: ["--guests", "/x", "--guest-name", ""], says: ["--guest-name", "empty"]),
        Mistake(arguments: ["--guests", "/nowhere/at/all"], exitCode: 1, says: ["/nowhere/at/all", "No such file"]),
        Mistake(arguments: ["--guests", "/nowhere/at/all", "--check"], exitCode: 1, says: ["/nowhere/at/all"]),
        Mistake(arguments: ["--guests", "/etc/passwd"], exitCode: 1, says: ["/etc/passwd", "link or a file"]),
        Mistake(arguments: ["--guests", "/tmp", "--check"], exitCode: 1, says: ["/tmp: "]),
    ])
    func `a mistake is one clear line that names it`(mistake: Mistake) async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(["export"] + mistake.arguments + Command.roots(machine))
        #expect(outcome.exitCode == mistake.exitCode)
        #expect(outcome.complaints.count == 1)
        for word in mistake.says { #expect(outcome.error.contains(word), "\(outcome.error)") }
    }

    @Test func `a check creates nothing`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let outcome = try await Command.run(
            ["export", "--guests", "\(folder.path)/guests", "--guest-name", "web", "--check"] + Command.roots(machine))
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try folder.names() == [])
    }

    private static func isHere(_ programs: String) -> Bool { unsafe system("command -v \(programs) > /dev/null") == 0 }

    @Test(
        .enabled(if: isHere("prometheus-node-exporter curl python3"), "needs prometheus-node-exporter, curl, python3"))
    func `node_exporter reads a guest's figures, and a machine without figures is named`() async throws {
        let script = """
            trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
            \(Command.freePort)
            "$@" & export=$!
            for round in $(seq 150); do
                grep -qs '[1-9]' "$SHARE/web/class/powercap/intel-rapl:0/energy_uj" && break; sleep 0.2
            done
            port=$(free_port)
            prometheus-node-exporter --web.listen-address=127.0.0.1:$port --collector.disable-defaults \
                --collector.rapl --path.sysfs="$SHARE/web" 2>/dev/null & peer=$!
            for round in $(seq 150); do curl -sf http://127.0.0.1:$port/metrics > "$SHARE.txt" && break; sleep 0.2; done
            kill -TERM $peer $export; wait $export
            """
        let outcome = try await published(script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.error.contains("guest stranger: Its process runs as user 54321"), "\(outcome.error)")
        for name in ["package", "dram"] {
            let line = try #require(
                outcome.output.split(separator: "\n").first { $0.hasPrefix("node_rapl_\(name)_joules") })
            #expect((line.split(separator: " ").last.flatMap { Double($0) } ?? 0) > 0)
        }
    }

    /// libpowercap only reads `/sys`, so the guest's tree is mounted over it.
    @Test(.enabled(if: LiveSysTests.canRun && hasLibpowercap, "needs what LiveSysTests need, and libpowercap0"))
    func `libpowercap reads a guest's figures`() async throws {
        let script = """
            "$@" & export=$!
            for round in $(seq 150); do
                grep -qs '[1-9]' "$SHARE/web/class/powercap/intel-rapl:0/energy_uj" && break; sleep 0.2
            done
            kill -TERM $export; wait $export
            "$WITH" "$SHARE/web" python3 -c '
            import ctypes
            library = ctypes.CDLL("libpowercap.so.0")
            names = {1: "package", 2: "dram"}
            print("zones", library.powercap_rapl_get_num_instances())
            for depth in names:
                zones, energy, limit = (ctypes.c_uint32 * 2)(0, 0), ctypes.c_uint64(), ctypes.c_uint64()
                code = library.powercap_sysfs_zone_get_energy_uj(b"intel-rapl", zones, depth, ctypes.byref(energy))
                library.powercap_sysfs_zone_get_max_energy_range_uj(b"intel-rapl", zones, depth, ctypes.byref(limit))
                print(names[depth], code, energy.value > 0, limit.value == 2**63 - 1)
            ' > "$SHARE.txt"
            """
        let outcome = try await published(script)
        #expect(outcome.output == "zones 1\npackage 0 True True\ndram 0 True True\n", "\(outcome.error)")
    }

    private static var hasLibpowercap: Bool {
        unsafe system("python3 -c 'import ctypes; ctypes.CDLL(\"libpowercap.so.0\")' 2> /dev/null") == 0
    }

    /// Publishes for a machine that works, and for a stranger's, while a script runs; what it leaves in `$SHARE.txt` is its
    /// output.
    private func published(_ script: String) async throws -> Command.Outcome {
        let machine = try MockMachine.twoSockets()
        let time = try machine.set(.guest(processors: 1))
        let folder = try MockTree()
        let share = "\(folder.path)/guests"
        let processes = [("web", geteuid()), ("stranger", 54_321)].enumerated().map { number, guest in
            Result {
                try MockProcess(
                    100 + number, start: 5, comm: "qemu-kvm", arguments: ["qemu-kvm", "-name", "guest=\(guest.0)"],
                    group: "/machine.slice/\(guest.0).scope", user: Int(guest.1), in: machine.procfs)
            }
        }
        let running = try processes.map { try $0.get() }
        let arguments = [
            "export", "--guests", share, "--guests-period", "1s", "--guest-user", "\(geteuid())", "--sensor", "rapl",
        ]
        let prologue = "SHARE=\(share) WITH=\(LiveSysTests.folder)/with_sys.sh\n"
        let outcome = try await withRunningClock(of: machine) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        for process in running { try process.run(ticks: 1) }
                        try time.advance(MockTicks(user: 2, idle: 2))
                        try? await Task.sleep(for: .milliseconds(40))
                    }
                }
                let outcome = try await Command.run(arguments + Command.roots(machine), inScript: prologue + script)
                group.cancelAll()
                return outcome
            }
        }
        return Command.Outcome(
            output: try folder.text(of: "guests.txt"), error: outcome.error, exitCode: outcome.exitCode)
    }
}
#endif
