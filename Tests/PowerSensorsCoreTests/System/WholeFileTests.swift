import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Files that a user names, which may be anything.
struct WholeFileTests {
    @Test(arguments: [false, true])
    func `a pipe that nobody writes to, or closes, is given up`(hasWriter: Bool) throws {
        let pipe = try Pipe()
        // Opened for both, it has a writer without waiting for one.
        let writer = hasWriter ? unsafe open(pipe.path, O_RDWR | O_CLOEXEC) : -1
        defer { if hasWriter { close(writer) } }
        if hasWriter { try #require(unsafe write(writer, "#", 1) == 1) }
        #expect(fault(pipe.path, patience: .milliseconds(20)) == "endless")
    }

    @Test func `a pipe that was written and closed is read to its end`() throws {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        try #require(unsafe write(ends[1], "abc", 3) == 3)
        close(ends[1])
        let bytes = try WholeFile.named("/proc/self/fd/\(ends[0])", mayBePipe: true, patience: .seconds(60))
        close(ends[0])
        #expect(bytes == Array("abc".utf8))
    }

    @Test func `what a writer left in a pipe that another holds open is read to its end`() throws {
        let pipe = try Pipe()
        let other = unsafe open(pipe.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let writer = unsafe open(pipe.path, O_WRONLY | O_CLOEXEC)
        try #require(unsafe write(writer, "abc", 3) == 3)
        close(writer)
        let bytes = try WholeFile.named(pipe.path, mayBePipe: true, patience: .seconds(60))
        close(other)
        #expect(bytes == Array("abc".utf8))
    }

    @Test(arguments: [
        ("/dev/null", "0 bytes"), ("/dev/zero", "tooLarge(limit: 1024)"), ("/tmp", "notAFile"),
        ("/proc/self/stat/none", "unreadable"),
    ])
    func `what has no end, or is no file, is refused, and does not fill the memory`(path: String, expected: String) {
        #expect(fault(path, patience: .seconds(60)) == expected)
    }

    /// Why a path cannot be read, or else how many bytes it has.
    private func fault(_ path: String, patience: Duration) -> String {
        do throws(NamedFileFault) {
            let bytes = try WholeFile.named(path, limit: 1024, mayBePipe: true, patience: patience)
            return "\(bytes.count) bytes"
        } catch {
            if case .unreadable = error { return "unreadable" }
            return "\(error)"
        }
    }
}

/// A pipe with a name.
private struct Pipe {
    private let folder: MockTree
    var path: String { "\(folder.path)/pipe" }

    init() throws {
        folder = try MockTree()
        try #require(unsafe mkfifo(path, 0o600) == 0)
    }
}
