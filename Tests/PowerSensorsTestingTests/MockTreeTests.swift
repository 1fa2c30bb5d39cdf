import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct MockTreeTests {
    @Test
    func `the folder and its contents are removed with the tree`() throws {
        var tree: MockTree? = try MockTree()
        let path = try #require(tree?.path)
        try tree?.write("1\n", to: "a/b/c")
        try tree?.link("a/link", to: "/")
        try tree?.makeDirectory("closed/inner")
        try tree?.setPermissions(0, of: "closed")
        #expect(unsafe access(path, F_OK) == 0)
        tree = nil
        #expect(unsafe access(path, F_OK) != 0)
    }

    @Test
    func `a tree inside another one retains it`() throws {
        var owner: MockTree? = try MockTree()
        let inner = try MockTree("sys", in: #require(owner), mountPoint: "/sys")
        owner = nil
        try inner.write("1\n", to: "file")
        #expect(try inner.text(of: "file") == "1\n")
    }

    @Test(arguments: ["../outside", "a/../../outside", "out/outside", "up/outside", "/outside"])
    func `nothing is written outside the folder`(path: String) throws {
        let around = try MockTree()
        let tree = try MockTree("inner", in: around, mountPoint: "/inner")
        try tree.link("out", to: around.path)
        try tree.link("up", to: "..")
        try tree.write("x", to: path)
        #expect(!around.exists("outside"))
        #expect(try tree.text(of: path) == "x")
    }

    @Test(arguments: ["", ".", "a/..", "/"])
    func `a path without a name is refused`(path: String) throws {
        let tree = try MockTree()
        #expect(throws: AttributeError.self) { try tree.write("x", to: path) }
        #expect(throws: AttributeError.self) { try tree.remove(path) }
    }

    @Test
    func `a link at the end of a path is not written through`() throws {
        let tree = try MockTree()
        try tree.write("kept", to: "file")
        try tree.link("link", to: "file")
        #expect(throws: AttributeError.self) { try tree.write("lost", to: "link") }
        #expect(throws: AttributeError.self) { try tree.setPermissions(0, of: "link") }
        #expect(try tree.text(of: "file") == "kept")
        #expect(try tree.target(of: "link") == "file")
        try tree.link("link", to: "elsewhere")
        #expect(try tree.target(of: "link") == "elsewhere")
        #expect(throws: AttributeError.self) { try tree.link("file", to: "elsewhere") }
    }

    @Test
    func `links on the way lead to the file`() throws {
        let tree = try MockTree("sys", in: MockTree(), mountPoint: "/sys")
        try tree.write("old", to: "devices/virtual/x/name")
        try tree.link("class/x", to: "../devices/virtual/x")
        try tree.link("class/y", to: "/sys/devices/virtual/x")
        try tree.write("new", to: "class/x/name")
        #expect(try tree.text(of: "devices/virtual/x/name") == "new")
        try tree.write("newer", to: "class/y/name")
        #expect(try tree.text(of: "devices/virtual/x/name") == "newer")
    }

    @Test
    func `a kept descriptor sees what is written in place and not what replaces the file`() throws {
        let tree = try MockTree()
        try tree.write("12345\n", to: "file")
        let descriptor = try tree.descriptor(of: "file")
        defer { close(descriptor) }
        try tree.write("7\n", to: "file")
        #expect(text(behind: descriptor) == "7\n")
        try tree.write("1234567\n", to: "file")
        #expect(text(behind: descriptor) == "1234567\n")
        try tree.replace("file", with: "8\n")
        #expect(text(behind: descriptor) == "1234567\n")
        #expect(try tree.text(of: "file") == "8\n")
    }

    @Test
    func `a reader at the same time never sees an empty or half a number`() async throws {
        let tree = try MockTree()
        try tree.write("1\n", to: "number")
        let numbers: [UInt64] = [1, 999_999_999_999, 22, 333_333]
        async let writing: Void = {
            for round in 0..<4000 { try tree.write("\(numbers[round % numbers.count])\n", to: "number") }
        }()
        let descriptor = try tree.descriptor(of: "number")
        defer { close(descriptor) }
        for _ in 0..<4000 {
            let text = text(behind: descriptor)
            let number = text.split(separator: "\n", maxSplits: 1).first.flatMap { UInt64($0) }
            #expect(number.map(numbers.contains) == true, "\(text.debugDescription)")
        }
        try await writing
    }

    @Test
    func `a file that only its owner may read can still be written`() throws {
        let tree = try MockTree()
        try tree.write("1\n", to: "file")
        try tree.setPermissions(0o400, of: "file")
        try tree.write("2\n", to: "file")
        #expect(try tree.text(of: "file") == "2\n")
        #expect(try tree.permissions("file") == 0o400)
    }
}

extension MockTree {
    /// A descriptor that is kept open, as a sensor keeps one.
    func descriptor(of path: String) throws(AttributeError) -> CInt {
        let descriptor = unsafe open("\(self.path)/\(path)", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw AttributeError(path: path, errno: errno) }
        return descriptor
    }

    func permissions(_ path: String) throws(AttributeError) -> UInt32 {
        var status = stat()
        if unsafe lstat("\(self.path)/\(path)", &status) != 0 { throw AttributeError(path: path, errno: errno) }
        return status.st_mode & 0o7777
    }
}

/// The text that a kept descriptor reads from the start.
func text(behind descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
}
