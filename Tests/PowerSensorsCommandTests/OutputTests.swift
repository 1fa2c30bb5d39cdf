#if Exporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The files that the command writes to.
@Suite(.timeLimit(.minutes(3)))
struct OutputTests {
    @Test func `the names of open files are paths to write to`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        // The first output is a pipe, which ends the export; the third is a file.
        let script = "\"$@\" --json /dev/stdout --csv /dev/fd/3 3> \(folder.path)/power.csv | head -n 3"
        let outcome = try await Command.run(
            ["export", "--interval", "100ms"] + Command.roots(machine), inScript: script)
        #expect(outcome.error.isEmpty)
        let lines = try outcome.output.split(separator: "\n").map { try JSON($0) }
        #expect(lines.count == 3)
        #expect(try folder.text(of: "power.csv").hasPrefix("node,time,"))
    }

    @Test func `where a file may not grow, records are whole, and the failure is reported once`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let path = "\(folder.path)/power.json"
        // The limit is in blocks of 512 bytes or of 1024. The signal that comes with it would end the program.
        let script = """
            trap '' XFSZ; (ulimit -f 8; exec "$@") & export=$!
            last=-1
            for round in $(seq 100); do
                size=$(stat -c %s \(path) 2> /dev/null || echo 0); [ $size -gt 2048 ] && [ $size = $last ] && break
                last=$size; sleep 0.5
            done
            kill -TERM $export; wait $export
            """
        let outcome = try await Command.run(
            ["export", "--interval", "100ms", "--json", path] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let text = try folder.text(of: "power.json")
        #expect(text.hasSuffix("\n"))
        let lines = try text.split(separator: "\n").map { try JSON($0)["version"].number }
        #expect(lines.count > 1 && lines.allSatisfy { $0 == 1 })
        #expect(outcome.complaints.count == 1, "\(outcome.error)")
        #expect(outcome.error.contains("\(path): File too large. Move it away"))
    }

    @Test func `standard output that is a file has whole records too`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\" > \(folder.path)/power.json"
        let outcome = try await Command.run(
            ["watch", "--format", "json", "--interval", "100ms"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 1)
        #expect(outcome.error.contains("standard output: File too large. Move it away"), "\(outcome.error)")
        let text = try folder.text(of: "power.json")
        #expect(text.hasSuffix("}\n"))
        #expect(try text.split(separator: "\n").allSatisfy { try JSON($0)["version"].number == 1 })
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"), arguments: ["--json", "--csv"])
    func `a link of another user is refused before the export starts`(option: String) async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("", to: "target")
        try folder.makeDirectory("open")
        try folder.link("open/power", to: "../target")
        try folder.setPermissions(0o1777, of: "open")
        let path = "\(folder.path)/open/power"
        try #require(unsafe lchown(path, 54_321, 54_321) == 0)
        let outcome = try await Command.run(["export", option, path] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.error.contains("\(path): The link power belongs to user 54321"), "\(outcome.error)")
        #expect(try folder.text(of: "target").isEmpty)
    }
}
#endif
