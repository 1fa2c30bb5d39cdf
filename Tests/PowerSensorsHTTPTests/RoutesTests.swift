#if Exporters
import PowerSensorsHTTP
import Testing

struct RoutesTests {
    @Test func `metrics have the content type of the negotiated format`() async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            let plain = try await client.get("/metrics")
            #expect(plain.status == 200)
            #expect(plain.text == "power_watts 42\n")
            #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain.headers["vary"] == "Accept, Accept-Encoding")
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.headers["date"]?.hasSuffix(" GMT") == true)
            let open = try await client.get(
                "/metrics?name=x", headers: ["Accept: application/openmetrics-text; version=1.0.0"])
            #expect(open.text == "power_watts 42\n# EOF\n")
            #expect(open.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        }
    }

    @Test func `a page is cached in every form until its version changes`() async throws {
        let pages = StubPages()
        let accept = "Accept: application/openmetrics-text"
        try await withEndpoint(pages) { endpoint async throws in
            let client = try Client(endpoint.address)
            func sizes() async throws -> [Int] {
                let plain = try await client.get("/metrics")
                let open = try await client.get("/metrics", headers: [accept])
                let small = try await client.get("/metrics", headers: ["Accept-Encoding: gzip"])
                let smallOpen = try await client.get("/metrics", headers: [accept, "Accept-Encoding: gzip"])
                #expect(small.headers["content-encoding"] == "gzip")
                return [plain, open, small, smallOpen].map(\.body.count)
            }
            let first = try await sizes()
            // The same version means the same page, whatever its text.
            pages.set(version: 1, text: String(repeating: "a 1\n", count: 100))
            let same = try await sizes()
            #expect(same == first)
            pages.set(version: 2, text: String(repeating: "a 1\n", count: 100))
            let second = try await sizes()
            #expect(second[0] == 400)
            #expect(second[1] == 406)
            #expect(second[2] < 100)
            #expect(second[3] < 100)
        }
    }

    @Test func `before the first page the endpoint is healthy but not ready`() async throws {
        let pages = StubPages(version: nil)
        try await withEndpoint(pages) { endpoint async throws in
            let client = try Client(endpoint.address)
            #expect(try await client.get("/healthz").status == 200)
            #expect(try await client.get("/readyz").status == 503)
            let metrics = try await client.get("/metrics")
            #expect(metrics.status == 503)
            #expect(metrics.headers["retry-after"] == "1")
            pages.set(version: 1, text: "a 1\n")
            #expect(try await client.get("/readyz").status == 200)
            #expect(try await client.get("/metrics").text == "a 1\n")
        }
    }

    @Test func `the landing page links to the metrics`() async throws {
        try await withEndpoint { endpoint async throws in
            let answer = try await Client(endpoint.address).get("/")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.text.contains("href=\"/metrics\""))
        }
    }

    @Test(arguments: ["/", "/metrics", "/healthz", "/readyz", "/nothing"])
    func `HEAD gets the headers of GET without a body`(path: String) async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            let whole = try await client.get(path)
            client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try await client.receive(toHead: true)
            #expect(head.status == whole.status)
            #expect(head.headers["content-length"] == whole.headers["content-length"])
            #expect(head.headers["content-type"] == whole.headers["content-type"])
            // The next response follows directly after the headers.
            #expect(try await client.get("/healthz").text == "ok\n")
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
    func `other methods get 405 and the allowed methods`(method: String) async throws {
        try await withEndpoint { endpoint async throws in
            let client = try Client(endpoint.address)
            client.send("\(method) /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await client.receive()
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD")
            #expect(try await client.get("/healthz").status == 200)
        }
    }

    @Test(arguments: ["/Metrics", "/metrics/", "//metrics", "/metrics%00", "/../metrics", "*", "/%6Detrics", "/metric"])
    func `other paths are not found`(path: String) async throws {
        try await withEndpoint { endpoint async throws in
            #expect(try await Client(endpoint.address).get(path).status == 404)
        }
    }

    @Test func `the request target may be a whole URL`() async throws {
        try await withEndpoint { endpoint async throws in
            #expect(try await Client(endpoint.address).get("http://test:9840/metrics?x=y").text == "power_watts 42\n")
        }
    }

    @Test func `an HTTP 1_0 connection is closed unless it asks to stay open`() async throws {
        try await withEndpoint { endpoint async throws in
            let brief = try Client(endpoint.address)
            brief.send("GET /healthz HTTP/1.0\r\n\r\n")
            let answer = try await brief.receive()
            #expect(answer.status == 200)
            #expect(answer.headers["connection"] == "close")
            #expect(await brief.waitForEnd())
            let lasting = try Client(endpoint.address)
            for _ in 0..<2 {
                lasting.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try await lasting.receive().headers["connection"] == "keep-alive")
            }
        }
    }

    @Test func `it listens on IPv6 addresses too`() async throws {
        let configuration = EndpointConfiguration(address: EndpointAddress(host: "::1", port: 0))
        let endpoint: PrometheusEndpoint
        do {
            endpoint = try await PrometheusEndpoint.start(configuration, pages: StubPages().page, reporting: { _ in })
        } catch {
            try Test.cancel("needs the address ::1: \(error)")
        }
        #expect(endpoint.address.host == "::1")
        #expect(endpoint.address.port > 0)
        do {
            let answer = try await Client(endpoint.address).get("/metrics")
            #expect(answer.status == 200)
        }
        await endpoint.stop()
    }

    @Test func `a port in use is an error that names it`() async throws {
        try await withEndpoint { endpoint async throws in
            let configuration = EndpointConfiguration(address: endpoint.address)
            await #expect {
                try await PrometheusEndpoint.start(configuration, pages: StubPages().page, reporting: { _ in })
            } throws: { error in
                "\(error)".contains("\(endpoint.address)") && "\(error)".contains("in use")
            }
        }
    }

    @Test(arguments: [("192.0.2.1", "not an address of this machine"), ("no-such-host.invalid", "Remedy")])
    func `a foreign address is an error that names it`(host: String, text: String) async {
        let configuration = EndpointConfiguration(address: EndpointAddress(host: host, port: 0))
        await #expect {
            try await PrometheusEndpoint.start(configuration, pages: StubPages().page, reporting: { _ in })
        } throws: { error in
            "\(error)".contains(host) && "\(error)".contains(text)
        }
    }
}
#endif
