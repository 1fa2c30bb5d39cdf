#if Exporters
import PowerSensorsHTTP
import Testing

/// TLS and passwords, as curl sees them.
@Suite(.enabled(if: Folder.hasCurlAndOpenSSL, "needs curl and openssl: apt-get install curl openssl"))
struct SecurityTests {
    /// The password `test`, of the least cost there is.
    static let users = ["alice": "$2b$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a"]

    private func web(_ folder: Folder, _ name: String, users: [String: String] = [:]) -> WebConfiguration {
        WebConfiguration(
            tls: .init(certificateFile: folder.file("\(name).crt"), keyFile: folder.file("\(name).key")), users: users)
    }

    @Test func `a page comes over TLS, by 1_2 and 1_3 and nothing older`() async throws {
        let folder = try Folder()
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

    @Test func `only those with the password come in`() async throws {
        let folder = try Folder()
        try await withEndpoint(web: WebConfiguration(users: Self.users)) { endpoint async throws in
            let url = "http://\(endpoint.address)/metrics"
            #expect(try await folder.curl(url).status == 401)
            #expect(try await folder.curl("--head", url).output.contains("WWW-Authenticate: Basic realm="))
            for wrong in ["alice:", "alice:wrong", "alice:Test", "alice:test ", "bob:test", ":test", "alice"] {
                #expect(
                    try await folder.curl("--user", "\(wrong)\(wrong == "alice" ? ":alice" : "")", url).status == 401)
            }
            // Twice, since the second time the password is known.
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

    @Test func `passwords work over TLS, from a file of the toolkit's form`() async throws {
        let folder = try Folder()
        try await folder.makeCertificate("server")
        let yaml = """
            tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS13}
            basic_auth_users: {alice: \(Self.users["alice"] ?? "")}

            """
        try folder.write("web.yml", Array(yaml.utf8))
        try await withEndpoint(web: WebConfiguration(file: folder.file("web.yml"))) { endpoint async throws in
            let url = "https://\(endpoint.address)/metrics"
            let authority = folder.file("server.crt")
            #expect(try await folder.curl("--cacert", authority, "--user", "alice:test", url).status == 200)
            #expect(try await folder.curl("--cacert", authority, "--user", "alice:no", url).status == 401)
            #expect(try await folder.curl("--cacert", authority, "--tls-max", "1.2", url).exitCode == 35)
        }
    }

    @Test func `an expired certificate is refused by the client and told to the operator`() async throws {
        let folder = try Folder()
        try await folder.makeCertificate("old", isExpired: true)
        let notices = Notices()
        try await withEndpoint(web: web(folder, "old"), notices: notices) { endpoint async throws in
            let answer = try await folder.curl(
                "--cacert", folder.file("old.crt"), "https://\(endpoint.address)/metrics")
            #expect(answer.exitCode == 60)
        }
        #expect(notices.all.contains { $0.isProblem && $0.description.contains("expired") })
    }

    @Test func `a certificate that was replaced is used, a broken one is not`() async throws {
        let folder = try Folder()
        for name in ["first", "second"] { try await folder.makeCertificate(name) }
        try await folder.shell("cp first.crt live.crt; cp first.key live.key")
        let notices = Notices()
        try await withEndpoint(web: web(folder, "live"), notices: notices) { endpoint async throws in
            let url = "https://\(endpoint.address)/metrics"
            func isAccepted(by authority: String) async throws -> Bool {
                try await folder.curl("--cacert", folder.file("\(authority).crt"), url).status == 200
            }
            #expect(try await isAccepted(by: "first"))
            // The key alone is no pair with the old certificate.
            try await folder.shell("cp second.key new; mv new live.key")
            let isTold = try await becomesTrue { () async throws in
                #expect(try await isAccepted(by: "first"))
                return notices.all.contains(where: \.isProblem)
            }
            #expect(isTold)
            try await folder.shell("cp second.crt new; mv new live.crt")
            #expect(try await becomesTrue { try await isAccepted(by: "second") })
            #expect(try await !isAccepted(by: "first"))
            try folder.write("live.crt", Array("nonsense\n".utf8))
            let isToldAgain = try await becomesTrue { () async throws in
                #expect(try await isAccepted(by: "second"))
                return notices.all.count(where: \.isProblem) == 2
            }
            #expect(isToldAgain)
        }
        #expect(notices.all.map(\.isProblem) == [true, false, true])
        #expect(notices.all.last?.description.contains("live.crt") == true)
    }

    @Test(arguments: ["missing", "nonsense", "other", "encrypted"])
    func `an endpoint does not start with a pair that is none`(kind: String) async throws {
        let folder = try Folder()
        for name in ["server", "second"] { try await folder.makeCertificate(name) }
        switch kind {
        case "missing": try await folder.shell("mv server.key away")
        case "nonsense": try folder.write("server.key", Array("nonsense".utf8))
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

    @Test func `a hash that is none of bcrypt is refused by the user's name`() async {
        await #expect {
            try await withEndpoint(web: WebConfiguration(users: ["carol": "{SHA}x"])) { _ in }
        } throws: { error in
            "\(error)".contains("carol") && "\(error)".contains("htpasswd")
        }
    }
}
#endif
