#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command with a server that accepts lines like Loki, but only in small requests.
@Suite(.timeLimit(.minutes(2)))
struct LokiTests {
    /// Answers 413 to more than 3000 bytes, and writes the lines of other requests to a file.
    private static let server = """
        import gzip, json, sys
        from http.server import BaseHTTPRequestHandler, HTTPServer
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments): pass
            def do_POST(self):
                body = gzip.decompress(self.rfile.read(int(self.headers["Content-Length"])))
                streams = json.loads(body)["streams"]
                status = 413 if len(body) > 3000 else 204 if streams else 422
                if status == 204:
                    with open("lines.txt", "a") as file:
                        for stream in streams:
                            for value in stream["values"]: print(value[0], value[1], file=file)
                else:
                    with open("refused.txt", "a") as file: print(status, file=file)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
        HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    private static let prologue = """
        trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
        \(Command.freePort)
        until_true() { for round in $(seq 150); do "$@" && return; sleep 0.2; done; echo "never: $*" >&2; return 1; }
        port=$(free_port); ours=$(free_port)
        python3 loki.py $port & server=$!
        reachable() { curl -s -o answer.txt http://127.0.0.1:$port; }
        until_true reachable

        """

    private static var hasPrograms: Bool { unsafe system("command -v curl python3 > /dev/null") == 0 }

    @Test(.enabled(if: hasPrograms, "needs curl and python3"))
    func `large requests are divided, all targets have the same times, and the page counts the lines`() async throws {
        let folder = try MockTree()
        try folder.write(Self.server, to: "loki.py")
        let script =
            "cd \(folder.path)\n" + Self.prologue + """
                "$@" --loki http://127.0.0.1:$port --prometheus 127.0.0.1:$ours --json power.json 2> errors.txt & export=$!
                divided() { [ -e refused.txt ] && [ $(grep -c . lines.txt) -ge 200 ]; }
                until_true divided
                curl -sf http://127.0.0.1:$ours/metrics > page.txt
                kill -TERM $export; wait $export; code=$?; kill $server; exit $code
                """
        let outcome = try await Command.run(
            ["export", "--interval", "200ms", "--sensor", "estimator", "--consumers", "cgroup,process"],
            inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let errors = try folder.text(of: "errors.txt")
        #expect(!errors.contains("lost"), "\(errors)")
        let page = try folder.text(of: "page.txt")
        #expect(page.contains("powersensors_loki_lines_total{outcome=\"refused\"} 0\n"), "\(page)")
        #expect(page.contains("powersensors_loki_lines_total{outcome=\"delivered\"} "))
        let lines = try folder.text(of: "lines.txt").split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1)
        }
        #expect(lines.contains { $0[1].hasPrefix("kind=process reason=idle energy_j=") })
        let loki = Dictionary(lines.filter { $0[1].hasPrefix("host_") }.map { ($0[0], $0[1]) }) { first, _ in first }
        let json = try folder.text(of: "power.json").split(separator: "\n")
        try #require(json.count > 5)
        for object in json {
            let time = try #require(value(of: "time_ns", in: object))
            let energy = try #require(value(of: "energy_j", in: object))
            let line = try #require(loki[time], "\(object)")
            #expect(line.contains("host_energy_j=\(energy) "), "\(line)")
        }
    }

    /// The digits of the first member of a name, which a `Double` could not hold.
    private func value(of name: String, in json: Substring) -> Substring? {
        json.firstRange(of: "\"\(name)\":").map { json[$0.upperBound...].prefix { $0 != "," } }
    }

    @Test(.enabled(if: hasPrograms, "needs curl and python3"))
    func `a check says what would be lost, and sends no line`() async throws {
        let folder = try MockTree()
        try folder.write(Self.server, to: "loki.py")
        let script =
            "cd \(folder.path)\n" + Self.prologue
            + "\"$@\" --loki http://127.0.0.1:$port --check; code=$?; kill $server; exit $code"
        let machine = try MockMachine.onePackage()
        for (options, text) in [
            ([], " days would be lost"),
            (["--consumers", "cgroup"], "those of the host older than"),
        ] {
            let outcome = try await Command.run(
                ["export", "--interval", "5s"] + options + Command.roots(machine), inScript: script)
            #expect(outcome.exitCode == 0, "\(outcome.error)")
            #expect(outcome.output.contains(text), "\(outcome.output)")
        }
        #expect(!folder.exists("lines.txt"))
    }
}
#endif
