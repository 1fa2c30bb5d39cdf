#if Exporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

struct WebConfigurationTests {
    static let hash = "$2y$05$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a"

    private func read(_ yaml: String) throws -> WebConfiguration {
        try WebConfiguration(yaml: Array(yaml.utf8), name: "web.yml", folder: "/etc/ps/")
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

    @Test(arguments: [
        ("alice: H", ["alice"]), ("alice:\tH\t# a comment\r\n  bob: H \r\n", ["alice", "bob"]),
        ("\n\n   # a comment\n   alice: H\n\n   bob: H", ["alice", "bob"]),
        ("'it''s # me': H", ["it's # me"]), (#""a \"b\" \\ é": H"#, [#"a "b" \ é"#]), ("a#b: H", ["a#b"]),
        ("{alice: H, 'bob': H}", ["alice", "bob"]), ("{\n  \"alice\": \"H\",\n  \"bob\": \"H\",\n}", ["alice", "bob"]),
        ("-a: H", ["-a"]), ("null: H", ["null"]), ("1: 'H'", ["1"]), ("a b: H", ["a b"]),
    ])
    func `users are read in each form that YAML has for a mapping`(users: String, names: [String]) throws {
        let users = users.replacing("H", with: Self.hash)
        let indented =
            users.hasPrefix("{") ? users : "\n" + users.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        #expect(try Set(read("---\nbasic_auth_users: \(indented)\n").users.keys) == Set(names))
    }

    @Test(arguments: [
        ("a: 1\na: 2", "line 2: a is given twice"), ("a: {b: 1, b: 2}", "line 1: b is given twice"),
        ("a:\n    b: 1\n  c: 2", "line 3"), ("a: 1\n  b: 2", "line 2"), ("  a: 1\nb: 2", "line 2"),
        ("a: 1\n\tb: 2", "line 2: this is indented by a tab"), ("a: 'b", "closing quote"),
        ("a: \"b\nc\"", "closing quote"),
        ("a: \"\\x41\"", "escape"), ("a: 'b' c", "continues"), ("a: |\n  b", "begins with |"),
        ("a: &b c", "begins with &"),
        ("a: !!str b", "begins with !"), ("a: [b]", "begins with ["), ("a:\n  - b", "begins with -"),
        ("a: {b: c", "brace"),
        ("a: {b: c} d", "continues"), ("a: b\u{1}", "control character"), ("a: b\n---\nc: d", "line 2"),
        ("{a: 1,#b: 2\n}", "begins with #"), ("a: \u{9B}", "control character"), ("{\n---: 1}", "begins with -"),
        (String(repeating: "{a: ", count: 100_000), "too deeply"), ("{a b}", "mapping"),
    ])
    func `what is no mapping of strings is refused with its line`(yaml: String, named: String) {
        #expect {
            try read(yaml)
        } throws: { error in
            "\(error)".contains("web.yml, line ") && "\(error)".contains(named)
        }
    }

    @Test(arguments: ["", "# nothing\n", "\u{FEFF}# nothing\n", "---\n", "--- # nothing\n", "basic_auth_users: {}\n"])
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
        ("basic_auth_users:\n  alice: secret\n", "htpasswd -nB -C 10 alice"),
        (
            "basic_auth_users:\n  alice: $2y$13$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n",
            "line 2: alice has a bcrypt hash of cost 13, and the highest allowed is 12"
        ),
        ("basic_auth_users:\n  alice: $2y$31$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n", "cost 31"),
        ("basic_auth_users:\n  alice: $2y$03$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n", "no bcrypt"),
        ("basic_auth_users:\n  alice: $2y$05$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2\n", "alice"),
        ("basic_auth_users:\n  alice: $2y$+5$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n", "no bcrypt"),
        (
            "tls_server_config:\n  cert_file: a\n  key_file: b\n  prefer_server_cipher_suites: maybe\n",
            "prefer_server_cipher_suites must be true or false"
        ),
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

    @Test func `a name that is not UTF-8 is refused with its line`() {
        #expect {
            try WebConfiguration(
                yaml: Array("basic_auth_users:\n  m".utf8) + [0xFC, 0x3A], name: "web.yml", folder: "")
        } throws: {
            "\($0)" == "web.yml, line 2: this is not UTF-8"
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a large file is read in proportion to its size`() throws {
        let users = (0..<20_000).map { "u\($0): x" }.joined(separator: ", ")
        #expect(throws: EndpointError.self) {
            try read(String(repeating: " ", count: 500_000) + "{basic_auth_users: {\(users)}}")
        }
    }

    @Test func `a missing file is named`() {
        #expect {
            try WebConfiguration(file: "/nonexistent/web.yml")
        } throws: { error in
            "\(error)".contains("/nonexistent/web.yml") && "\(error)".contains("Remedy")
        }
    }

    @Test func `neither a pipe nor a file that is too large is taken for one without passwords`() async throws {
        let folder = try TemporaryFolder()
        try await folder.shell("mkfifo pipe; { yes '#' | head -c 1048576; echo 'basic_auth_users: {}'; } > large")
        for (name, problem) in [("pipe", "is not a file"), ("large", "is larger than 1 MiB"), (".", "is not a file")] {
            #expect {
                try WebConfiguration(file: folder.file(name))
            } throws: { error in
                "\(error)".contains("\(name) \(problem)") && "\(error)".contains("Remedy")
            }
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
