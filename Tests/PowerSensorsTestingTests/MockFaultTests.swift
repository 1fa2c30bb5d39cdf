import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct MockFaultTests {
    @Test(arguments: MockFault.everyText + MockFault.everyLoss)
    func `a fault hides what is written until the file is restored`(fault: MockFault) throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "folder/file")
        try tree.setPermissions(0o440, of: "folder/file")
        try tree.inject(fault, at: "folder/file")
        #expect((try? tree.text(of: "folder/file")) != "100\n" || (fault == .forbidden && getuid() == 0))
        try tree.write("200\n", to: "folder/file")
        #expect((try? tree.text(of: "folder/file")) != "200\n")
        try tree.restore("folder/file")
        #expect(try tree.text(of: "folder/file") == "200\n")
        #expect(try tree.permissions("folder/file") == 0o440)
    }

    struct Shown: CustomTestStringConvertible {
        let fault: MockFault
        let text: String?
        var testDescription: String { fault.description }
    }

    @Test(arguments: [
        Shown(fault: .empty, text: ""),
        Shown(fault: .garbage, text: "<not supported>\n"),
        Shown(fault: .withoutNewline, text: "200"),
        Shown(fault: .negative, text: "-200\n"),
        Shown(fault: .overflow, text: "18446744073709551616\n"),
        Shown(fault: .padded(to: 5), text: "200  \n"),
        Shown(fault: .text("1 2\n"), text: "1 2\n"),
        Shown(fault: .missing, text: nil),
        Shown(fault: .directory, text: nil),
        Shown(fault: .danglingLink, text: nil),
    ])
    func `a fault also changes text that is written later`(shown: Shown) throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "file")
        try tree.inject(shown.fault, at: "file")
        try tree.write("200\n", to: "file")
        #expect((try? tree.text(of: "file")) == shown.text)
    }

    @Test
    func `a forbidden file has no permissions`() throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "file")
        try tree.inject(.forbidden, at: "file")
        #expect(try tree.permissions("file") == 0)
    }

    @Test
    func `a new fault replaces the old one, and restoring twice has no effect`() throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "file")
        try tree.inject(.directory, at: "file")
        try tree.inject(.negative, at: "file")
        #expect(try tree.text(of: "file") == "-100\n")
        try tree.restore("file")
        try tree.restore("file")
        #expect(try tree.text(of: "file") == "100\n")
    }

    @Test
    func `a fault can be injected through a link or the real folder`() throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "devices/x/file")
        try tree.link("class/x", to: "../devices/x")
        try tree.inject(.missing, at: "class/x/file")
        try tree.write("200\n", to: "devices/x/file")
        #expect(!tree.exists("devices/x/file"))
        try tree.restore("devices/x/file")
        #expect(try tree.text(of: "class/x/file") == "200\n")
    }

    @Test
    func `a fault cannot be injected into a missing file`() throws {
        let tree = try MockTree()
        #expect(throws: AttributeError.self) { try tree.inject(.empty, at: "file") }
    }

    @Test
    func `a removed file is removed with its fault`() throws {
        let tree = try MockTree()
        try tree.write("100\n", to: "folder/file")
        try tree.inject(.empty, at: "folder/file")
        try tree.remove("folder")
        try tree.write("200\n", to: "folder/file")
        #expect(try tree.text(of: "folder/file") == "200\n")
    }
}
