#if Exporters
import CPowerSensorsHTTP
import PowerSensorsHTTP
import Testing

struct BasicCredentialsTests {
    @Test(arguments: [
        // The two examples of RFC 7617, sections 2 and 2.1.
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
        ("Basic dGVzdDoxMjPCow==", "test", "123£"),
        ("basic dGVzdDoxMjPCow", "test", "123£"),
        ("BASIC  OmI6Yw==", "", "b:c"),
        ("Basic YTo=", "a", ""),
    ])
    func `name and password are read`(header: String, user: String, password: String) throws {
        let credentials = try #require(BasicCredentials(header))
        #expect(credentials.user == Array(user.utf8))
        #expect(credentials.password == Array(password.utf8))
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVu", "Basic QWxh ZGRpbjo=", "Basic YQ==", "Basic a", "Basic =",
        "Basic YTo====",
        "Basic Y-o_", "Basic YTpiAGM=", "Basic é", "Basic Y=To",
    ])
    func `anything else is nobody`(header: String) {
        #expect(BasicCredentials(header) == nil)
    }

    @Test(arguments: [
        // The examples of FIPS 180-4 that NIST publishes, and what lies around the edges of a block.
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func `the digest is SHA-256`(text: String, digest: String) {
        var bytes = [UInt8](repeating: 0, count: 32)
        let input = Array(text.utf8)
        unsafe cpowersensorshttp_sha256(input, input.count, &bytes)
        let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hexadecimal == digest)
    }
}
#endif
