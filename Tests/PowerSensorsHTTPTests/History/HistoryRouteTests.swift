#if Exporters
import PowerSensors
import PowerSensorsHTTP
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// `/api/v1/history`, with a source that a test sets.
struct HistoryRouteTests {
    private func withHistory(
        _ source: HistorySource?, limits: EndpointConfiguration.Limits = .init(),
        _ body: (PrometheusEndpoint) async throws -> Void
    ) async throws {
        let live = StubLive()
        try await withEndpoint(
            limits: limits,
            configure: {
                $0.live = live.exporter
                $0.history = source
            }, body)
    }

    @Test func `without a history the answer says how to keep one`() async throws {
        try await withHistory(nil) { endpoint async throws in
            let answer = try await Client(endpoint.address).get("/api/v1/history?since=1d")
            #expect(answer.status == 404)
            #expect(answer.text.contains("--history PATH"))
        }
    }

    @Test func `the rows of a query are one document`() async throws {
        let queries = Locked<[HistoryQuery]>([])
        let source: HistorySource = { query in
            queries.withLock { $0.append(query) }
            return Array("{\"kind\":\"host\",\"name\":\"cpu\"}\n{\"kind\":\"host\",\"name\":\"platform\"}\n".utf8)
        }
        try await withHistory(source) { endpoint async throws in
            let client = try Client(endpoint.address)
            let path = "/api/v1/history?since=2026-11-22T14%3A00%3A00%2B01:00&until=1h&by=scope&scope=cpu"
            let answer = try await client.get(path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(
                answer.text
                    == #"{"version":1,"node":"n1","rows":[{"kind":"host","name":"cpu"},{"kind":"host","name":"platform"}]}"#
                    + "\n")
            // The second is answered from memory.
            #expect(try await client.get(path).text == answer.text)
            let small = try await client.get(path, headers: ["Accept-Encoding: gzip"])
            #expect(small.headers["content-encoding"] == "gzip")
        }
        var query = HistoryQuery()
        (query.since, query.until, query.by, query.scope) = ("2026-11-22T14:00:00+01:00", "1h", "scope", "cpu")
        #expect(queries.withLock { $0 } == [query])
    }

    @Test(arguments: [
        "since", "since=", "since=%", "since=%4", "since=%+1", "since=%ff", "form=json", "since=1d&since=2d", "=1d",
    ])
    func `a query that cannot be read is refused before the history is asked`(query: String) async throws {
        let source: HistorySource = { _ in
            Issue.record("it is asked")
            return []
        }
        try await withHistory(source) { endpoint async throws in
            let answer = try await Client(endpoint.address).get("/api/v1/history?\(query)")
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
        }
    }

    @Test(arguments: [
        (HistoryRefusal.wrongQuery("by must be hour."), 400, "by must be hour.\n"),
        (.unavailable("The file is damaged."), 503, "The file is damaged.\n"),
    ])
    func `a refusal of the history is told`(error: HistoryRefusal, status: Int, text: String) async throws {
        try await withHistory({ _ throws(HistoryRefusal) in throw error }) { endpoint async throws in
            let answer = try await Client(endpoint.address).get("/api/v1/history?by=fortnight")
            #expect(answer.status == status)
            #expect(answer.text == text)
        }
    }

    @Test func `a slow query delays no other client, and clients share its answer`() async throws {
        let isAllowed = Locked(false)
        let count = Locked(0)
        let source: HistorySource = { _ in
            count.withLock { $0 += 1 }
            while !isAllowed.withLock({ $0 }) { usleep(1000) }
            return Array("{}\n".utf8)
        }
        try await withHistory(source) { endpoint async throws in
            let clients = try (0..<5).map { _ in try Client(endpoint.address) }
            for client in clients { client.send("GET /api/v1/history?since=1d HTTP/1.1\r\nHost: a\r\n\r\n") }
            // One that gives up is no concern of the others.
            do {
                let brief = try Client(endpoint.address)
                brief.send("GET /api/v1/history?since=1d HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            #expect(try await becomesTrue { count.withLock { $0 } == 1 })
            #expect(try await Client(endpoint.address).get("/api/v1/snapshot").status == 200)
            isAllowed.withLock { $0 = true }
            for client in clients { #expect(try await client.receive().text.contains(#""rows":[{}]"#)) }
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test func `too many different queries at once are refused`() async throws {
        let isAllowed = Locked(false)
        let source: HistorySource = { _ in
            while !isAllowed.withLock({ $0 }) { usleep(1000) }
            return []
        }
        try await withHistory(source) { endpoint async throws in
            let clients = try (0..<20).map { _ in try Client(endpoint.address) }
            for (number, client) in clients.enumerated() {
                client.send("GET /api/v1/history?since=\(number + 1)d HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            var refused = 0
            for client in clients.suffix(12) where try await client.receive().status == 503 { refused += 1 }
            #expect(refused == 12)
            isAllowed.withLock { $0 = true }
            for client in clients.prefix(8) { #expect(try await client.receive().status == 200) }
        }
    }

    /// An answer of so many bytes that it is sent in many parts, and too many to be kept for the next client.
    @Test func `an answer of some megabytes arrives whole, and is not kept`() async throws {
        let row = #"{"from":"2026-11-22T14:00:00.000Z","kind":"host","name":"cpu","energy_j":148320.5,"mean_w":41.2}"#
        let count = 60_000
        let asked = Locked(0)
        let source: HistorySource = { query in
            asked.withLock { $0 += 1 }
            let rows = query.by == "day" ? 1 : count
            return Array(String(repeating: row + "\n", count: rows).utf8)
        }
        try await withHistory(source) { endpoint async throws in
            let client = try Client(endpoint.address)
            for _ in 0..<2 {
                let answer = try await client.get("/api/v1/history?by=minute")
                #expect(answer.status == 200 && answer.body.count > 4 << 20)
                #expect(answer.text.hasPrefix(#"{"version":1,"node":"n1","rows":[\#(row),\#(row),"#))
                #expect(answer.text.hasSuffix("\(row)]}\n"))
                #expect(answer.body.count(where: { $0 == UInt8(ascii: "{") }) == count + 1)
            }
            #expect(asked.withLock { $0 } == 2)
            for _ in 0..<2 { #expect(try await client.get("/api/v1/history?by=day").status == 200) }
            #expect(asked.withLock { $0 } == 3)
        }
    }

    @Test func `an answer of very many rows is refused`() async throws {
        let source: HistorySource = { _ in Array(repeating: UInt8(ascii: "1"), count: 9 << 20) }
        try await withHistory(source) { endpoint async throws in
            let answer = try await Client(endpoint.address).get("/api/v1/history?since=365000d&by=minute")
            #expect(answer.status == 400)
            #expect(answer.text.contains("by hour or day"))
        }
    }

    @Test func `a query that takes too long ends its connection`() async throws {
        let isAllowed = Locked(false)
        let source: HistorySource = { _ in
            while !isAllowed.withLock({ $0 }) { usleep(1000) }
            return []
        }
        var limits = EndpointConfiguration.Limits()
        limits.queryTime = .milliseconds(100)
        try await withHistory(source, limits: limits) { endpoint async throws in
            let client = try Client(endpoint.address)
            client.send("GET /api/v1/history HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.waitForEnd())
            isAllowed.withLock { $0 = true }
        }
    }
}
#endif
