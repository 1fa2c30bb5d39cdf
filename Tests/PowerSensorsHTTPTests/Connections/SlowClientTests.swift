#if Exporters
import PowerSensorsHTTP
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Clients that send or receive slowly.
struct SlowClientTests {
    private func limits(_ change: (inout EndpointConfiguration.Limits) -> Void) -> EndpointConfiguration.Limits {
        var limits = EndpointConfiguration.Limits()
        change(&limits)
        return limits
    }

    @Test(arguments: ["", "GET", "GET /metrics HTTP/1.1\r\nHost: a\r\n", "\r\n\r\n\r\n"])
    func `an incomplete request times out`(start: String) async throws {
        try await withEndpoint(limits: limits { $0.receiveTime = .milliseconds(100) }) { endpoint async throws in
            let client = try Client(endpoint.address)
            client.send(start)
            #expect(await client.waitForEnd())
        }
    }

    @Test func `further bytes do not extend the time of a slow request`() async throws {
        try await withEndpoint(limits: limits { $0.receiveTime = .milliseconds(200) }) { endpoint async throws in
            let client = try Client(endpoint.address)
            #expect(try await client.get("/healthz").status == 200)
            client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nX: ")
            var sent = 0
            // A minute of single bytes; the connection is closed long before.
            while sent < 6000, client.send("x") {
                sent += 1
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(sent < 6000)
        }
    }

    @Test func `a client that does not read its response times out`() async throws {
        let pages = StubPages(text: String(repeating: "x", count: 8 << 20))
        try await withEndpoint(pages, limits: limits { $0.sendTime = .milliseconds(200) }) { endpoint async throws in
            let client = try Client(endpoint.address, receiveBuffer: 4096)
            client.send(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 100))
            // The client reads nothing until the endpoint has given up.
            #expect(try await becomesTrue { try await endpoint.counts().timedOut == 1 })
            #expect(await client.waitForEnd())
            #expect(try await Client(endpoint.address).get("/healthz").status == 200)
        }
    }

    @Test func `an idle connection is closed after its time limit`() async throws {
        try await withEndpoint(limits: limits { $0.idleTime = .milliseconds(100) }) { endpoint async throws in
            let client = try Client(endpoint.address)
            #expect(try await client.get("/healthz").status == 200)
            #expect(await client.waitForEnd())
            #expect(try await endpoint.counts().timedOut == 0)
        }
    }

    @Test func `a thousand slow clients do not disturb a fast one`() async throws {
        // How many slow ones, and with how many of them the fast one asks.
        let (count, step) = (1000, 40)
        var files = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        guard files.rlim_cur >= UInt(2 * count) else {
            try Test.cancel("needs \(2 * count) open files, and \(files.rlim_cur) are allowed: ulimit -n \(2 * count)")
        }
        let text = String(repeating: "power_watts{channel=\"x\"} 42\n", count: 1000)
        let notices = NoticeRecorder()
        try await withEndpoint(StubPages(text: text), notices: notices) { endpoint async throws in
            let scraper = try Client(endpoint.address)
            var slow: [Client] = []
            var good = 0
            for index in 0..<count {
                let client = try Client(endpoint.address, receiveBuffer: 2048)
                switch index % 4 {
                case 0: break
                case 1: client.send("GET /metrics HTTP/1.1\r\nHost:")
                case 2: client.send(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 50))
                default: client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                }
                slow.append(client)
                guard index.isMultiple(of: step) else { continue }
                // Once over the existing connection, once over a new one.
                for client in [scraper, try Client(endpoint.address)] {
                    let answer = try await client.get("/metrics")
                    #expect(answer.status == 200)
                    if answer.text == text { good += 1 }
                }
            }
            #expect(good == 2 * count / step)
            // The last ones may not be accepted yet.
            let all = count + count / step + 1
            #expect(try await becomesTrue { try await endpoint.counts().accepted == all })
            #expect(try await endpoint.counts().evicted > 0)
        }
        // The overload is reported once, not a thousand times.
        #expect(notices.all.count == 1)
    }

    @Test func `the endpoint keeps to its connection limit`() async throws {
        try await withEndpoint(limits: limits { $0.connections = 5 }) { endpoint async throws in
            let clients = try (0..<20).map { _ in try Client(endpoint.address) }
            #expect(try await Client(endpoint.address).get("/metrics").status == 200)
            #expect(try await endpoint.counts().evicted == 16)
            // The oldest were closed first.
            for client in clients.prefix(10) { #expect(await client.waitForEnd()) }
        }
    }
}
#endif
