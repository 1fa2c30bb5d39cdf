#if Exporters
import PowerSensorsHTTP
import Testing

/// What is said at the start about who can reach the endpoint.
struct EndpointExposureTests {
    private static let users = SecurityTests.users
    private static let tls = WebConfiguration.TLS(certificateFile: "a", keyFile: "b")

    private func notice(_ host: String, _ web: WebConfiguration?) -> String? {
        let address = EndpointAddress(host: host, port: 9840)
        return EndpointConfiguration(address: address, web: web).exposure(at: address)?.description
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.7", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.7"])
    func `an address that others can reach is told if it has no password, or sends it unencrypted`(host: String) {
        for web in [nil, WebConfiguration(), WebConfiguration(tls: Self.tls)] {
            #expect(notice(host, web)?.contains("without a password") == true)
        }
        #expect(notice(host, WebConfiguration(users: Self.users))?.contains("unencrypted") == true)
        #expect(notice(host, WebConfiguration(tls: Self.tls, users: Self.users)) == nil)
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
    func `nothing is said of an address that only this machine can reach`(host: String) {
        #expect(notice(host, nil) == nil)
        #expect(notice(host, WebConfiguration(users: Self.users)) == nil)
    }

    @Test func `an endpoint on localhost says nothing`() async throws {
        let notices = NoticeRecorder()
        let configuration = EndpointConfiguration(address: EndpointAddress(host: "localhost", port: 0))
        let endpoint = try await PrometheusEndpoint.start(
            configuration, pages: StubPages().page, reporting: notices.report)
        await endpoint.stop()
        #expect(notices.all.isEmpty)
    }
}
#endif
