#if Exporters
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
    func `name and password are parsed`(header: String, user: String, password: String) throws {
        let credentials = try #require(BasicCredentials(header))
        #expect(credentials.user == Array(user.utf8))
        #expect(credentials.password == Array(password.utf8))
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVu", "Basic QWxh ZGRpbjo=", "Basic YQ==", "Basic a", "Basic =",
        "Basic YTo====",
        "Basic Y-o_", "Basic YTpiAGM=", "Basic é", "Basic Y=To",
    ])
    func `anything else is not accepted`(header: String) {
        #expect(BasicCredentials(header) == nil)
    }
}
#endif
