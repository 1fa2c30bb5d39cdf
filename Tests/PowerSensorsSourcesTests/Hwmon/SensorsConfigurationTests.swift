import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

struct SensorsConfigurationTests {
    struct Text: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let isComputed: Bool
    }

    @Test(arguments: [
        Text(
            testDescription: "a line for the chip", text: "chip \"it87-*\"\n compute in3 @*2, @/2\n", isComputed: true),
        Text(testDescription: "without quotes", text: "chip it87-*\n\tcompute\tin3 @*2,@/2", isComputed: true),
        Text(
            testDescription: "one of several chips", text: "chip \"lm75-*\" \"it87-isa-*\"\ncompute in3 @,@",
            isComputed: true),
        Text(testDescription: "all chips", text: "chip \"*\"\ncompute in3 @*2, @/2", isComputed: true),
        Text(testDescription: "all chips of a bus", text: "chip \"*-isa-*\"\ncompute in3 @*2, @/2", isComputed: true),
        Text(
            testDescription: "joined lines", text: "chip \"lm75-*\" \\\n  \"it87-*\"\ncompute \\\n in3 @*2, @/2",
            isComputed: true),
        Text(testDescription: "a quoted feature", text: "chip \"it87-*\"\ncompute \"in3\" @*2, @/2", isComputed: true),
        Text(
            testDescription: "Windows' line ends", text: "chip \"it87-*\"\r\ncompute in3 @*2, @/2\r\n", isComputed: true
        ),
        Text(testDescription: "another feature", text: "chip \"it87-*\"\ncompute in30 @*2, @/2", isComputed: false),
        Text(testDescription: "another chip", text: "chip \"it8728-*\"\ncompute in3 @*2, @/2", isComputed: false),
        Text(testDescription: "a comment", text: "chip \"it87-*\"\n# compute in3 @*2, @/2", isComputed: false),
        Text(
            testDescription: "a later chip",
            text: "chip \"it87-*\"\nlabel in3 \"compute in3\"\nchip \"x-*\"\ncompute in3 @,@", isComputed: false),
        Text(testDescription: "no chip at all", text: "compute in3 @*2, @/2", isComputed: false),
        Text(testDescription: "nothing", text: "", isComputed: false),
        Text(
            testDescription: "an open quotation and a last backslash", text: "chip \"it87-*\ncompute in3 \\",
            isComputed: true),
    ])
    func `computed values in a configuration are found`(text: Text) {
        let configuration = SensorsConfiguration([text.text])
        #expect(configuration.computes("in3", ofChip: "it87") == text.isComputed)
    }

    @Test func `the system's files are read even through links out of their folder`() throws {
        let tree = try MockTree()
        try tree.write("chip \"it87-*\"\n compute in3 @*2, @/2\n", to: "store/main.conf")
        try tree.write("chip \"it87-*\"\n compute in4 @*2, @/2\n", to: "store/more/one.conf")
        try tree.link("etc/sensors3.conf", to: "/store/main.conf")
        try tree.link("etc/sensors.d", to: "../store/more")
        let configuration = SensorsConfiguration.ofSystem(try SystemRoot(path: tree.path, mountPoint: tree.path))
        #expect(configuration.computes("in3", ofChip: "it87"))
        #expect(configuration.computes("in4", ofChip: "it87"))
        #expect(!configuration.computes("in5", ofChip: "it87"))
    }

    @Test func `random bytes do not break the parser`() {
        var random = SeededGenerator(seed: 5)
        let pieces = [
            "chip", "compute", "in3", "\"", "#", "\\", "\n", " ", "it87-*", "*", "@", "\r\n", "\u{0}", "é", ",",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...30, using: &random)
            let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            _ = SensorsConfiguration([text]).computes("in3", ofChip: "it87")
        }
    }
}
