import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Folders that others may write to: what they place there redirects nothing, and stops nothing.
struct HostileFolderTests {
    /// A folder for files that anybody may write to, and files beside it that must not be changed.
    struct Bed {
        let tree: MockTree
        let folder: String

        init(mode: UInt32 = 0o1777) throws {
            tree = try MockTree()
            try tree.write("untouched\n", to: "outside/canary")
            try tree.makeDirectory("open")
            try tree.setPermissions(mode, of: "open")
            folder = "\(tree.path)/open"
        }

        /// Gives what has a name to a user who does not run the tests.
        func giveAway(_ name: String) throws {
            try #require(unsafe lchown("\(folder)/\(name)", 54_321, 54_321) == 0)
        }

        func expectOutsideUntouched() throws {
            #expect(try tree.text(of: "outside/canary") == "untouched\n")
            #expect(try tree.names(in: "outside") == ["canary"])
        }
    }

    /// Something that another user places where a file is to be written.
    enum Trap: CaseIterable, CustomTestStringConvertible {
        case link, danglingLink, hardLink, pipe, file

        var testDescription: String { "\(self)" }

        func set(_ name: String, in bed: Bed) throws {
            let place = "\(bed.folder)/\(name)"
            switch self {
            case .link: try #require(unsafe symlink("../outside/canary", place) == 0)
            case .danglingLink: try #require(unsafe symlink("\(bed.tree.path)/outside/new", place) == 0)
            case .hardLink:
                // Of a file of ours, which keeps its owner.
                let canary = "\(bed.tree.path)/outside/canary"
                return try #require(unsafe linkat(AT_FDCWD, canary, AT_FDCWD, place, 0) == 0)
            case .pipe: try #require(unsafe mkfifo(place, 0o666) == 0)
            case .file:
                try bed.tree.write("theirs\n", to: "open/\(name)")
                try bed.tree.setPermissions(0o666, of: "open/\(name)")
            }
            try bed.giveAway(name)
        }
    }

