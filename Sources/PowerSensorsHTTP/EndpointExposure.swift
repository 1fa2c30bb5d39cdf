#if Exporters
extension EndpointConfiguration {
    /// What the operator should know of an endpoint that other machines can reach; nil for one that only this machine can.
    ///
    /// - Parameter bound: The numeric address and the port that it listens on.
    package func exposure(at bound: EndpointAddress) -> EndpointNotice? {
        if bound.host == "::1" || ["127.", "::ffff:127."].contains(where: bound.host.hasPrefix) { return nil }
        if web?.users.isEmpty != false {
            return EndpointNotice(
                isProblem: true,
                description: "\(bound) shows other machines this one's figures without a password. Remedy: set"
                    + " basic_auth_users in a web configuration file, or listen on 127.0.0.1")
        }
        guard web?.tls == nil else { return nil }
        return EndpointNotice(
            isProblem: true,
            description: "\(bound) gets its passwords unencrypted, as it has no certificate. Remedy: set"
                + " tls_server_config in the web configuration file")
    }
}
#endif
