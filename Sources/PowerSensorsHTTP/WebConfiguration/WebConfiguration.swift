#if Exporters
/// TLS and users, as the web configuration file of the Prometheus exporter toolkit has them.
///
/// Understood are `tls_server_config` with `cert_file`, `key_file`, `min_version` (`TLS12` or `TLS13`) and `client_auth_type:
/// NoClientCert`, `http_server_config` with `http2: false`, and `basic_auth_users`. Anything else is refused: a setting
/// for safety that is passed over in silence is none. The format is described at
/// <https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md>.
public struct WebConfiguration: Hashable, Sendable {
    /// A certificate with its key, in files that may be replaced at any time.
    public struct TLS: Hashable, Sendable {
        /// The oldest version of TLS that is spoken.
        public enum Version: Hashable, Sendable {
            /// TLS 1.2, and newer ones.
            case tls12
            /// TLS 1.3 only.
            case tls13
        }

        /// A PEM file with the certificate, and the ones that lead to its root behind it.
        public var certificateFile: String

        /// A PEM file with the certificate's private key, not encrypted.
        public var keyFile: String

        /// The oldest version of TLS that is spoken.
        public var minimumVersion: Version

        /// A certificate with its key.
        public init(certificateFile: String, keyFile: String, minimumVersion: Version = .tls12) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.minimumVersion = minimumVersion
        }
    }

    /// The certificate; nil for plain HTTP.
    public var tls: TLS?

    /// bcrypt hashes of the users' passwords by their names, as `htpasswd -B` makes them; none where everybody may come in.
    public var users: [String: String]

    /// A configuration.
    public init(tls: TLS? = nil, users: [String: String] = [:]) {
        self.tls = tls
        self.users = users
    }
}
#endif
