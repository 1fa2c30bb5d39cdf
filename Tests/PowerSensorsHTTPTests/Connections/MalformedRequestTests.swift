#if Exporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

/// Invalid, oversized and fragmented requests.
struct MalformedRequestTests {
    struct Request: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let status: Int

        init(_ testDescription: String, _ text: String, _ status: Int) {
            self.testDescription = testDescription
            self.text = text
            self.status = status
        }
    }

    @Test(arguments: [
        Request("no host", "GET /metrics HTTP/1.1\r\n\r\n", 400),
        Request("two hosts", "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        Request("no version", "GET /metrics\r\n\r\n", 505),
        Request("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        Request("a future version", "GET /metrics HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        Request("the start of a TLS handshake", "\u{16}\u{3}\u{1}\u{2}\u{0}", 400),
        Request("an unknown method", "FETCH /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Request("a header without a colon", "GET / HTTP/1.1\r\nHost: a\r\nrubbish\r\n\r\n", 400),
        Request("a zero byte", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Request("a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400),
        // A line feed alone ends lines only where it ends the first one.
        Request("a line feed alone after a header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
        Request("a line feed alone at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
        Request("a carriage return alone", "GET / HTTP/1.1\nHost: a\rX: b\n\n", 400),
        Request("a body after lines typed by hand", "GET / HTTP/1.1\nHost: a\nContent-Length: 2\n\n\n\n", 413),
        Request("two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        Request("a negative length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        Request(
            "a length and chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400),
        Request("a body", "GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        Request(
            "a chunked body",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 413),
        Request(
            "an announced body",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n", 413),
        Request("a posted body", "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 405),
        Request(
            "a large header", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431),
        Request("many headers", "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 1000))\r\n", 431),
        Request(
            "endless headers",
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: yyyyyyyyyyyyyyy\r\n", count: 50_000))", 431),
        Request("a long line", "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        Request("a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ])
    func `an invalid request gets its status, and the connection ends`(request: Request) async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            client.send(request.text)
            let answer = try await client.receive()
            #expect(answer.status == request.status)
            #expect(answer.headers["connection"] == "close")
            #expect(await client.waitForEnd())
            #expect(try await Client(endpoint.address).get("/metrics").status == 200)
        }
    }

    @Test func `pipelined requests are answered in order`() async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            let paths = ["/metrics", "/healthz", "/nothing", "/readyz", "/"]
            let count = 2000
            let requests = (0..<count).map { "GET \(paths[$0 % paths.count]) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            // Another connection is served meanwhile.
            let other = try Client(endpoint.address)
            async let sent = client.sendConcurrently(requests)
            for index in 0..<count {
                let answer = try await client.receive()
                #expect(answer.status == (paths[index % paths.count] == "/nothing" ? 404 : 200))
                if index.isMultiple(of: 500) { #expect(try await other.get("/metrics").status == 200) }
            }
            #expect(await sent)
        }
    }

    @Test(arguments: ["\r\n", "\n"])
    func `a request may arrive byte by byte`(end: String) async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            for byte in Array("GET /healthz HTTP/1.1\(end)Host: a\(end)\(end)".utf8) { client.send([byte]) }
            #expect(try await client.receive().text == "ok\n")
        }
    }

    @Test(arguments: [
        "GET /metrics HTTP/1.1\nHost: a\n\n", "GET /metrics HTTP/1.0\n\n", "GET /metrics HTTP/1.1\nHost: a\r\n\r\n",
        "\nGET /metrics HTTP/1.1\nHost: a\n\n", "GET /metrics HTTP/1.1\nHost: a\n\nGET /healthz HTTP/1.1\nHost: a\n\n",
    ])
    func `a request with line feeds alone, as typed by hand, is answered, and the connection ends`(
        request: String
    ) async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            client.send(request)
            let answer = try await client.receive()
            #expect(answer.status == 200)
            #expect(answer.text == "power_watts 42\n")
            #expect(answer.headers["connection"] == "close")
            #expect(await client.waitForEnd())
        }
    }

    @Test func `the connection ends after a request to switch protocols`() async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            let upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
            let answer = try await client.get("/healthz", headers: upgrade)
            #expect(answer.status == 200)
            #expect(answer.headers["connection"] == "close")
            #expect(await client.waitForEnd())
        }
    }

    @Test func `a connection that ends in the middle of a request is closed`() async throws {
        try await withEndpoint { endpoint async throws in
            let request = Array("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            for length in 0..<request.count {
                let client = try Client(endpoint.address)
                client.send(Array(request.prefix(length)))
                client.endSending()
                #expect(await client.waitForEnd())
            }
            #expect(try await Client(endpoint.address).get("/metrics").status == 200)
        }
    }

    /// Cuts, repeats and changes requests at random, and sends them in pieces.
    @Test(arguments: 0..<24)
    func `random bytes do not break the endpoint`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "GET ", "HEAD ", "POST ", "/metrics", "/", " HTTP/1.1", " HTTP/1.0", "\r\n", "\n", "\r", "Host: a",
            "\r\n\r\n",
            "Content-Length: ", "Transfer-Encoding: chunked", "5", "0", "-", ":", " ", "\t", "\u{0}", "Connection: ",
            "close",
            "keep-alive", "Upgrade: x", "Accept: ", "*/*;q=", "Expect: 100-continue", "Authorization: Basic ", "é", "%",
        ].map { Array($0.utf8) }
        let whole = Array("GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n".utf8)
        try await withEndpoint { endpoint async throws in
            for _ in 0..<60 {
                let client = try Client(endpoint.address)
                var bytes = Bool.random(using: &generator) ? whole : []
                for _ in 0..<Int.random(in: 0...12, using: &generator) {
                    switch Int.random(in: 0..<5, using: &generator) {
                    case 0: bytes += whole
                    case 1 where !bytes.isEmpty: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
                    case 2 where !bytes.isEmpty:
                        bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                            in: .min ... .max, using: &generator)
                    case 3 where !bytes.isEmpty:
                        let place = Int.random(in: bytes.indices, using: &generator)
                        bytes.insert(contentsOf: pieces[Int.random(in: pieces.indices, using: &generator)], at: place)
                    default: bytes += pieces[Int.random(in: pieces.indices, using: &generator)]
                    }
                }
                let middle = bytes.isEmpty ? 0 : Int.random(in: bytes.indices, using: &generator)
                client.send(Array(bytes[..<middle]))
                client.send(Array(bytes[middle...]))
                // Some clients wait for the end, others disconnect immediately.
                guard Bool.random(using: &generator) else { continue }
                client.endSending()
                #expect(await client.waitForEnd(), "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            #expect(try await Client(endpoint.address).get("/metrics").text == "power_watts 42\n")
        }
    }
}
#endif
