#if Exporters
import PowerSensorsHTTP
import Testing

/// TLS and passwords, tested with curl.
@Suite(.enabled(if: TemporaryFolder.hasCurlAndOpenSSL, "needs curl and openssl: apt-get install curl openssl"))
struct SecurityTests {
    /// The password `test` at the lowest cost.
    static let users = ["alice": "$2b$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a"]

    private func web(_ folder: TemporaryFolder, _ name: String, users: [String: String] = [:]) -> WebConfiguration {
        WebConfiguration(
            tls: .init(certificateFile: folder.file("\(name).crt"), keyFile: folder.file("\(name).key")), users: users)
    }

    @Test func `pages are served over TLS 1_2 and 1_3, but not older versions`() async throws {
        let folder = try TemporaryFolder()
        try await folder.makeCertificate("server")
        try await withEndpoint(web: web(folder, "server")) { endpoint async throws in
            let url = "https://\(endpoint.address)/metrics"
            let authority = folder.file("server.crt")
            for version in ["--tlsv1.2", "--tlsv1.3"] {
                let answer = try await folder.curl("--cacert", authority, version, url)
                #expect(answer.status == 200)
                #expect(answer.output == "power_watts 42\n")
            }
            let old = try await folder.shell(
                "curl -sS --cacert server.crt --tls-max 1.1 --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 \"$1\"", url)
            #expect(old.exitCode == 35)
            #expect(try await folder.curl("http://\(endpoint.address)/metrics").exitCode != 0)
        }
    }

    @Test func `a recorded connection cannot be read by whoever gets the key later`() async throws {
        let folder = try TemporaryFolder()
        // Only with an RSA key could the key itself decrypt what was recorded.
        let made = try await folder.shell(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout server.key -out server.crt")
        try #require(made.exitCode == 0, "openssl: \(made.error)")
        try await withEndpoint(web: web(folder, "server")) { endpoint async throws in
            func isAccepted(_ cipher: String) async throws -> Bool {
                let script = "openssl s_client -connect \"$1\" -tls1_2 -cipher \"$2\" </dev/null"
                let outcome = try await folder.shell(script, "\(endpoint.address)", "\(cipher)@SECLEVEL=0")
                return outcome.exitCode == 0
            }
            for cipher in [
                "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305",
            ] {
                #expect(try await isAccepted(cipher), "\(cipher)")
            }
            for cipher in ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA"] {
                #expect(try await !isAccepted(cipher), "\(cipher)")
            }
        }
    }

    @Test(arguments: [("600", false), ("640", false), ("644", true), ("602", true)])
    func `a key that every user may read or change is reported`(mode: String, isReported: Bool) async throws {
        let folder = try TemporaryFolder()
        try await folder.makeCertificate("server")
        try await folder.shell("chmod \"$1\" server.key", mode)
        let notices = NoticeRecorder()
        try await withEndpoint(web: web(folder, "server"), notices: notices) { _ in }
        #expect(notices.all.contains { $0.isProblem && $0.description.contains("chmod o= ") } == isReported)
        #expect(notices.all.count == (isReported ? 1 : 0))
    }

