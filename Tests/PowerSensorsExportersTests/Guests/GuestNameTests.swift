import PowerSensorsExporters
import Testing

struct GuestNameTests {
    @Test(arguments: [
        ("web", "", "web"), ("web", "default", "default_web"), ("Web-1.example_2", "", "Web-1.example_2"),
        ("..", "", "_."), (".", "", "_"), (".hidden", "", "_hidden"), ("a/../b", "", "a_.._b"),
        ("/etc/passwd", "", "_etc_passwd"), ("a\nb\u{0}c\u{7F}", "", "a_b_c_"), ("-rf", "", "-rf"),
        ("grün", "", "gr__n"), ("💡", "", "____"), ("a b", "", "a_b"),
    ])
    func `a name keeps its harmless characters`(name: String, namespace: String, expected: String) {
        #expect(GuestName(name: name, namespace: namespace, uuid: "")?.description == expected)
    }

    @Test func `a long name is cut off, and a machine without a name has its UUID as one`() throws {
        let long = try #require(GuestName(name: String(repeating: "x", count: 300), namespace: "", uuid: ""))
        #expect(long.description == String(repeating: "x", count: 128))
        #expect(GuestName(name: "", namespace: "n", uuid: "6f0c")?.description == "6f0c")
        #expect(GuestName(name: "", namespace: "n", uuid: "") == nil)
    }

    @Test func `no name leads out of the folder`() {
        for byte in UInt8.min...UInt8.max {
            for text in [[byte], [byte, byte], [0x61, byte], [byte, 0x61, byte]] {
                guard let name = GuestName(name: String(decoding: text, as: UTF8.self), namespace: "", uuid: "") else {
                    Issue.record("\(text) has no name")
                    continue
                }
                #expect(!name.description.contains("/") && !name.description.hasPrefix("."))
                #expect(name.description.utf8.allSatisfy { (0x2D...0x7A).contains($0) })
            }
        }
    }
}
