#if Exporters
/// TLS and users, as in the web configuration file of the Prometheus exporter toolkit.
///
/// It supports `tls_server_config` with `cert_file`, `key_file`, `min_version` (`TLS12` or `TLS13`), `client_auth_type:
/// NoClientCert` and `prefer_server_cipher_suites`, which changes nothing, `http_server_config` with `http2`, and
/// `basic_auth_users`. Anything else is an error: ignoring a security setting silently would be unsafe. The format is
/// described at <https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md>.
public struct WebConfiguration: Hashable, Sendable {
    /// The files of a certificate and its key, which may be replaced at any time.
    public struct TLS: Hashable, Sendable {
        /// A minimum version of TLS.
        public enum Version: Hashable, Sendable {
            /// TLS 1.2 or newer.
            case tls12
            /// TLS 1.3 or newer.
            case tls13
        }

        /// A PEM file with the certificate, followed by its intermediate certificates.
        public var certificateFile: String

        /// A PEM file with the certificate's unencrypted private key.
        public var keyFile: String

        /// The oldest version of TLS that clients may use.
        public var minimumVersion: Version

        /// The files of a certificate and its key, for TLS 1.2 or newer unless another version is given.
        public init(certificateFile: String, keyFile: String, minimumVersion: Version = .tls12) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.minimumVersion = minimumVersion
        }
    }

    /// The certificate and its key; nil for plain HTTP.
    public var tls: TLS?

    /// The bcrypt hash of each user's password, as made by `htpasswd -B`; without users no password is required.
    public var users: [String: String]

    /// A configuration; by default plain HTTP without passwords.
    public init(tls: TLS? = nil, users: [String: String] = [:]) {
        self.tls = tls
        self.users = users
    }
}
#endif
