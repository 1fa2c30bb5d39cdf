#if Exporters
import PowerSensorsTesting
import Testing

struct FrozenCounterTests {
    /// It takes ten seconds until a counter that stands still is called frozen.
    @Test func `a frozen counter is reported once, and the figures continue`() async throws {
        let machine = try MockMachine.onePackage()
        // The shell ends the command as soon as the finding and then one more second of figures came.
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
