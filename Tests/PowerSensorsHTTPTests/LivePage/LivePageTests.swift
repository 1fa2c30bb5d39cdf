#if Exporters
import PowerSensorsHTTP
import Testing

/// The live page at `/`.
struct LivePageTests {
    private func page(_ body: (Client, Client.Answer) async throws -> Void) async throws {
        let live = StubLive()
        try await withEndpoint(configure: { $0.live = live.exporter }) { endpoint async throws in
            let client = try Client(endpoint.address)
            try await body(client, try await client.get("/"))
        }
    }

    /// The directives of a policy by their names.
    private func directives(_ answer: Client.Answer) throws -> [String: String] {
        let policy = try #require(answer.headers["content-security-policy"])
        var directives: [String: String] = [:]
        for directive in policy.split(separator: ";") {
            let words = directive.split(separator: " ", maxSplits: 1)
            #expect(directives.updateValue(String(words[1]), forKey: String(words[0])) == nil)
        }
        return directives
    }

    @Test func `the page has strict headers`() async throws {
        try await page { _, answer in
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            let directives = try directives(answer)
            #expect(directives["default-src"] == "'none'")
            #expect(directives["connect-src"] == "'self'")
            #expect(directives["frame-ancestors"] == "'none'")
            #expect(directives["base-uri"] == "'none'")
            #expect(directives["form-action"] == "'none'")
            #expect(directives["img-src"] == "data:")
            for name in ["script-src", "style-src"] {
                let sources = try #require(directives[name])
                #expect(sources.hasPrefix("'sha256-") && !sources.contains(" "), "nothing but one hash: \(sources)")
            }
        }
    }

    @Test(arguments: ["script", "style"])
    func `the policy allows the script and the style that the page has`(tag: String) async throws {
        let folder = try TemporaryFolder()
        try await page { _, answer in
            let parts = answer.text.split(separator: "<\(tag)>", omittingEmptySubsequences: false)
            #expect(parts.count == 2, "there is one \(tag)")
            let text = try #require(parts.last?.split(separator: "</\(tag)>").first)
            try folder.write(String(text), to: tag)
            let source = try #require(try directives(answer)["\(tag)-src"])
            let hash = source.dropFirst("'sha256-".count).dropLast()
            let outcome = try await folder.shell(
                """
                echo "$1" | base64 -d | od -An -v -tx1 | tr -d ' \\n'; echo; sha256sum "$2" | cut -d ' ' -f 1
                """, String(hash), tag)
            let sums = outcome.output.split(separator: "\n")
            #expect(sums.count == 2 && sums[0] == sums[1], "\(outcome.output)\(outcome.error)")
        }
    }

    @Test func `the page refers to nothing outside, and has no code in its markup`() async throws {
        try await page { _, answer in
            let foreign = ["src=\"http", "href=\"http", "src=\"//", "@import", "url("]
            let code = ["style=\"", " onclick", " onload", "innerHTML", "outerHTML", "write(", "eval(", "Function("]
            for text in foreign + code { #expect(!answer.text.contains(text), "\(text)") }
        }
    }

    @Test func `the page is compressed once, and not sent to a browser that has it`() async throws {
        try await page { client, answer in
            let small = try await client.get("/", headers: ["Accept-Encoding: gzip"])
            #expect(small.headers["content-encoding"] == "gzip")
            #expect(small.body.count < answer.body.count / 2)
            let tag = try #require(small.headers["etag"])
            #expect(tag == answer.headers["etag"])
            let again = try await client.get("/", headers: ["If-None-Match: \(tag)"])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
        }
    }

    @Test func `where the page is turned off there are three links, and the documents stay`() async throws {
        let live = StubLive()
        try await withEndpoint(
            configure: {
                $0.live = live.exporter
                $0.showsPage = false
            }
        ) { endpoint async throws in
            let client = try Client(endpoint.address)
            let answer = try await client.get("/")
            #expect(answer.text.contains("href=\"/metrics\""))
            #expect(!answer.text.contains("<script"))
            #expect(try await client.get("/api/v1/snapshot").status == 200)
        }
    }
}
#endif
