#if Exporters
import NIOHTTP1
import PowerSensors
import PowerSensorsPush
import Testing

/// Requests over real connections.
@Suite(.timeLimit(.minutes(2)))
struct HTTPTransportTests {
    private let transport: HTTPTransport

    init() throws { transport = try HTTPTransport(nil, authorityFile: nil) }

    private func post(_ url: String, body: String = "a") async throws -> PushResponse {
        try await transport.send(
            PushRequest(method: .post, url: url, headers: [("X-Extra", "yes")], body: Array(body.utf8)))
    }

    @Test func `a request is sent as it is`() async throws {
        let server = try await HTTPStub.start { _ in .status(204) }
        #expect(try await post("\(server.url)/push?a=b%20c", body: "text").status == 204)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/push?a=b%20c")
        #expect(request.body == Array("text".utf8))
        #expect(request.headers["X-Extra"] == ["yes"])
        #expect(request.headers["Content-Length"] == ["4"])
        #expect(request.headers["User-Agent"] == ["powersensors"])
        #expect(request.headers["Host"] == [String(server.url.dropFirst("http://".count))])
    }

    @Test func `a request without path or body asks for the root`() async throws {
        let server = try await HTTPStub.start { _ in .status(200) }
        _ = try await transport.send(PushRequest(method: .put, url: server.url))
        _ = try await transport.send(PushRequest(method: .get, url: server.url))
        #expect(server.requests.map(\.path) == ["/", "/"])
        #expect(server.requests.map { $0.headers["Content-Length"] } == [["0"], []])
    }

    @Test func `a response is read with what the sender needs of its headers`() async throws {
        let server = try await HTTPStub.start { _ in
            .status(503, headers: [("Retry-After", "7"), ("Location", "/there")], body: "busy")
        }
        let response = try await post(server.url)
        #expect(response.status == 503)
        #expect(response.retryAfter == "7")
        #expect(response.location == "/there")
        #expect(response.message == "busy")
    }

    @Test func `a connection is used again`() async throws {
        let server = try await HTTPStub.start { _ in .status(200, body: "fine") }
        for _ in 0..<3 { _ = try await post(server.url) }
        #expect(server.requests.count == 3)
        #expect(server.connections == 1)
    }

    @Test(arguments: [
        HTTPStub.Answer.status(200, headers: [("Connection", "close")]),
        .status(200, body: String(repeating: "x", count: 1 << 20)),
    ])
    func `a connection is not used again after a response that ends it, or that is not read to its end`(
        answer: HTTPStub.Answer
    ) async throws {
        let server = try await HTTPStub.start { _ in answer }
        for _ in 0..<2 { #expect(try await post(server.url).message.utf8.count <= 4096) }
        #expect(server.connections == 2)
    }

    @Test func `a connection that the server closes between requests is replaced`() async throws {
        let server = try await HTTPStub.start { _ in .lastStatus(200) }
        for _ in 0..<5 { #expect(try await post(server.url).status == 200) }
        #expect(server.connections == 5)
    }

    @Test func `a request on a connection that closes meanwhile is sent again, once`() async throws {
        let answers = Locked<[HTTPStub.Answer]>([.status(200), .close, .status(201), .close, .close, .status(202)])
        let server = try await HTTPStub.start { _ in answers.withLock { $0.removeFirst() } }
        #expect(try await post(server.url).status == 200)
        #expect(try await post(server.url).status == 201)
        await #expect(throws: (any Error).self) { try await post(server.url) }
        #expect(try await post(server.url).status == 202)
        #expect(server.requests.count == 6)
    }

    @Test func `a request on a new connection that closes is not sent again`() async throws {
        let server = try await HTTPStub.start { _ in .close }
        await #expect(throws: (any Error).self) { try await post(server.url) }
        #expect(server.requests.count == 1)
    }

    @Test func `a cancelled request ends at once, and its connection with it`() async throws {
        let server = try await HTTPStub.start { $0.path == "/hang" ? .hang : .status(200) }
        #expect(try await post(server.url).status == 200)
        let task = Task { try await post("\(server.url)/hang") }
        while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await post(server.url).status == 200)
        #expect(server.requests.count == 3)
        #expect(server.connections == 2)
    }

    @Test func `a request in a cancelled task is not sent`() async throws {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await post("http://127.0.0.1:9")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
#endif
