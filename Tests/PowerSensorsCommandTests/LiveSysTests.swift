#if Exporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command on a `/sys` whose counters advance by themselves and fail as drivers do; see Tests/LiveSys.
@Suite(.timeLimit(.minutes(2)))
struct LiveSysTests {
    private static let zone = "/devices/virtual/powercap/intel-rapl/intel-rapl:0"

    /// One package at 65 W and a core at 20 W, near the end of the range.
    private static let spec = """
        {"\(zone)/name": "package-0\\n", "\(zone)/max_energy_range_uj": "262143328850\\n",
         "\(zone)/energy_uj": {"counter": {"mw": 65000, "start_uj": 200000000000}, "mode": "0400"},
         "\(zone)/intel-rapl:0:0/name": "core\\n",
         "\(zone)/intel-rapl:0:0/max_energy_range_uj": "262143328850\\n",
         "\(zone)/intel-rapl:0:0/energy_uj": {"counter": {"mw": 20000, "start_uj": 5000000000}},
         "/class/powercap/intel-rapl:0": {"link": "../..\(zone)"},
         "/class/powercap/intel-rapl:0:0": {"link": "../..\(zone)/intel-rapl:0:0"}}
        """

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let node: String
        let mend: String
        let during: String?
    }

    @Test(
        .enabled(if: canRun, "needs root with mount name spaces of its own, /dev/fuse and python3"),
        arguments: [
            Fault(testDescription: "EIO", node: #"{"err": 5}"#, mend: #"{"err": null}"#, during: "io"),
            Fault(testDescription: "EINVAL", node: #"{"err": 22}"#, mend: #"{"err": null}"#, during: "io"),
            Fault(testDescription: "torn", node: #"{"short": 3}"#, mend: #"{"short": null}"#, during: "implausible"),
            Fault(testDescription: "empty", node: #"{"short": 0}"#, mend: #"{"short": null}"#, during: nil),
            Fault(
                testDescription: "a descriptor gone stale, as when a driver is loaded again",
                node: #"{"stale": true}"#, mend: "{}", during: nil),
        ])
    func `a driver's fault interrupts one channel, and no energy is lost`(fault: Fault) async throws {
        let tree = try MockTree()
        try tree.write(Self.spec, to: "spec.json")
        let control = "\(Self.zone)/energy_uj"
        try tree.write(
            """
            "$@" > \(tree.path)/output & command=$!
            # On a busy machine the command begins late, and the fault must find it at work.
            for round in $(seq 100); do [ "$(wc -l < \(tree.path)/output)" -ge 3 ] && break; sleep 0.1; done
            echo 'set \(control) \(fault.node)' > "$FAKESYS/.ctl"
            sleep 1; echo 'set \(control) \(fault.mend)' > "$FAKESYS/.ctl"
            code=0; wait $command || code=$?
            cat \(tree.path)/output
            exit $code
            """, to: "faults.sh")
        let watch = ["watch", "--format", "json", "--interval", "250ms", "--duration", "5s", "--sensor", "rapl"]
        let script = "exec \"\(Self.folder)/with_sys.sh\" \(tree.path)/spec.json bash \(tree.path)/faults.sh \"$@\""
        let outcome = try await Command.run(watch, inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let snapshots = try outcome.output.split(separator: "\n").map { try JSON($0) }
        try #require(snapshots.count >= 4)
        let packages = snapshots.map { $0["channels"].elements[0] }
        let cores = snapshots.map { $0["channels"].elements[1] }
        #expect(cores.allSatisfy { $0["status"] == .text("ok") || $0["status"] == .text("warming_up") })
        if let during = fault.during { #expect(packages.contains { $0["status"] == .text(during) }) }
        for package in packages {
            // Either unknown, or about right on a busy machine: neither 0 nor a spike of kilowatts.
            if let power = package["power_w"].number { #expect((1...1000).contains(power)) }
        }
        let last = try #require(packages.last)
        #expect(last["status"] == .text("ok"))
        let ratio = try #require(last["energy_j"].number) / (try #require(cores.last?["energy_j"].number))
        #expect(abs(ratio - 65.0 / 20) < 0.05, "both counted over the same time")
        #expect(last["resets"].number == 0)
        #expect(last["ambiguous_j"].number == 0)
    }

    static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/LiveSys"
    }()

    static var canRun: Bool {
        let hasPython = ["/usr/bin", "/usr/local/bin"].contains { unsafe access("\($0)/python3", X_OK) == 0 }
        guard unsafe getuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0 && hasPython else { return false }
        // In a container or chroot the kernel may refuse the script's first command.
        return unsafe system("unshare -m --propagation private true 2>/dev/null") == 0
    }
}
#endif
