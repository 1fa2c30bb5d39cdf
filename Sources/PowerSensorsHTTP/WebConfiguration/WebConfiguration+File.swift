#if Exporters
import Yams

extension WebConfiguration {
    /// Reads a file of YAML. Paths in it are relative to its own folder.
    ///
    /// - Parameter path: The file, of a megabyte at most.
    /// - Throws: ``EndpointError`` that names the file, the line and what is allowed there.
    public init(file path: String) throws(EndpointError) {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        try self.init(yaml: text, name: path, folder: folder)
    }

    /// Reads YAML.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - name: What the file is called in messages.
    ///   - folder: What is put before relative paths: empty, or something that ends with a slash.
    package init(yaml text: String, name: String, folder: String) throws(EndpointError) {
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch {
            // The parser's message draws the place on lines of its own; the first one says what is wrong.
            let line = "\(error)".split(separator: "\n").first.map(String.init) ?? "it cannot be parsed"
            throw EndpointError("\(name): this is no YAML: \(line)")
        }
        self.init()
        // An empty file asks for nothing, as with the toolkit.
        guard let node, node.null == nil else { return }
        for (key, value) in try YAMLMapping(node, in: name).pairs {
            switch key.text {
            case "tls_server_config": tls = try TLS(YAMLMapping(value, in: name), folder)
            case "http_server_config": try Self.check(http: YAMLMapping(value, in: name))
            case "basic_auth_users": users = try Self.users(YAMLMapping(value, in: name))
            default:
                throw key.refused(
                    "is not known; allowed are tls_server_config, http_server_config and basic_auth_users")
            }
        }
    }

    private static func check(http mapping: YAMLMapping) throws(EndpointError) {
        for (key, value) in mapping.pairs {
            guard key.text == "http2" else { throw key.refused("is not supported; leave it out") }
            guard value.bool != nil else { throw key.refused("must be true or false") }
            // HTTP/2 is an offer that a client need not take up, so a client that hears HTTP/1.1 is content.
        }
    }

    private static func users(_ mapping: YAMLMapping) throws(EndpointError) -> [String: String] {
        var users: [String: String] = [:]
        for (key, value) in mapping.pairs {
            guard let hash = value.string, BcryptHash(hash) != nil else {
                throw key.refused("has no bcrypt hash; make one with: htpasswd -nB \(key.text)")
            }
            guard !key.text.contains(":") else { throw key.refused("has a colon, which no user's name can have") }
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
            guard let text = value.string, !text.isEmpty else { throw key.refused("must have a value") }
            switch (key.text, text) {
            case ("cert_file", _): certificate = text
            case ("key_file", _): privateKey = text
            case ("min_version", "TLS12"): version = .tls12
            case ("min_version", "TLS13"): version = .tls13
            case ("min_version", _): throw key.refused("must be TLS12 or TLS13")
            case ("client_auth_type", "NoClientCert"), ("prefer_server_cipher_suites", _): break
            default: throw key.refused("is not supported; leave it out")
            }
        }
        guard let certificate else { throw mapping.refused("lacks cert_file, the PEM file of the certificate") }
        guard let privateKey else { throw mapping.refused("lacks key_file, the PEM file of the private key") }
        func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
        self.init(
            certificateFile: resolved(certificate), keyFile: resolved(privateKey), minimumVersion: version)
    }
}

/// A mapping of YAML whose keys are texts, each of them once.
private struct YAMLMapping {
    /// A key, with the place where it stands.
    struct Key {
        let text: String
        let place: String

        func refused(_ reason: String) -> EndpointError { EndpointError("\(place): \(text) \(reason)") }
    }

    let pairs: [(key: Key, value: Node)]
    private let place: String

    init(_ node: Node, in file: String) throws(EndpointError) {
        func place(_ node: Node) -> String { node.mark.map { "\(file), line \($0.line)" } ?? file }
        self.place = place(node)
        guard let mapping = node.mapping else {
            throw EndpointError("\(place(node)): here a mapping is expected, lines of `key: value`")
        }
        var pairs: [(Key, Node)] = []
        for (key, value) in mapping {
            guard let text = key.scalar?.string else {
                throw EndpointError("\(place(key)): a key must be a text")
            }
            pairs.append((Key(text: text, place: place(key)), value))
        }
        self.pairs = pairs
    }

    func refused(_ reason: String) -> EndpointError { EndpointError("\(place): this mapping \(reason)") }
}
#endif