    @Test func `metrics require the right password`() async throws {
        let folder = try TemporaryFolder()
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let url = "http://\(endpoint.address)/metrics"
            #expect(try await folder.curl(url).status == 401)
            #expect(try await folder.curl("--head", url).output.contains("WWW-Authenticate: Basic realm="))
            for wrong in ["alice:", "alice:wrong", "alice:Test", "alice:test ", "bob:test", ":test", "alice"] {
                #expect(
                    try await folder.curl("--user", "\(wrong)\(wrong == "alice" ? ":alice" : "")", url).status == 401)
            }
            // Twice, since the second time the credentials are cached.
            for _ in 0..<2 {
                let answer = try await folder.curl("--user", "alice:test", url)
                #expect(answer.status == 200)
                #expect(answer.output == "power_watts 42\n")
                #expect(try await folder.curl("--user", "alice:wrong", url).status == 401)
            }
            #expect(try await folder.curl("http://\(endpoint.address)/").status == 401)
            #expect(try await folder.curl("http://\(endpoint.address)/healthz").status == 200)
            #expect(try await folder.curl("http://\(endpoint.address)/readyz").status == 200)
        }
    }

    @Test func `a web configuration file sets up TLS and passwords`() async throws {
        let folder = try TemporaryFolder()
        try await folder.makeCertificate("server")
        let yaml = """
            tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS13}
            basic_auth_users: {alice: \(Self.users["alice"] ?? "")}

            """
        try folder.write(yaml, to: "web.yml")
        try await withEndpoint(web: WebConfiguration(file: folder.file("web.yml"))) { endpoint async throws in
            let url = "https://\(endpoint.address)/metrics"
            let authority = folder.file("server.crt")
            #expect(try await folder.curl("--cacert", authority, "--user", "alice:test", url).status == 200)
            #expect(try await folder.curl("--cacert", authority, "--user", "alice:no", url).status == 401)
            #expect(try await folder.curl("--cacert", authority, "--tls-max", "1.2", url).exitCode == 35)
        }
    }

    @Test func `an expired certificate is refused by the client and reported to the operator`() async throws {
        let folder = try TemporaryFolder()
        try await folder.makeCertificate("old", isExpired: true)
        let notices = NoticeRecorder()
        try await withEndpoint(web: web(folder, "old"), notices: notices) { endpoint async throws in
            let answer = try await folder.curl(
                "--cacert", folder.file("old.crt"), "https://\(endpoint.address)/metrics")
            #expect(answer.exitCode == 60)
        }
        #expect(notices.all.contains { $0.isProblem && $0.description.contains("expired") })
    }

    @Test func `a replaced certificate is used, unless it is unusable`() async throws {
        let folder = try TemporaryFolder()
        for name in ["first", "second"] { try await folder.makeCertificate(name) }
        try await folder.shell("cp first.crt live.crt; cp first.key live.key")
        let notices = NoticeRecorder()
        try await withEndpoint(web: web(folder, "live"), notices: notices) { endpoint async throws in
            let url = "https://\(endpoint.address)/metrics"
            func isAccepted(by authority: String) async throws -> Bool {
                try await folder.curl("--cacert", folder.file("\(authority).crt"), url).status == 200
            }
            #expect(try await isAccepted(by: "first"))
            // The new key does not match the old certificate.
            try await folder.shell("cp second.key new; mv new live.key")
            let isReported = try await becomesTrue { () async throws in
                #expect(try await isAccepted(by: "first"))
                return notices.all.contains(where: \.isProblem)
            }
            #expect(isReported)
            try await folder.shell("cp second.crt new; mv new live.crt")
            #expect(try await becomesTrue { try await isAccepted(by: "second") })
            #expect(try await !isAccepted(by: "first"))
            try folder.write("nonsense\n", to: "live.crt")
            let isReportedAgain = try await becomesTrue { () async throws in
                #expect(try await isAccepted(by: "second"))
                return notices.all.count(where: \.isProblem) == 2
            }
            #expect(isReportedAgain)
        }
        #expect(notices.all.map(\.isProblem) == [true, false, true])
        #expect(notices.all.last?.description.contains("live.crt") == true)
    }

    @Test(arguments: ["missing", "nonsense", "other", "encrypted"])
    func `an endpoint does not start with an unusable key`(kind: String) async throws {
        let folder = try TemporaryFolder()
        for name in ["server", "second"] { try await folder.makeCertificate(name) }
        switch kind {
        case "missing": try await folder.shell("mv server.key away")
        case "nonsense": try folder.write("nonsense", to: "server.key")
        case "other": try await folder.shell("mv second.key server.key")
        default:
            try await folder.shell("openssl ec -aes256 -passout pass:x -in server.key -out new && mv new server.key")
        }
        await #expect {
            try await withEndpoint(web: web(folder, "server")) { _ in }
        } throws: { error in
            error is EndpointError && "\(error)".contains("server.key")
        }
    }

    @Test func `a hash that is not a bcrypt hash is an error that names the user`() async {
        await #expect {
            try await withEndpoint(web: WebConfiguration(users: ["carol": "{SHA}x"])) { _ in }
        } throws: { error in
            "\(error)".contains("carol") && "\(error)".contains("htpasswd")
        }
    }
}
#endif
