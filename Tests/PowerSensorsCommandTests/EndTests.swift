#if Exporters
import PowerSensorsTesting
import Testing

/// How `export` ends at a signal while something hangs.
@Suite(.timeLimit(.minutes(2)))
struct EndTests {
    /// The end of a script that has started the command: sends the signal, and kills what does not obey.
    private static let end = """
        kill -TERM $command
        (sleep 30; kill -KILL $command) > /dev/null 2>&1 & guard=$!
        code=0; wait $command || code=$?
        kill $guard
        exit $code
        """

    @Test(.enabled(if: LiveSysTests.canRun, "needs root with mount name spaces of its own, /dev/fuse and python3"))
    func `a sensor that hangs is given up, and the rest ends in order`() async throws {
        let folder = try MockTree()
        let zone = "/devices/virtual/powercap/intel-rapl/intel-rapl:0"
        try folder.write(
            """
            {"\(zone)/name": "package-0\\n", "\(zone)/max_energy_range_uj": "262143328850\\n",
             "\(zone)/energy_uj": {"counter": {"mw": 65000}},
             "/class/powercap/intel-rapl:0": {"link": "../..\(zone)"}}
            """, to: "spec.json")
        try folder.write(
            """
            "$@" & command=$!
            for round in $(seq 300); do [ -s \(folder.path)/json ] && break; sleep 0.1; done
            echo 'set \(zone)/energy_uj {"delay_ms": 60000}' > "$FAKESYS/.ctl"
            sleep 2
            \(Self.end)
            """, to: "hang.sh")
        let outcome = try await Command.run(
            [
                "export", "--sensor", "rapl", "--interval", "250ms", "--json", "\(folder.path)/json", "--textfile",
                "\(folder.path)/power.prom", "--quiet",
            ],
            inScript:
                "exec '\(LiveSysTests.folder)/with_sys.sh' \(folder.path)/spec.json bash \(folder.path)/hang.sh \"$@\""
        )
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1 && outcome.error.contains("for a sensor; every target had ended before."))
        #expect(try folder.text(of: "json").hasSuffix("}\n"))
        #expect(throws: (any Error).self) { try folder.text(of: "power.prom") }
    }

    @Test func `a reader of standard output that hangs is given up, and the rest ends in order`() async throws {
        let machine = try MockMachine.twoSockets()
        let folder = try MockTree()
        let script = """
            mkfifo \(folder.path)/pipe
            sleep 60 < \(folder.path)/pipe > /dev/null 2>&1 & reader=$!
            "$@" > \(folder.path)/pipe & command=$!
            for round in $(seq 300); do [ -e \(folder.path)/power.prom ] && break; sleep 0.1; done
            # Until the pipe is full.
            sleep 4
            trap 'kill $reader' EXIT
            \(Self.end)
            """
        let outcome = try await Command.run(
            ["export", "--interval", "10ms", "--json", "-", "--textfile", "\(folder.path)/power.prom", "--quiet"]
                + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1 && outcome.error.contains("without waiting any longer for json:"))
        #expect(throws: (any Error).self) { try folder.text(of: "power.prom") }
    }
}
#endif
