#if Exporters
import Subprocess
import Testing

/// Whom the kernel that runs this lets use perf, and what is read by whom. Other kernels' answers: `make test-kernel`.
@Suite(
    .enabled("only root can become others, and perf's msr PMU is needed: run as root, on an x86 machine") {
        await canBecomeOthers()
    })
struct PerfRightsTests {
    @Test func `root reads every channel through perf`() async throws {
        let lines = try await probe(as: [])
        #expect(lines.count { $0.hasSuffix(" perf ok") } == 5)
        #expect(!lines.contains { $0.contains("forbidden") || $0.contains("CAP_PERFMON") })
    }

    @Test(arguments: [
        ["--reuid", "65534", "--regid", "65534", "--clear-groups"],
        ["--bounding-set", "-all", "--inh-caps", "-all"],
    ])
    func `others read through powercap, and a finding says how to permit perf`(
        rights: [String]
    ) async throws {
        let lines = try await probe(as: rights)
        #expect(lines.count { $0.hasSuffix(" powercap ok") } == 5)
        let finding = try #require(lines.first { $0.contains("perf_event_paranoid is") })
        #expect(finding.hasPrefix("info: bus/event_source/devices/power:"))
        #expect(finding.contains("sysctl kernel.perf_event_paranoid=0"))
        // Where the bounding set has no capability left, a file's cannot give one.
        let canGain = rights.first == "--reuid"
        #expect(finding.contains("setcap cap_perfmon=ep /") == canGain)
        #expect(finding.contains("docker run --cap-add PERFMON") == !canGain)
    }

    private func probe(as rights: [String]) async throws -> [Substring] {
        let result = try await Subprocess.run(
            Command.shell,
            // In a folder that everybody may enter, since the build's may be root's.
            arguments: Arguments(
                ["-c", Self.script, "sh", try Command.path(of: "PerfProbe")]
                    + (rights.isEmpty ? [] : ["setpriv"] + rights)),
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput.split(separator: "\n")
    }

    private static let script = """
        folder=$(mktemp -d) && chmod 755 "$folder" && cp "$1" "$folder/probe" || exit
        shift; "$@" "$folder/probe" list; status=$?; rm "$folder/probe" && rmdir "$folder"; exit $status
        """
}

/// Whether this is root with perf at hand, at a level that shuts others out.
private func canBecomeOthers() async -> Bool {
    guard let path = try? Command.path(of: "PerfProbe") else { return false }
    let script =
        #"[ "$(id -u)" = 0 ] && command -v setpriv && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 0 ] && "$1" 1"#
    let result = try? await Subprocess.run(
        Command.shell, arguments: ["-c", script, "sh", path], output: .discarded, error: .discarded)
    return result?.terminationStatus.isSuccess == true
}
#endif
