import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Both ways of resolving a path must agree: openat2(2), and the one for kernels and sandboxes without it.
struct SystemRootTests {
    @Test(arguments: [true, false])
    func `links are resolved beneath the root, and none leads out`(byKernel: Bool) throws {
        let tree = try MockTree()
        try tree.write("7\n", to: "devices/zone/energy_uj")
        try tree.write("secret\n", to: "etc/passwd")
        let links = [
            "relative": "devices/zone", "absolute": "/devices/zone", "mounted": "/sys/devices/zone",
            "up": "../../../../../devices/zone", "whole": "\(tree.path)/devices/zone", "chain": "relative",
        ]
        for (name, target) in links { try tree.link(name, to: target) }
        try tree.link("class/deep/up", to: "../../devices/zone")
        try tree.link("out", to: "/etc/passwd")
        try tree.link("loop", to: "loop")
        let root = try SystemRoot(path: tree.path, mountPoint: "/sys", prefersKernelResolution: byKernel)
        for name in links.keys + ["class/deep/up", "devices/./zone/../zone", "/devices//zone"] {
            #expect(try root.number("\(name)/energy_uj") == 7, "\(name)")
        }
        #expect(try root.text("out") == "secret", "the root's own etc, not the machine's")
        #expect(!root.exists("loop"))
        #expect(!root.exists("missing/energy_uj"))
        #expect(throws: AttributeError(path: "\(tree.path)/missing", errno: 2)) { try root.text("missing") }
    }

    @Test func `a root that does not exist is an error that names it`() {
        #expect {
            try SystemRoots(sysfs: "/nonexistent/sys")
        } throws: { error in
            "\(error)" == "/nonexistent/sys: No such file or directory"
        }
    }

    @Test func `lists are sorted, and a file is no folder`() throws {
        let tree = try MockTree()
        try tree.write("1", to: "b")
        try tree.write("1", to: "a")
        let root = try SystemRoot(path: tree.path, mountPoint: "/sys")
        #expect(try root.list("") == ["a", "b"])
        #expect(throws: AttributeError.self) { try root.list("a") }
    }

    @Test(.timeLimit(.minutes(1))) func `a pipe without a writer does not block`() throws {
        let tree = try MockTree()
        try #require(unsafe mkfifo("\(tree.path)/energy_uj", 0o644) == 0)
        let root = try SystemRoot(path: tree.path, mountPoint: "/sys")
        #expect(throws: AttributeError.self) { try root.number("energy_uj") }
        #expect(try root.text("energy_uj").isEmpty)
    }

    @Test func `text is trimmed, and invalid UTF-8 is repaired`() throws {
        let tree = try MockTree()
        try tree.write(bytes: [0x20, 0x70, 0xFF, 0x71, 0x0A, 0x00], to: "name")
        let root = try SystemRoot(path: tree.path, mountPoint: "/sys")
        #expect(try root.text("name") == "p\u{FFFD}q")
    }
}
