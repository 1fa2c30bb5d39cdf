#if Exporters
import PowerSensorsPush
import Testing

struct PushAddressTests {
    @Test(arguments: [
        ("http://loki:3100", "http://loki:3100/loki/api/v1/push"),
        ("http://loki:3100/", "http://loki:3100/loki/api/v1/push"),
        ("HTTPS://loki", "https://loki/loki/api/v1/push"),
        ("http://loki/loki/api/v1/push", "http://loki/loki/api/v1/push"),
        ("http://proxy/logs", "http://proxy/logs/loki/api/v1/push"),
        ("http://proxy/loki", "http://proxy/loki/api/v1/push"),
        ("http://proxy/loki/api/v1/", "http://proxy/loki/api/v1/push"),
        ("http://logs/insert/loki/api/v1/push?a=b", "http://logs/insert/loki/api/v1/push?a=b"),
        ("http://[::1]:3100", "http://[::1]:3100/loki/api/v1/push"),
        ("http://user:pass@loki", "http://loki/loki/api/v1/push"),
    ])
    func `Loki's path is added if it is missing`(text: String, url: String) throws {
        #expect(try PushAddress(loki: text).url == url)
    }

    @Test(arguments: ["http://loki:3100/api/prom/push", "http://loki/prefix/api/prom/push/"])
    func `the path that stores nothing is refused with the reason`(text: String) {
        #expect {
            _ = try PushAddress(loki: text)
        } throws: { error in
            "\(error)".contains("204") && "\(error)".contains("/loki/api/v1/push")
        }
    }

    @Test(arguments: [
        "", "loki", "loki:3100", "ftp://loki", "http://", "http://loki:99999", "http://lo ki", "://", "http:///push",
        "http://loki/loki/api/v1/query", "http://loki/otlp/api/v1",
    ])
    func `an address that cannot be Loki's is one clear error`(text: String) {
        #expect {
            _ = try PushAddress(loki: text)
        } throws: { error in
            error is PushSetupError && "\(error)".contains("Remedy: ") && !"\(error)".contains("\n")
        }
    }

    @Test func `a host's name with letters beyond ASCII has a remedy of its own`() {
        #expect {
            _ = try PushAddress("http://me:secret@löki:3100")
        } throws: { error in
            "\(error)".contains("letters beyond ASCII. Remedy: Write it in its xn-- form.")
        }
    }

    @Test(arguments: ["http://me:pä/secret@host", "http://me:pä?secret@host", "http://me:pä#secret@löki"])
    func `a password with letters and slashes is not taken for the host's name`(text: String) {
        #expect {
            _ = try PushAddress(text)
        } throws: { error in
            "\(error)".contains("not the address of a server") && !"\(error)".contains("secret")
                && "\(error)".contains("%2F")
        }
    }

    @Test(arguments: [
        ("http://me:secret@host/a", true), ("http://me:secret@127.example", true), ("https://me:secret@host", false),
        ("http://host", false), ("http://me:secret@localhost", false), ("http://me:secret@127.0.0.2:80", false),
        ("http://me:secret@[::1]:80", false),
        ("http://host/push?token=secret", true), ("http://host/push?x=1&Api_Key=secret", true),
        ("http://host/push?secret", true), ("https://host/push?token=secret", false),
        ("http://localhost/push?token=secret", false), ("http://host/push?_stream_fields=host", false),
        ("http://host/push?", false),
    ])
    func `a password or token that is sent to another machine unencrypted is reported`(
        text: String, isReported: Bool
    ) {
        let warning = PushAddress.warning(about: text, sending: nil)
        #expect((warning != nil) == isReported)
        #expect(warning?.contains("secret") != true)
    }

    @Test func `a token from a file that is sent to another machine unencrypted is reported`() {
        #expect(PushAddress.warning(about: "http://host", sending: .bearer("secret")) != nil)
    }

    @Test func `user and password are taken from the address and never printed`() throws {
        let address = try PushAddress("http://me:s%C3%A9cret@loki")
        #expect(address.credentials == .basic(user: "me", password: "sécret"))
        #expect(!address.url.contains("cret"))
        #expect(address.credentials?.description.contains("cret") == false)
        #expect {
            _ = try PushAddress("ftp://me:secret@loki")
        } throws: { error in
            !"\(error)".contains("secret")
        }
    }
}
#endif
