#if Exporters
import Foundation
import PowerSensors
import PowerSensorsHTTP
import Testing

/// The JSON documents beneath `/api/v1/`.
struct LiveDocumentTests {
    static let paths = ["snapshot", "topology", "findings", "recent", "events"].map { "/api/v1/\($0)" }

    /// Every path that shows power.
    static let protected = paths + ["/api/v1/", "/api/v1/history", "/", "/metrics"]

    private func object(_ answer: Client.Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    }

    @Test(arguments: paths)
    func `each document is JSON that no other site may show`(path: String) async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let answer = try await Client(endpoint.address).get(path + "?anything=1")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["cache-control"] == "no-cache")
            let object = try object(answer)
            #expect(object["version"] as? Int == 1)
            #expect(object["node"] as? String == "n1")
        }
    }

    @Test(arguments: [false, true])
    func `the index names the documents that there are`(hasHistory: Bool) async throws {
        let live = StubLive()
        try await withEndpoint(
            configure: {
                $0.live = live.exporter
                if hasHistory { $0.history = { _ in [] } }
            }
        ) { endpoint async throws in
            let client = try Client(endpoint.address)
            let names = try #require(try object(try await client.get("/api/v1/"))["documents"] as? [String])
            let always = ["snapshot", "topology", "findings", "recent", "events"]
            #expect(names == always + (hasHistory ? ["history"] : []))
            for name in names { #expect(try await client.get("/api/v1/\(name)").status == 200) }
        }
    }

    @Test func `the snapshot and the topology are what the command writes`() async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let client = try Client(endpoint.address)
            let snapshot = try await client.get("/api/v1/snapshot").text
            #expect(snapshot.hasPrefix(#"{"version":1,"node":"n1","time":"1970-01-01T00:00:01.000Z""#))
            #expect(snapshot.contains(#""host":[{"scope":"cpu","power_w":40.0,"#))
            #expect(snapshot.contains(#""channels":[{"id":"scripted/package-0","#))
            let topology = try await client.get("/api/v1/topology").text
            #expect(topology.hasPrefix(#"{"version":1,"generation":1,"node":"n1","channels":[{"id":"scripted/"#))
        }
    }

    @Test func `a document that the client has is not sent again`() async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let client = try Client(endpoint.address)
            let first = try await client.get("/api/v1/snapshot")
            let tag = try #require(first.headers["etag"])
            let again = try await client.get("/api/v1/snapshot", headers: ["If-None-Match: \"other\", \(tag)"])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            #expect(again.headers["etag"] == tag)
            #expect(again.headers["content-length"] == nil)
            live.export(watts: 50, at: 2_000_000_000)
            let next = try await client.get("/api/v1/snapshot", headers: ["If-None-Match: \(tag)"])
            #expect(next.status == 200)
            #expect(next.headers["etag"] != tag)
            #expect(next.text.contains(#""power_w":50.0"#))
            // What a snapshot does not change keeps its tag.
            let topology = try #require(try await client.get("/api/v1/topology").headers["etag"])
            live.export(watts: 60, at: 3_000_000_000)
            #expect(try await client.get("/api/v1/topology", headers: ["If-None-Match: \(topology)"]).status == 304)
            live.export(watts: 60, at: 4_000_000_000, generation: 2)
            let changed = try await client.get("/api/v1/topology", headers: ["If-None-Match: \(topology)"])
            #expect(changed.text.contains("scripted/package-1"))
        }
    }

    @Test func `after a restart no old tag is known`() async throws {
        var tags: [String?] = []
        for _ in 0..<2 {
            let live = StubLive()
            try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
                tags.append(try await Client(endpoint.address).get("/api/v1/snapshot").headers["etag"])
            }
        }
        #expect(tags[0] != tags[1])
    }

    @Test func `documents are compressed for clients that accept it`() async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let client = try Client(endpoint.address)
            let plain = try await client.get("/api/v1/snapshot")
            let small = try await client.get("/api/v1/snapshot", headers: ["Accept-Encoding: gzip"])
            #expect(small.headers["content-encoding"] == "gzip")
            #expect(small.body.prefix(2) == [0x1F, 0x8B])
            #expect(small.body.count < plain.body.count)
            #expect(small.headers["etag"] == plain.headers["etag"])
            #expect(small.headers["vary"] == "Accept-Encoding")
        }
    }

    @Test func `findings are those of now`() async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let client = try Client(endpoint.address)
            #expect(try await client.get("/api/v1/findings").text.contains(#""findings":[]"#))
            let finding = Finding(
                severity: .warning, subject: "a", reason: .forbidden, text: "It is \"closed\".", remedy: "Open it.")
            live.findings.withLock { $0 = [finding] }
            live.export(watts: 40, at: 2_000_000_000)
            let answer = try await client.get("/api/v1/findings")
            #expect(answer.text.contains(#"{"severity":"warning","subject":"a","reason":"forbidden","#))
            #expect(answer.text.contains(#""text":"It is \"closed\".","remedy":"Open it.""#))
            live.findings.withLock { $0 = [] }
            live.export(watts: 40, at: 3_000_000_000)
            #expect(try await client.get("/api/v1/findings").text.contains(#""findings":[]"#))
        }
    }

    @Test(arguments: paths)
    func `without a sample there is no document yet`(path: String) async throws {
        let live = StubLive(isReady: false)
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let answer = try await Client(endpoint.address).get(path)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "1")
        }
    }

    @Test(arguments: paths + ["/api/v1/history", "/api/v1/", "/api/v1/snapshot/"])
    func `without a live exporter there are no documents`(path: String) async throws {
        try await withEndpoint { endpoint async throws in
            #expect(try await Client(endpoint.address).get(path).status == 404)
        }
    }

    @Test(arguments: protected)
    func `everything that shows power needs the password`(path: String) async throws {
        let live = StubLive()
        let web = WebConfiguration(users: ["alice": BasicAuthenticatorTests.cheapHash])
        try await withEndpoint(
            web: web,
            configure: {
                $0.live = live.exporter
                $0.history = { _ in [] }
            }
        ) { endpoint async throws in
            let client = try Client(endpoint.address)
            let refused = try await client.get(path)
            #expect(refused.status == 401)
            #expect(refused.headers["etag"] == nil)
            #expect(try await client.get(path, headers: [BasicAuthenticatorTests.alice]).status == 200)
        }
    }

    @Test(arguments: protected)
    func `HEAD gets the headers, and other methods are refused`(path: String) async throws {
        let live = StubLive()
        try await withEndpoint(
            configure: {
                $0.live = live.exporter
                $0.history = { _ in [] }
            }
        ) { endpoint async throws in
            let client = try Client(endpoint.address)
            let whole = try await client.get(path)
            client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try await client.receive(toHead: true)
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == whole.headers["content-length"])
            #expect(head.headers["etag"] == whole.headers["etag"])
            client.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let post = try await client.receive()
            #expect(post.status == 405)
            #expect(post.headers["allow"] == "GET, HEAD")
        }
    }
}
#endif
