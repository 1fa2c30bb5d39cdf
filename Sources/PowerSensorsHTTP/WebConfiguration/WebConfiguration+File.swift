#if Exporters
import Yams

extension WebConfiguration {
    /// Reads a YAML file. Paths in it are relative to its folder.
    ///
    /// - Parameter path: The file, of at most a megabyte.
    /// - Throws: ``EndpointError`` that names the file, the line and what is allowed.
    public init(file path: String) throws(EndpointError) {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        try self.init(yaml: text, name: path, folder: folder)
    }

    /// Reads YAML text.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - name: The file's name for messages.
    ///   - folder: The prefix of relative paths: empty, or ending with a slash.
    package init(yaml text: String, name: String, folder: String) throws(EndpointError) {
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch {
            // The error's other lines only show the position in the text.
            let line = "\(error)".split(separator: "\n").first.map(String.init) ?? "it cannot be parsed"
            throw EndpointError("\(name): this is not YAML: \(line)")
        }
        self.init()
        // An empty file sets nothing, as in Prometheus' exporter toolkit.
        guard let node, node.null == nil else { return }
        for (key, value) in try YAMLMapping(node, in: name).pairs {
            switch key.text {
            case "tls_server_config": tls = try TLS(YAMLMapping(value, in: name), folder)
            case "http_server_config": try Self.check(http: YAMLMapping(value, in: name))
            case "basic_auth_users": users = try Self.users(YAMLMapping(value, in: name))
            default:
                throw key.error(
                    "is unknown; use tls_server_config, http_server_config or basic_auth_users")
            }
        }
    }

    private static func check(http mapping: YAMLMapping) throws(EndpointError) {
        for (key, value) in mapping.pairs {
            guard key.text == "http2" else { throw key.error("is not supported; leave it out") }
            guard value.bool != nil else { throw key.error("must be true or false") }
            // Neither setting needs HTTP/2: a server may always choose HTTP/1.1.
        }
    }

    private static func users(_ mapping: YAMLMapping) throws(EndpointError) -> [String: String] {
        var users: [String: String] = [:]
        for (key, value) in mapping.pairs {
            guard let hash = value.string, BcryptHash(hash) != nil else {
                throw key.error("has no bcrypt hash; make one with: htpasswd -nB \(key.text)")
            }
            guard !key.text.contains(":") else { throw key.error("contains a colon, which a user name must not") }
            users[key.text] = hash
        }
        return users
    }
}

extension WebConfiguration.TLS {
    fileprivate init(_ mapping: YAMLMapping, _ folder: String) throws(EndpointError) {
        var certificate: String?
        var privateKey: String?
        var version = Version.tls12
        for (key, value) in mapping.pairs {
            guard let text = value.string, !text.isEmpty else { throw key.error("must have a value") }
            switch (key.text, text) {
            case ("cert_file", _): certificate = text
            case ("key_file", _): privateKey = text
            case ("min_version", "TLS12"): version = .tls12
            case ("min_version", "TLS13"): version = .tls13
            case ("min_version", _): throw key.error("must be TLS12 or TLS13")
            case ("client_auth_type", "NoClientCert"), ("prefer_server_cipher_suites", _): break
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

/// A YAML mapping with strings as keys, each of them unique.
private struct YAMLMapping {
    /// A key and its position in the file.
    struct Key {
        let text: String
        let position: String

        func error(_ problem: String) -> EndpointError { EndpointError("\(position): \(text) \(problem)") }
    }

    let pairs: [(key: Key, value: Node)]
    private let position: String

    init(_ node: Node, in file: String) throws(EndpointError) {
        func position(_ node: Node) -> String { node.mark.map { "\(file), line \($0.line)" } ?? file }
        self.position = position(node)
        guard let mapping = node.mapping else {
            throw EndpointError("\(position(node)): expected a mapping, that is, lines of `key: value`")
        }
        var pairs: [(Key, Node)] = []
        for (key, value) in mapping {
            guard let text = key.scalar?.string else {
                throw EndpointError("\(position(key)): a key must be a string")
            }
            pairs.append((Key(text: text, position: position(key)), value))
        }
        self.pairs = pairs
    }

    func error(_ problem: String) -> EndpointError { EndpointError("\(position): this mapping \(problem)") }
}
#endif
