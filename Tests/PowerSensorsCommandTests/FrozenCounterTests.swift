#if Exporters
import PowerSensorsTesting
import Testing

struct FrozenCounterTests {
    /// A counter is called frozen after ten seconds without a change.
    @Test func `a frozen counter is reported once, and the figures continue`() async throws {
        let machine = try MockMachine.onePackage()
        // The shell ends the command after the finding and one more second of figures.
        let script = """
            errors=$(mktemp)
            "$@" 2> "$errors" & pid=$!
            until grep -q "has not changed" "$errors" || ! kill -0 $pid; do sleep 0.1; done
            sleep 2; kill -TERM $pid; wait $pid; code=$?; cat "$errors" >&2; rm "$errors"; exit $code
            """
        let outcome = try await Command.run(
            ["--json", "--interval", "100ms", "--duration", "120s"] + Command.roots(machine),
            inScript: script
        )
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.hasPrefix("powersensors: warning: class/powercap/intel-rapl:0/energy_uj: "))
    }
}
#endif
