import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct KeptFileTests {
    @Test func `a file is read again from its start, up to the buffer's size`() throws {
        let machine = try MockMachine()
        try machine.procfs.write("one\n", to: "stat")
        var file = KeptFile("stat", beneath: machine.roots.procfs)
        #expect(try text(&file) == "one\n")
        try machine.procfs.write("twenty-two\n", to: "stat")
        #expect(try text(&file) == "twenty-t")
    }

    @Test func `a missing file is an error, and is read once it exists`() throws {
        let machine = try MockMachine()
        var file = KeptFile("stat", beneath: machine.roots.procfs)
        #expect(throws: AttributeError(path: "\(machine.procfs.path)/stat", errno: ENOENT)) { try text(&file) }
        try machine.procfs.write("here\n", to: "stat")
        usleep(150_000)
        #expect(try text(&file) == "here\n")
    }

    @Test func `a file whose descriptor is dead is opened again`() throws {
        let machine = try MockMachine()
        try machine.procfs.write("one\n", to: "stat")
        var file = KeptFile("stat", beneath: machine.roots.procfs)
        #expect(try text(&file) == "one\n")
        try machine.procfs.inject(.gone, at: "stat")
        #expect(throws: AttributeError(path: "\(machine.procfs.path)/stat", errno: ENODEV)) { try text(&file) }
        try machine.procfs.restore("stat")
        usleep(150_000)
        #expect(try text(&file) == "one\n")
    }

    private func text(_ file: inout KeptFile) throws(AttributeError) -> String {
        var buffer = InlineArray<8, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        let count = try file.read(into: &bytes)
        return String(decoding: (0..<count).map { buffer[$0] }, as: UTF8.self)
    }
}
