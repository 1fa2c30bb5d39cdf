#if Exporters
import PowerSensorsHTTP
import Testing

#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

struct BasicAuthenticatorTests {
    /// `alice:test` in base 64.
    static let alice = "Authorization: Basic YWxpY2U6dGVzdA=="
    /// `alice:wrong`.
    static let mallory = "Authorization: Basic YWxpY2U6d3Jvbmc="
    /// The password `test` at a cost that takes noticeable time: 2 to the power of 10.
    static let users = ["alice": "$2b$10$abcdefghijklmnopqrstuuNYVhuCzN8W/N3q6oBTpBoHaLLh6DgBG"]
    /// The same password at the lowest cost.
    static let cheapHash = "$2b$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a"

    private static func header(_ user: String, _ password: String) -> String {
        "Authorization: Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
    }

    /// Requests with wrong passwords, none of which was used before.
    private static func guesses(_ guesser: Int, count: Int) -> String {
        (0..<count).map { number in
            "GET /metrics HTTP/1.1\r\nHost: a\r\n\(header("alice", "guess \(guesser) \(number)"))\r\n\r\n"
        }.joined()
    }

    @Test func `known credentials do not queue behind wrong guesses`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let scraper = try Client(endpoint.address)
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            let guessers = try (0..<8).map { _ in try Client(endpoint.address) }
            for (number, guesser) in guessers.enumerated() { guesser.send(Self.guesses(number, count: 1)) }
            // These responses come while the guesses are still being checked.
            for _ in 0..<8 { #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200) }
            for guesser in guessers { #expect(try await guesser.receive().status == 401) }
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            #expect(try await scraper.get("/metrics", headers: [Self.mallory]).status == 401)
        }
    }

    @Test(arguments: [1, 2] as [UInt8])
    func `a scraper that is not known yet is let in while others guess, also from its own address`(
        number: UInt8
    ) async throws {
        try await withEndpoint(web: WebConfiguration(users: ["alice": Self.cheapHash])) { endpoint async throws in
            let (guesserCount, guessCount) = (32, 8)
            var guessers: [Client] = []
            for index in 0..<guesserCount {
                let guesser = try Client(endpoint.address)
                guesser.send(Self.guesses(index, count: guessCount))
                guessers.append(guesser)
            }
            for guesser in guessers { #expect(try await guesser.receive().status == 401) }
            let scraper = try Client(endpoint.address, from: number)
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            // No guess was dropped either: there are as many answers as there were requests.
            for guesser in guessers {
                for _ in 1..<guessCount { #expect(try await guesser.receive().status == 401) }
            }
            #expect(try await endpoint.authenticationCounts().checks == guesserCount * guessCount + 1)
        }
    }

    @Test func `guessers that take up all connections do not keep out a scraper from elsewhere`() async throws {
        var limits = EndpointConfiguration.Limits()
        limits.connections = 8
        try await withEndpoint(web: WebConfiguration(users: Self.users), limits: limits) { endpoint async throws in
            var guessers: [Client] = []
            for number in 0..<24 {
                let guesser = try Client(endpoint.address)
                guesser.send(Self.guesses(number, count: 50))
                guessers.append(guesser)
            }
            let scraper = try Client(endpoint.address, from: 2)
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            let counts = try await endpoint.counts()
            #expect(counts.evicted == counts.accepted - 8)
            withExtendedLifetime(guessers) {}
        }
    }

    @Test func `the passwords of clients that have gone are not checked`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            for number in 0..<40 { try Client(endpoint.address).send(Self.guesses(number, count: 1)) }
            let client = try Client(endpoint.address)
            #expect(try await client.get("/metrics", headers: [Self.alice]).status == 200)
            // At most those that were checked before their clients were seen to be gone.
            #expect(try await endpoint.authenticationCounts().checks < 20)
        }
    }

    @Test func `a wrong password that is repeated is checked once`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let clients = try (0..<20).map { _ in try Client(endpoint.address) }
            for client in clients { client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(Self.mallory)\r\n\r\n") }
            for client in clients { #expect(try await client.receive().status == 401) }
            for client in clients { #expect(try await client.get("/", headers: [Self.mallory]).status == 401) }
            #expect(try await endpoint.authenticationCounts().checks == 1)
        }
    }

    @Test func `every check computes the same hashes, whoever the user is and whatever the hash costs`() async throws {
        var users = Self.users
        users["bob"] = Self.cheapHash
        try await withEndpoint(web: WebConfiguration(users: users)) { endpoint async throws in
            let client = try Client(endpoint.address)
            for (index, user) in ["alice", "bob", "carol", ""].enumerated() {
                #expect(try await client.get("/", headers: [Self.header(user, "wrong")]).status == 401)
                let counts = try await endpoint.authenticationCounts()
                #expect(counts.checks == index + 1)
                #expect(counts.hashes == 2 * counts.checks)
            }
            for user in ["alice", "bob"] {
                #expect(try await client.get("/", headers: [Self.header(user, "test")]).status == 200)
            }
        }
    }

    /// The hash is that of 72 letters.
    @Test func `a password of which bcrypt ignores a part is reported once`() async throws {
        let hash = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO"
        let notices = NoticeRecorder()
        let web = WebConfiguration(users: ["alice": hash])
        try await withEndpoint(web: web, notices: notices) { endpoint async throws in
            let client = try Client(endpoint.address)
            for length in [72, 80, 81, 600] {
                let password = String(repeating: "p", count: length)
                #expect(try await client.get("/", headers: [Self.header("alice", password)]).status == 200)
            }
            let wrong = String(repeating: "q", count: 600)
            #expect(try await client.get("/", headers: [Self.header("alice", wrong)]).status == 401)
        }
        #expect(notices.all.count == 1)
        #expect(notices.all.first?.description.contains("user alice has a password of more than 72 bytes") == true)
    }

    @Test func `two Authorization headers, or another scheme, are refused`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let client = try Client(endpoint.address)
            #expect(try await client.get("/metrics", headers: [Self.alice, Self.alice]).status == 401)
            #expect(try await client.get("/metrics", headers: ["Authorization: Bearer YWxpY2U6dGVzdA=="]).status == 401)
        }
    }

    @Test func `a client may disconnect while its password is checked`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            for _ in 0..<10 {
                try Client(endpoint.address).send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(Self.mallory)\r\n\r\n")
            }
            let client = try Client(endpoint.address)
            #expect(try await client.get("/metrics", headers: [Self.alice]).status == 200)
        }
    }
}
#endif
