#if Exporters
import NIOHTTP1
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import Testing

/// The exporter over real connections to a server that answers like Loki.
@Suite(.timeLimit(.minutes(2)))
struct LokiServerTests {
    private let clock = ManualClock()
    private let topology = PushSamples.topology()

    private func loki(requiresTenant: Bool = false) async throws -> (LokiStub, HTTPStub) {
        let environment = PushSamples.environment(clock)
        let stub = LokiStub(requiresTenant: requiresTenant, wallNanoseconds: environment.wallNanoseconds)
        return (stub, try await HTTPStub.start { stub.answer($0) })
    }

    private func exporter(_ url: String, change: (inout LokiConfiguration) -> Void = { _ in }) throws -> LokiExporter {
        var configuration = LokiConfiguration()
        configuration.batchInterval = .zero
        // The manual clock runs much faster than real time.
        configuration.timeout = .seconds(100_000)
        configuration.finishLimit = .seconds(100_000)
        change(&configuration)
        var exporter = try LokiExporter(
            url, node: "n1", configuration: configuration, environment: PushSamples.environment(clock))
        try exporter.prepare(for: topology)
        return exporter
    }

    @Test(arguments: [true, false])
    func `pushed lines are stored`(isCompressed: Bool) async throws {
        let (loki, server) = try await loki()
        var exporter = try exporter(server.url) { $0.isCompressed = isCompressed }
        for number in 0..<3 { try exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        try await exporter.finish()
        #expect(loki.stored.count == 3)
        #expect(loki.stored.first?.line.contains("host_power_w=41.2") == true)
        let request = try #require(server.requests.first)
        #expect(request.headers.first(name: "Content-Encoding") == (isCompressed ? "gzip" : nil))
        #expect(request.path == "/loki/api/v1/push")
        #expect(exporter.statistics.sent == 3)
    }

    @Test func `tenant, user and token are sent`() async throws {
        let (loki, server) = try await loki(requiresTenant: true)
        var tenant = try exporter(server.url) {
            $0.tenant = "team-a"
            $0.credentials = .bearer("abc")
        }
        try tenant.export(PushSamples.snapshot(topology))
        try await tenant.finish()
        #expect(loki.stored.count == 1)
        #expect(server.requests.last?.headers.first(name: "Authorization") == "Bearer abc")
        let url = server.url.replacing("http://", with: "http://me:pass@")
        var user = try exporter(url) { $0.tenant = "team-a" }
        try user.export(PushSamples.snapshot(topology))
        try await user.finish()
        #expect(server.requests.last?.headers.first(name: "Authorization") == "Basic bWU6cGFzcw==")
    }

    @Test func `a missing tenant is a failure that names it`() async throws {
        let (_, server) = try await loki(requiresTenant: true)
        var exporter = try exporter(server.url)
        try exporter.export(PushSamples.snapshot(topology))
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".contains("401: no org id") && "\(error)".contains("tenant")
        }
        #expect(exporter.statistics.refused == 1)
    }

    @Test func `the valid lines of a refused request are stored, and nothing is sent again`() async throws {
        let (loki, server) = try await loki()
        // Loki's limit may be shorter than this exporter's.
        clock.advance(by: .seconds(8 * 86_400))
        var exporter = try exporter(server.url) {
            $0.maximumAge = .seconds(30 * 86_400)
            $0.batchInterval = .seconds(3600)
        }
        let week: Int64 = 8 * 86_400 * 1_000_000_000
        try exporter.export(PushSamples.snapshot(topology))
        try exporter.export(PushSamples.snapshot(topology, after: week))
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".contains("400: entry has timestamp too old: 2026-11-22T14:00:00Z")
        }
        let time = String(PushSamples.wall + week)
        #expect(loki.stored.map(\.time) == [time])
        #expect(server.requests.count == 1)
        #expect(exporter.statistics.refused == 2)
    }

    @Test func `lines survive 429, 500, a closed and a hanging connection, and are stored once`() async throws {
        let (loki, server) = try await loki()
        loki.script([
            .status(429, headers: [("Retry-After", "2")], body: "ingestion rate limit exceeded"), .status(500),
            // On a connection that was kept, a request is sent again at once.
            .close, .close, .hang,
        ])
        var exporter = try exporter(server.url) { $0.timeout = .seconds(300) }
        try exporter.export(PushSamples.snapshot(topology))
        let statistics = { [exporter] in exporter.statistics }
        // Slow enough that only the hanging connection times out.
        try await clock.run { statistics().sent == 1 }
        #expect(loki.stored.count == 1)
        #expect(server.requests.count >= 6)
        #expect(statistics().retried >= 4)
    }

    @Test func `an unreachable address is a failure that names it, and the lines stay queued`() async throws {
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        let url = "http://127.0.0.1:\(port.number)"
        var exporter = try exporter(url)
        try exporter.export(PushSamples.snapshot(topology))
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().retried > 0 }
        #expect(statistics().queued == 1)
        #expect {
            try exporter.export(PushSamples.snapshot(topology, after: 1))
        } throws: { error in
            "\(error)".contains(url) && "\(error)".contains(": the connection was refused. ")
        }
    }

    @Test func `a redirect is not followed, since that would turn POST into GET`() async throws {
        let (_, target) = try await loki()
        let url = target.url
        let server = try await HTTPStub.start { _ in .status(302, headers: [("Location", "\(url)/login")]) }
        var exporter = try exporter(server.url)
        try exporter.export(PushSamples.snapshot(topology))
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".contains("302") && "\(error)".contains("\(url)/login")
        }
        #expect(target.requests.isEmpty)
    }

    @Test func `a check recognizes Loki without storing anything`() async throws {
        let (loki, server) = try await loki()
        try await exporter(server.url).check()
        #expect(loki.stored.isEmpty)
        #expect(server.requests.count == 1)
        let other = try await HTTPStub.start { _ in .status(404, body: "not here") }
        let wrong = try exporter(other.url)
        await #expect {
            try await wrong.check()
        } throws: { error in
            "\(error)".contains("404: not here")
        }
    }

    @Test func `only the beginning of a long answer is read`() async throws {
        let server = try await HTTPStub.start { _ in .status(400, body: String(repeating: "no ", count: 1_000_000)) }
        var exporter = try exporter(server.url)
        try exporter.export(PushSamples.snapshot(topology))
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".count < 1000
        }
    }
}
#endif
