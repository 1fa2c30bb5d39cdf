#if Exporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

struct WebConfigurationTests {
    static let hash = "$2y$05$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a"

    private func read(_ yaml: String) throws -> WebConfiguration {
        try WebConfiguration(yaml: yaml, name: "web.yml", folder: "/etc/ps/")
    }

    @Test func `certificates and users are read as by the exporter toolkit`() throws {
        let web = try read(
            """
            # A comment.
            tls_server_config:
              cert_file: server.crt
              key_file: "/secret/server.key"
              min_version: TLS13
            http_server_config: {http2: false}
            basic_auth_users:
              alice: \(Self.hash)
              'bob': '\(Self.hash)'
            """)
        let tls = try #require(web.tls)
        #expect(tls.certificateFile == "/etc/ps/server.crt")
        #expect(tls.keyFile == "/secret/server.key")
        #expect(tls.minimumVersion == .tls13)
        #expect(web.users == ["alice": Self.hash, "bob": Self.hash])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "basic_auth_users: {}\n"])
    func `a file without settings is the default configuration`(yaml: String) throws {
        #expect(try read(yaml) == WebConfiguration())
    }

    @Test(arguments: [
        ("tls_server_config:\n  cert_file: a\n", "key_file"),
        ("tls_server_config:\n  key_file: a\n", "cert_file"),
        ("tls_server_config: yes\n", "mapping"),
        ("tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS10\n", "web.yml, line 4: min_version"),
        (
            "tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: RequireAnyClientCert\n",
            "client_auth_type"
        ),
        ("tls_server_config:\n  cert_file: a\n  key_file: b\n  client_ca_file: c\n", "client_ca_file"),
        ("tls_server_config:\n  cert_file: ''\n  key_file: b\n", "cert_file"),
        ("http_server_config:\n  headers:\n    X-Frame-Options: deny\n", "headers"),
        ("http_server_config:\n  http2: perhaps\n", "http2"),
        ("rate_limit: 5\n", "web.yml, line 1: rate_limit"),
        ("basic_auth_users:\n  alice: secret\n", "htpasswd -nB alice"),
        ("basic_auth_users:\n  alice: $2y$31$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n", "alice"),
        ("basic_auth_users:\n  alice: $2y$05$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2\n", "alice"),
        ("basic_auth_users:\n  alice:\n    password: x\n", "alice"),
        ("basic_auth_users:\n  'a:b': $2y$05$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n", "colon"),
        ("? [a, b]\n: c\n", "key"),
        ("a: b: c\n", "web.yml"), ("\t- x", "web.yml"), ("just text", "mapping"), ("[1, 2]", "mapping"),
        ("{", "web.yml"),
        ("basic_auth_users: *missing\n", "web.yml"),
    ])
    func `an invalid or unsupported setting is named with its position`(yaml: String, named: String) {
        #expect {
            try read(yaml)
        } throws: { error in
            let text = "\(error)"
            return text.contains("web.yml") && text.contains(named) && !text.contains("\n")
        }
    }

    @Test func `a missing file is named`() {
        #expect {
            try WebConfiguration(file: "/nonexistent/web.yml")
        } throws: { error in
            "\(error)".contains("/nonexistent/web.yml") && "\(error)".contains("Remedy")
        }
    }

    @Test(arguments: 0..<20)
    func `random files do not break the parser`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "tls_server_config", "basic_auth_users", "cert_file", ":", " ", "\n", "  ", "- ", "{", "}", "[", "]", "&a",
            "*a", "!!x",
            "\"", "'", "|", ">", "\t", "\u{0}", "é", "# ", "---", "?",
        ]
        for _ in 0..<200 {
            let yaml = (0..<Int.random(in: 0...30, using: &generator))
                .map { _ in pieces[Int.random(in: pieces.indices, using: &generator)] }.joined()
            do {
                let web = try read(yaml)
                #expect(web.users.isEmpty)
            } catch {
                #expect("\(error)".contains("web.yml"))
            }
        }
    }
}
#endif
