#if Exporters
import PowerSensors
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct SystemCallTests {
    /// The system calls for one figure before its write: a sleep, and a read of each counter.
    private static let tick = ["clock_nanosleep"] + Array(repeating: "pread64", count: 8)

    @Test(
        .enabled(if: !isSanitized, "a sanitizer makes system calls of its own"),
        .enabled("strace is missing, or may not trace here: sudo apt-get install strace") { await canTrace() }
    )
    func `a figure costs one sleep, one read for each counter and one write`() async throws {
        let parts = ["core", "uncore", "dram"].map { MockZone(name: $0) }
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: (0..<2).map { MockZone(name: "package-\($0)", children: parts) }))

        let short = try await run(for: "2s", on: machine)
        let long = try await run(for: "4s", on: machine)
        for run in [short, long] {
            // The first check for new sensors, after 2 s, may let the heap grow. That it does so only once is seen below.
            let calls = run.calls.filter { $0 != "brk" }
            let ticks = calls.split(separator: "write", omittingEmptySubsequences: false).dropLast()
            #expect(ticks.contains { Array($0) == Self.tick })
            // On a busy machine a late figure needs no sleep before it. Once the heap may grow; that it does not go on is seen below.
            for tick in ticks.map({ $0.filter { $0 != "brk" } }) {
                #expect(tick == Self.tick || tick == Array(Self.tick.dropFirst()))
            }
        }
        let ticks = long.figures - short.figures
        for name in Set(short.calls + long.calls).subtracting(["clock_nanosleep"]) {
            let more = long.calls.count { $0 == name } - short.calls.count { $0 == name }
            let expected = name == "write" ? ticks : ticks * Self.tick.count { $0 == name }
            #expect(more == expected, "\(name)")
        }
    }

    /// The output and the system calls of a run.
    private struct Run {
        /// The number of figures that it wrote.
        let figures: Int

        /// The names of the system calls in their order, after the first figure and up to the last one.
        let calls: [String]
    }

    private func run(for duration: String, on machine: MockMachine) async throws -> Run {
        let outcome = try await Command.run(
            ["--json", "--interval", "100ms", "--top", "0", "--duration", duration] + Command.roots(machine),
            inScript: """
                trace=$(mktemp); strace -f -o "$trace" -- "$@" | wc -l; cat "$trace" >&2; rm "$trace"
                """
        )
        #expect(outcome.exitCode == 0)
        // A line is `1234  pread64(…) = 5`.
        let names = outcome.complaints.compactMap { line in
            line.split(separator: " ").dropFirst().first.map { String($0.prefix { $0 != "(" }) }
        }
        let first = try #require(names.firstIndex(of: "write"))
        let last = try #require(names.lastIndex(of: "write"))
        return Run(
            figures: try #require(Int(outcome.output.filter(\.isNumber))),
            calls: Array(names[first...last].dropFirst())
        )
    }
}

/// Whether the tests and the command are built with a sanitizer.
let isSanitized = unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

/// Whether strace(1) is installed and may trace a process here.
func canTrace() async -> Bool {
    let result = try? await Subprocess.run(
        Command.shell, arguments: ["-c", "strace -o /dev/null true"], output: .discarded, error: .discarded
    )
    return result?.terminationStatus.isSuccess == true
}
#endif
