#if Exporters
import PowerSensorsHTTP
import Testing

/// How an endpoint ends.
struct DrainTests {
    private func start(_ pages: TurnedPages, users: [String: String] = [:]) async throws -> PrometheusEndpoint {
        let configuration = EndpointConfiguration(
            address: EndpointAddress(port: 0), web: WebConfiguration(users: users))
        return try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: { _ in })
    }

    @Test func `a response that was begun is ended, idle clients are let go`() async throws {
        let text = String(repeating: "x", count: 16 << 20)
        let endpoint = try await start(TurnedPages(text: text))
        let idle = try Client(endpoint.address)
        #expect(try await idle.get("/healthz").status == 200)
        let reader = try Client(endpoint.address, receiveBuffer: 4096)
        reader.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        // Its turn has come once the next one's has.
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        async let stopped: Void = endpoint.stop(within: .seconds(60))
        #expect(await idle.waitForEnd())
        #expect(try await reader.receive().body.count == text.utf8.count)
        #expect(await reader.waitForEnd())
        await stopped
        await #expect(throws: Client.Failure.self) { try await Client(endpoint.address).get("/healthz") }
    }

    @Test func `a password that is being checked is waited for`() async throws {
        let endpoint = try await start(TurnedPages(), users: GatekeeperTests.users)
        let client = try Client(endpoint.address)
        client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(GatekeeperTests.alice)\r\n\r\n")
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        async let stopped: Void = endpoint.stop(within: .seconds(60))
        let answer = try await client.receive()
        #expect(answer.status == 200)
        #expect(await client.waitForEnd())
        await stopped
    }

    @Test func `who does not come to an end is cut off`() async throws {
        let endpoint = try await start(TurnedPages(text: String(repeating: "x", count: 16 << 20)))
        let client = try Client(endpoint.address, receiveBuffer: 4096)
        client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        // Ends although the client reads nothing.
        await endpoint.stop(within: .milliseconds(100))
        #expect(await client.waitForEnd())
    }

    @Test func `an endpoint may be stopped twice`() async throws {
        let endpoint = try await start(TurnedPages())
        await endpoint.stop()
        await endpoint.stop()
    }
}
#endif
