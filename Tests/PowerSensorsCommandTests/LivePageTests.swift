#if Exporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The live page and its documents, served by the command.
@Suite(.timeLimit(.minutes(2)))
struct LivePageTests {
    /// What the command serves while it runs.
    private struct Served {
        let front: String
        let snapshot: JSON
        let topology: JSON
        let findings: JSON
        /// The status of requests for the history, by hour and by virtual machine, and of one of control groups.
        let history: String
    }

    private static let areToolsHere = unsafe system("command -v curl python3 > /dev/null") == 0

    private func serve(_ machine: MockMachine, _ options: String..., setting: String = "") async throws -> Served {
        let folder = try MockTree()
        let script = """
            set -eu
            \(Command.freePort)
            port=$(free_port)
            \(setting) "$@" 127.0.0.1:$port 2> /dev/null &
            trap 'kill $! && wait' EXIT
            ask() { curl -sf --max-time 5 --noproxy '*' http://127.0.0.1:$port$1; }
            for try in $(seq 100); do ask /readyz > /dev/null && break; sleep 0.1; done
            cd \(folder.path)
            ask / > front
            for name in snapshot topology findings; do ask /api/v1/$name > $name; done
            for by in hour vm cgroup; do
                curl -s --noproxy '*' -o answer-$by -w '%{http_code} ' "http://127.0.0.1:$port/api/v1/history?by=$by" >> history
            done
            """
        let arguments = ["export"] + Command.roots(machine) + ["--node", "n1"] + options + ["--prometheus"]
        let outcome = try await Command.run(arguments, inScript: script)
        try #require(outcome.exitCode == 0, "\(outcome.error)")
        return try Served(
            front: folder.text(of: "front"), snapshot: JSON(folder.text(of: "snapshot")),
            topology: JSON(folder.text(of: "topology")), findings: JSON(folder.text(of: "findings")),
            history: folder.text(of: "history"))
    }

    @Test(.enabled(if: areToolsHere, "needs curl and python3"))
    func `export serves the page, and what list and doctor know`() async throws {
        let machine = try MockMachine.twoSockets()
        let served = try await serve(machine, "--ignore", "nothing-of-this-name")
        #expect(served.front.contains("<script>"))
        #expect(served.snapshot["node"].text == "n1")
        #expect(served.snapshot["host"].elements.contains { $0["scope"].text == "cpu" })
        let list = try JSON(try await Command.run(["list", "--json"] + Command.roots(machine)).output)
        let names = list["channels"].elements.map { $0["id"] }
        #expect(!names.isEmpty)
        #expect(served.topology["channels"].elements.map { $0["id"] } == names)
        #expect(served.snapshot["channels"].elements.map { $0["id"] } == names)
        #expect(served.findings["findings"].elements.contains { $0["subject"].text == "nothing-of-this-name" })
        #expect(served.history == "404 404 404 ")
    }

    #if History
    @Test(.enabled(if: areToolsHere, "needs curl and python3"))
    func `of an earlier run's consumers the endpoint shows only those kinds that this run divides`() async throws {
        let machine = try MockMachine.twoSockets()
        let folder = try MockTree()
        let served = try await serve(machine, "--history", "\(folder.path)/history.db", "--consumers", "cgroup")
        #expect(served.history == "200 400 200 ")
    }
    #endif

    @Test(.enabled(if: areToolsHere, "needs curl and python3"), arguments: [true, false])
    func `the page can be turned off, by the option and by the setting`(byOption: Bool) async throws {
        let machine = try MockMachine.twoSockets()
        let served =
            byOption
            ? try await serve(machine, "--no-page") : try await serve(machine, setting: "POWERSENSORS_NO_PAGE=true")
        #expect(!served.front.contains("<script>"))
        #expect(served.front.contains("href=\"/metrics\""))
        #expect(served.snapshot["version"].number == 1)
    }
}
#endif