    private static let modes: [UInt32] = [0o1777, 0o777, 0o770]

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"), arguments: Trap.allCases, modes)
    func `nothing is appended to what another user placed`(trap: Trap, mode: UInt32) throws {
        for format in [SnapshotFileExporter.Format.json, .csv] {
            let bed = try Bed(mode: mode)
            try trap.set("power", in: bed)
            var exporter = SnapshotFileExporter(format, to: "\(bed.folder)/power", node: "n1")
            exporter.prepare(for: Samples.topology())
            let error = try #require(throws: OutputFileError.self) { try exporter.export(Samples.snapshot()) }
            #expect(error.errno == EPERM)
            #expect(error.description.hasPrefix("\(bed.folder)/power: "))
            #expect(error.description.contains("others may write to its folder"), "\(error)")
            #expect(throws: error) { try OutputFile.check("\(bed.folder)/power", isReplaced: false) }
            try bed.expectOutsideUntouched()
            if trap == .file { #expect(try bed.tree.text(of: "open/power") == "theirs\n") }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"), arguments: Trap.allCases, modes)
    func `what another user placed is replaced, and not what it leads to`(trap: Trap, mode: UInt32) throws {
        let bed = try Bed(mode: mode)
        try trap.set("power.prom", in: bed)
        // A temporary file's name cannot be foreseen, so a trap in its place is none.
        try Trap.pipe.set("power.prom.\(getpid()).tmp", in: bed)
        var exporter = TextfileExporter("\(bed.folder)/power.prom", format: PrometheusFormat(version: "1"))
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        try exporter.export(Samples.snapshot())
        var status = stat()
        try #require(unsafe lstat("\(bed.folder)/power.prom", &status) == 0)
        #expect(status.st_mode & 0o7777 & ~0o640 == 0 && status.st_mode & S_IFMT == S_IFREG)
        #expect(status.st_uid == geteuid() && status.st_nlink == 1)
        try bed.expectOutsideUntouched()
        exporter.finish()
        #expect(try bed.tree.names(in: "open") == ["power.prom.\(getpid()).tmp"])
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"))
    func `what another user placed later is not removed at the end`() throws {
        let bed = try Bed()
        var exporter = TextfileExporter("\(bed.folder)/power.prom", format: PrometheusFormat(version: "1"))
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        unsafe unlink("\(bed.folder)/power.prom")
        try Trap.file.set("power.prom", in: bed)
        exporter.finish()
        #expect(try bed.tree.text(of: "open/power.prom") == "theirs\n")
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"))
    func `a folder on the way is not found through another user's link`() throws {
        let bed = try Bed()
        try #require(unsafe symlink("../outside", "\(bed.folder)/way") == 0)
        try bed.giveAway("way")
        let path = "\(bed.folder)/way/power"
        for isReplaced in [false, true] {
            #expect(throws: OutputFileError.self) { try OutputFile.check(path, isReplaced: isReplaced) }
        }
        #expect(throws: OutputFileError.self) { try OutputFile.replace(path, with: [1]) }
        let error = try #require(throws: ShareFault.self) {
            _ = try GuestPublisher(folder: path, configuration: GuestConfiguration(users: [0]))
        }
        #expect(error.description.contains("The link way"), "\(error)")
        try bed.expectOutsideUntouched()
    }

    @Test func `links of one's own are followed, also in folders of others, and stay`() throws {
        for mode: UInt32 in [0o1777, 0o755] {
            let bed = try Bed(mode: mode)
            try bed.tree.link("open/way", to: "../outside")
            try bed.tree.link("open/power.json", to: "way/real.json")
            try bed.tree.link("open/power.prom", to: "\(bed.folder)/way/real.prom")
            var json = SnapshotFileExporter(.json, to: "\(bed.folder)/power.json", node: "n1")
            var textfile = TextfileExporter("\(bed.folder)/power.prom", format: PrometheusFormat(version: "1"))
            json.prepare(for: Samples.topology())
            textfile.prepare(for: Samples.topology())
            for _ in 0..<2 {
                try json.export(Samples.snapshot())
                try textfile.export(Samples.snapshot())
            }
            #expect(try bed.tree.names(in: "outside") == ["canary", "real.json", "real.prom"])
            #expect(try bed.tree.names(in: "open") == ["power.json", "power.prom", "way"])
            #expect(try bed.tree.text(of: "outside/real.json").split(separator: "\n").count == 2)
            textfile.finish()
            #expect(try bed.tree.names(in: "outside") == ["canary", "real.json"])
        }
    }

    @Test func `links that lead in a circle are an error`() throws {
        let bed = try Bed()
        try bed.tree.link("open/a", to: "b")
        try bed.tree.link("open/b", to: "a")
        let error = try #require(throws: OutputFileError.self) {
            try OutputFile.check("\(bed.folder)/a", isReplaced: false)
        }
        #expect(error.errno == ELOOP)
    }

    @Test(arguments: ["", "/", "open/", "open", "open/.", "open/..", "missing/a", "outside/canary/a"])
    func `a path that leads to no file is an error`(path: String) throws {
        let bed = try Bed()
        let full = path.isEmpty || path == "/" ? path : "\(bed.tree.path)/\(path)"
        for isReplaced in [false, true] {
            let error = try #require(throws: OutputFileError.self) {
                try OutputFile.check(full, isReplaced: isReplaced)
            }
            #expect([ENOENT, EISDIR, ENOTDIR].contains(error.errno))
        }
        #expect(throws: OutputFileError.self) { try OutputFile.replace(full, with: []) }
    }

    @Test(arguments: [false, true])
    func `a pipe of one's own, or of the folder's owner, is written while it is read`(isForeign: Bool) throws {
        if isForeign, geteuid() != 0 { try Test.cancel("needs root, to give a pipe away") }
        let bed = try Bed(mode: isForeign ? 0o755 : 0o1777)
        let path = "\(bed.folder)/pipe"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        if isForeign { for name in [".", "pipe"] { try bed.giveAway(name) } }
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        var exporter = SnapshotFileExporter(.json, to: path, node: "n1")
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(reader, &bytes, bytes.count)
        #expect(count > 0 && bytes.prefix(count).last == UInt8(ascii: "\n"))
    }

    @Test func `a pipe or device of one's own is not replaced by a file`() throws {
        let bed = try Bed()
        let path = "\(bed.folder)/pipe"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        for path in [path, "/dev/null", "/dev/stdout", "/proc/self/fd/1"] {
            let error = try #require(throws: OutputFileError.self) { try OutputFile.replace(path, with: [1]) }
            #expect(error.description.hasSuffix("a new file would take its place. Name a regular file."), "\(error)")
        }
    }

    @Test func `temporary files that a killed program left behind are removed at the start`() throws {
        let bed = try Bed()
        let (stale, running, foreign) = ("0123456789abcdef", "00000000000000aa", "00000000000000bb")
        for name in [stale, running, foreign] { try bed.tree.write("1", to: "open/power.prom.\(name).tmp") }
        for name in ["power.prom.old.tmp", "other.prom.\(stale).tmp", "power.prom.\(stale)"] {
            try bed.tree.write("1", to: "open/\(name)")
        }
        if geteuid() == 0 { try bed.giveAway("power.prom.\(foreign).tmp") }
        let writer = unsafe open("\(bed.folder)/power.prom.\(running).tmp", O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        try #require(flock(writer, LOCK_EX | LOCK_NB) == 0)
        var exporter = TextfileExporter("\(bed.folder)/power.prom", format: PrometheusFormat(version: "1"))
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        var left = ["other.prom.\(stale).tmp", "power.prom", "power.prom.\(running).tmp", "power.prom.\(stale)"]
        left += ["power.prom.old.tmp"] + (geteuid() == 0 ? ["power.prom.\(foreign).tmp"] : [])
        #expect(try bed.tree.names(in: "open") == left.sorted())
    }
}
