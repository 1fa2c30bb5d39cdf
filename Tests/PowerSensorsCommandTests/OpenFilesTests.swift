#if Exporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command where few files may be open.
@Suite(.timeLimit(.minutes(5)))
struct OpenFilesTests {
    private static let script =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Scripts/open-files.py"

    // `make open-files` tries every limit from 24 to 128, and a thousand clients.
    @Test(.enabled(if: unsafe system("command -v python3 > /dev/null") == 0, "needs python3"))
    func `with few open files, clients get an answer or a refusal, and a signal is obeyed`() async throws {
        let outcome = try await Command.run(
            [], inScript: "exec python3 '\(Self.script)' \"$1\" --limits 24,32,40,64,80 --clients 0,100")
        #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
    }

    @Test func `a limit that is too low is told in one line, with the remedy`() async throws {
        let outcome = try await Command.run(["list"], inScript: "ulimit -n 20; exec \"$@\"")
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("20 files open") && outcome.error.contains("ulimit -n"))
    }

    @Test func `the soft limit is raised to the hard one`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let script = """
            ulimit -Sn 100 && ulimit -Hn 300
            "$@" & command=$!
            for round in $(seq 300); do [ -s \(folder.path)/json ] && break; sleep 0.1; done
            grep 'open files' /proc/$command/limits
            kill -TERM $command; wait $command
            """
        let outcome = try await Command.run(
            ["export", "--json", "\(folder.path)/json"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.output.split(separator: " ").filter { $0 == "300" }.count == 2, "\(outcome.output)")
    }
}
#endif
