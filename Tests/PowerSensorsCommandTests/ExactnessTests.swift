#if Exporters
import PowerSensors
import PowerSensorsTesting
import Subprocess
import Testing

struct ExactnessTests {
    /// A turn of the counter is 262 kJ. At nearly 300 kW it comes round about every second, more often than the
    /// command shows figures: it must read on its own in between.
    @Test func `through several wraps in real time the joules equal the truth to the count`() async throws {
        let machine = try MockMachine.onePackage(countsBeforeWrap: 1_000_000)
        let counter = try #require(machine.zone("package-0")?.counter)
        let arguments = ["--json", "--interval", "1s", "--max-power", "400000"] + Command.roots(machine)

        let result = try await Subprocess.run(
            Command.shell, arguments: Command.arguments(arguments), input: .none, output: .sequence,
            error: .string(limit: 4096)
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            // The tree is still until the command has told its baseline.
            let first = try JSON(try #require(try await lines.next()))
            let baseline = try #require(first["channels"].elements.first?["energy_j"].number)

            for step in 0..<300 {
                // An odd number of counts that changes, so that nothing is right by chance.
                try counter.advance(counts: UInt64(49_000_001 + step % 7))
                try await Task.sleep(for: .milliseconds(10))
            }
            // The tree is still again: what is shown from here on is the whole.
            try await Task.sleep(for: .milliseconds(1500))
            try execution.send(signal: .terminate)
            var last = first
            while let line = try await lines.next() { last = try JSON(line) }
            return (baseline, last)
        }
        let (baseline, last) = result.closureResult
        #expect(result.standardError.isEmpty)
        #expect(result.terminationStatus.exitCode == 0)
        #expect(baseline == 0)

        let channel = try #require(last["channels"].elements.first)
        let energy = try #require(channel["energy_j"].number)
        // A count is 2⁻¹⁴ J, so a Double holds every sum of them exactly.
        #expect(energy * 16_384 == Double(counter.trueCounts))
        #expect(channel["wraps"].number == Double(counter.count >> 32))
        #expect((channel["wraps"].number ?? 0) >= 3)
        #expect(channel["resets"].number == 0)
        #expect(channel["ambiguous_j"].number == 0)
    }
}
#endif
