#if Exporters
import PowerSensorsHTTP
import Testing

struct BasicAuthenticatorTests {
    /// `alice:test` in base 64.
    static let alice = "Authorization: Basic YWxpY2U6dGVzdA=="
    /// `alice:wrong`.
    static let mallory = "Authorization: Basic YWxpY2U6d3Jvbmc="
    /// The password `test` at a cost that takes noticeable time: 2 to the power of 10.
    static let users = ["alice": "$2b$10$abcdefghijklmnopqrstuuNYVhuCzN8W/N3q6oBTpBoHaLLh6DgBG"]

    @Test func `known credentials do not queue behind wrong guesses`() async throws {
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let scraper = try Client(endpoint.address)
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            let guessers = try (0..<40).map { _ in try Client(endpoint.address) }
            for guesser in guessers { guesser.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(Self.mallory)\r\n\r\n") }
            // These responses come while the guesses are still being checked, or refused since too many are pending.
            for _ in 0..<20 { #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200) }
            var statuses: [Int: Int] = [:]
            for guesser in guessers {
                let status = try await guesser.receive().status
                statuses[status, default: 0] += 1
            }
            #expect(Set(statuses.keys).isSubset(of: [401, 503]))
            #expect(try #require(statuses[401]) >= 16)
            #expect(try await scraper.get("/metrics", headers: [Self.alice]).status == 200)
            #expect(try await scraper.get("/metrics", headers: [Self.mallory]).status == 401)
        }
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
