#if Exporters
import Subprocess
import Testing

/// Who may use perf on the running kernel, and through which mechanism each user reads. `make test-kernel` tests other kernels.
@Suite(
    .enabled("needs root, to run as other users, and perf's msr PMU: run as root on an x86 machine") {
        await canRunAsOthers()
    })
struct PerfRightsTests {
    /// The domains of the machine that `PerfProbe list` reads: package, core, uncore, DRAM and psys.
    private static let channelCount = 5

    @Test func `root reads every channel through perf`() async throws {
        let lines = try await probe(as: [])
        #expect(lines.count { $0.hasSuffix(" perf ok") } == Self.channelCount)
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
        #expect(lines.count { $0.hasSuffix(" powercap ok") } == Self.channelCount)
        let finding = try #require(lines.first { $0.contains("perf_event_paranoid is") })
        #expect(finding.hasPrefix("info: bus/event_source/devices/power:"))
        #expect(finding.contains("sysctl kernel.perf_event_paranoid=0"))
        // If the bounding set is empty, a process cannot gain a capability from its program's file (capabilities(7)).
        let canGain = rights.first == "--reuid"
        #expect(finding.contains("setcap cap_perfmon=ep /") == canGain)
        #expect(finding.contains("docker run --cap-add PERFMON") == !canGain)
    }

    /// The output of `PerfProbe list`, run with these options of setpriv(1); as root if there are none.
    private func probe(as rights: [String]) async throws -> [Substring] {
        let result = try await Subprocess.run(
            Command.shell,
            // The script copies it to a folder that every user may enter, since the build's may be open to root alone.
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

/// Whether this is root, can run programs as other users, and perf works but is forbidden to them (perf_event_paranoid).
private func canRunAsOthers() async -> Bool {
    guard let path = try? Command.path(of: "PerfProbe") else { return false }
    let script =
        #"[ "$(id -u)" = 0 ] && command -v setpriv && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 0 ] && "$1" 1"#
    let result = try? await Subprocess.run(
        Command.shell, arguments: ["-c", script, "sh", path], output: .discarded, error: .discarded)
    return result?.terminationStatus.isSuccess == true
}
#endif
