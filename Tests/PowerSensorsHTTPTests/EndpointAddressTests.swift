#if Exporters
import PowerSensorsHTTP
import Testing

struct EndpointAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9840", "127.0.0.1", 9840), ("9840", "127.0.0.1", 9840), ("[::1]:9840", "::1", 9840),
        ("0.0.0.0:0", "0.0.0.0", 0), ("localhost:65535", "localhost", 65535), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
    ])
    func `an address is parsed`(text: String, host: String, port: Int) throws {
        let address = try EndpointAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(arguments: [
        "", ":", ":9840", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:9840",
        "[::1]",
        "http://127.0.0.1:9840", "a b:1", "127.0.0.1:9840/metrics", "[]:1",
    ])
    func `an invalid address is an error that quotes it and shows the allowed forms`(text: String) {
        #expect {
            try EndpointAddress(text)
        } throws: { error in
            "\(error)".contains(text) && "\(error)".contains("[::1]:9840")
        }
    }

    @Test func `IPv6 addresses are printed with brackets`() {
        #expect(EndpointAddress(host: "::1", port: 5).description == "[::1]:5")
        #expect(EndpointAddress(port: 5).description == "127.0.0.1:5")
    }
}
#endif
