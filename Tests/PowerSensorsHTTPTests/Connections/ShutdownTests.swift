#if Exporters
import PowerSensorsHTTP
import Testing

/// How an endpoint stops.
struct ShutdownTests {
    private func start(_ pages: StubPages, users: [String: String] = [:]) async throws -> PrometheusEndpoint {
        let configuration = EndpointConfiguration(
            address: EndpointAddress(port: 0), web: WebConfiguration(users: users))
        return try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: { _ in })
    }

    @Test func `a response in progress is completed, and idle connections are closed`() async throws {
        let text = String(repeating: "x", count: 8 << 20)
        let endpoint = try await start(StubPages(text: text))
        let idle = try Client(endpoint.address)
        #expect(try await idle.get("/healthz").status == 200)
        let reader = try Client(endpoint.address, receiveBuffer: 4096)
        reader.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        // Once the next client is served, this response has started.
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        async let stopped: Void = endpoint.stop(within: .seconds(60))
        #expect(await idle.waitForEnd())
        #expect(try await reader.receive().body.count == text.utf8.count)
        #expect(await reader.waitForEnd())
        await stopped
        await #expect(throws: Client.Failure.self) { try await Client(endpoint.address).get("/healthz") }
    }

    @Test func `a password check in progress is completed`() async throws {
        let endpoint = try await start(StubPages(), users: BasicAuthenticatorTests.users)
        let client = try Client(endpoint.address)
        client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(BasicAuthenticatorTests.alice)\r\n\r\n")
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        async let stopped: Void = endpoint.stop(within: .seconds(60))
        let answer = try await client.receive()
        #expect(answer.status == 200)
        #expect(await client.waitForEnd())
        await stopped
    }

    @Test func `a client that does not finish is disconnected`() async throws {
        let endpoint = try await start(StubPages(text: String(repeating: "x", count: 8 << 20)))
        let client = try Client(endpoint.address, receiveBuffer: 4096)
        client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        // Returns although the client reads nothing.
        await endpoint.stop(within: .milliseconds(100))
        #expect(await client.waitForEnd())
    }

    @Test func `an endpoint can be stopped twice`() async throws {
        let endpoint = try await start(StubPages())
        await endpoint.stop()
        await endpoint.stop()
    }
}
#endif
