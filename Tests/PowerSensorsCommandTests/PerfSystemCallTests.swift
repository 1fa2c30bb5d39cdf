#if Exporters
import Subprocess
import Testing

struct PerfSystemCallTests {
    @Test(
        .enabled(if: !isSanitized, "a sanitizer makes system calls of its own"),
        .enabled("strace is missing, or may not trace here: sudo apt-get install strace") { await canTrace() },
        .enabled("perf's msr PMU cannot be used here: run as root, on an x86 machine") { await canProbe() }
    )
    func `a sample of five perf events is one read, and nothing else`() async throws {
        let script = """
            trace=$(mktemp); strace -f -v -o "$trace" -- "$1" 1000 && cat "$trace" >&2; rm "$trace"
            """
        let result = try await Subprocess.run(
            Command.shell, arguments: ["-c", script, "sh", try Command.path(of: "PerfProbe")],
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 24))
        let output = result.standardOutput
        #expect(output == "begin\nend\n5 channels, 5 with energy\n")
        // A line is `1234  read(7, …) = 64`.
        let calls = result.standardError.split(separator: "\n").compactMap { line in
            line.split(separator: " ", maxSplits: 1).dropFirst().first.map { String($0).trimmingPrefix { $0 == " " } }
        }
        let pinned = calls.filter { $0.hasPrefix("perf_event_open(") && $0.contains("pinned=1") }
        #expect(pinned.count == 1, "the leader of the group that is read, and none that discovery tries")
        let first = try #require(calls.firstIndex { $0.hasPrefix("write(1, \"begin") })
        let last = try #require(calls.firstIndex { $0.hasPrefix("write(1, \"end") })
        let between = calls[first..<last].dropFirst()
        #expect(between.count == 1000)
        let descriptors = Set(between.map { $0.prefix { $0 != "," } })
        #expect(descriptors.count == 1, "one descriptor is read: the group's leader")
        #expect(descriptors.first?.hasPrefix("read(") == true)
        #expect(between.allSatisfy { $0.hasSuffix("= 64") }, "three numbers of the group's, and one an event")
    }
}

/// Whether PerfProbe finds the msr PMU and may use it.
private func canProbe() async -> Bool {
    guard let path = try? Command.path(of: "PerfProbe") else { return false }
    let result = try? await Subprocess.run(
        Command.shell, arguments: ["-c", "\"$1\" 1", "sh", path], output: .discarded, error: .discarded)
    return result?.terminationStatus.isSuccess == true
}
#endif
