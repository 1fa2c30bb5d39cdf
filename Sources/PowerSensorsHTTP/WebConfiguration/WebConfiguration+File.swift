#if Exporters
extension WebConfiguration {
    /// Reads a YAML file. Paths in it are relative to its folder.
    ///
    /// - Parameter path: The file, of at most a megabyte.
    /// - Throws: ``EndpointError`` that names the file, the line and what is allowed.
    public init(file path: String) throws(EndpointError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        try self.init(yaml: readFile(path), name: path, folder: folder)
    }

    /// Reads YAML text.
    ///
    /// - Parameters:
    ///   - text: The YAML, in UTF-8.
    ///   - name: The file's name for messages.
    ///   - folder: The prefix of relative paths: empty, or ending with a slash.
    package init(yaml text: [UInt8], name: String, folder: String) throws(EndpointError) {
        var parser = try YAMLParser(text, name: name)
        self.init()
        // An empty file sets nothing, as in Prometheus' exporter toolkit.
        guard let mapping = try parser.document() else { return }
        for entry in mapping.entries {
            let (key, value) = (entry.key, entry.value)
            switch key.text {
            case "tls_server_config": tls = try TLS(YAMLMapping(value, of: key), folder)
            case "http_server_config": try Self.check(http: YAMLMapping(value, of: key))
            case "basic_auth_users": users = try Self.users(YAMLMapping(value, of: key))
            default:
                throw key.error(
                    "is unknown; use tls_server_config, http_server_config or basic_auth_users")
            }
        }
    }

    private static func check(http mapping: YAMLMapping) throws(EndpointError) {
        for entry in mapping.entries {
            let (key, value) = (entry.key, entry.value)
            guard key.text == "http2" else { throw key.error("is not supported; leave it out") }
            guard ["true", "false"].contains(value.string) else { throw key.error("must be true or false") }
            // Neither setting needs HTTP/2: a server may always choose HTTP/1.1.
        }
    }

    private static func users(_ mapping: YAMLMapping) throws(EndpointError) -> [String: String] {
        var users: [String: String] = [:]
        for entry in mapping.entries {
            let (key, value) = (entry.key, entry.value)
            do throws(BcryptHash.Fault) {
                users[key.text] = try BcryptHash(value.string ?? "").text
            } catch {
                throw key.error(error.description(key.text))
            }
            guard !key.text.contains(":") else { throw key.error("contains a colon, which a user name must not") }
        }
        return users
    }
}

extension WebConfiguration.TLS {
    fileprivate init(_ mapping: YAMLMapping, _ folder: String) throws(EndpointError) {
        var certificate: String?
        var privateKey: String?
        var version = Version.tls12
        for entry in mapping.entries {
            let (key, value) = (entry.key, entry.value)
            guard let text = value.string, !text.isEmpty else { throw key.error("must have a value") }
            switch (key.text, text) {
            case ("cert_file", _): certificate = text
            case ("key_file", _): privateKey = text
            case ("min_version", "TLS12"): version = .tls12
            case ("min_version", "TLS13"): version = .tls13
            case ("min_version", _): throw key.error("must be TLS12 or TLS13")
            case ("client_auth_type", "NoClientCert"): break
            // With cipher suites that are all good, nothing depends on who chooses.
            case ("prefer_server_cipher_suites", "true"), ("prefer_server_cipher_suites", "false"): break
            case ("prefer_server_cipher_suites", _): throw key.error("must be true or false")
            default: throw key.error("is not supported; leave it out")
            }
        }
        guard let certificate else { throw mapping.error("lacks cert_file, the PEM file of the certificate") }
        guard let privateKey else { throw mapping.error("lacks key_file, the PEM file of the private key") }
        func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
        self.init(
            certificateFile: resolved(certificate), keyFile: resolved(privateKey), minimumVersion: version)
    }
}
#endif
