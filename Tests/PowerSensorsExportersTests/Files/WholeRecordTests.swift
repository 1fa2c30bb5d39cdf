import PowerSensors
import PowerSensorsExporters
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What a full disk, a kill or a slow reader leaves behind: whole records, and only those.
struct WholeRecordTests {
    private static let newline = UInt8(ascii: "\n")

    private static func exporter(_ format: SnapshotFileExporter.Format, _ path: String) -> SnapshotFileExporter {
        var exporter = SnapshotFileExporter(format, to: path, node: "n1")
        exporter.prepare(for: Samples.topology())
        return exporter
    }

    @Test(arguments: [SnapshotFileExporter.Format.json, .csv])
    func `a record that was cut off at any byte is gone after a restart`(format: SnapshotFileExporter.Format) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/power"
        var first = Self.exporter(format, path)
        try first.export(Samples.snapshot(power: 1))
        try first.export(Samples.snapshot(power: 2))
        let whole = try folder.text(of: "power")
        let lines = Set(whole.split(separator: "\n"))
        for length in 0..<whole.utf8.count {
            try folder.write(String(decoding: whole.utf8.prefix(length), as: UTF8.self), to: "power")
            try #require(unsafe truncate(path, off_t(length)) == 0)
            var again = Self.exporter(format, path)
            try again.export(Samples.snapshot(power: 2))
            let text = try folder.text(of: "power")
            #expect(text.hasSuffix("\n") && !text.contains("\n\n"))
            let now = text.split(separator: "\n")
            #expect(lines.isSuperset(of: now), "cut at \(length)")
            #expect(now.count { $0.hasPrefix("node,") } == (format == .csv ? 1 : 0))
            #expect(now.count > whole.utf8.prefix(length).count { $0 == Self.newline }, "no whole record is lost")
        }
    }

    /// The kill hits a process that does nothing but write, so that it often comes in the middle of a record.
    @Test(.timeLimit(.minutes(5)), arguments: [SnapshotFileExporter.Format.json, .csv])
    func `a hundred kills leave only whole records`(format: SnapshotFileExporter.Format) async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/power"
        // Of several pages, between which a kill may come.
        let node = String(repeating: "n", count: 20_000)
        let isTable = format == .csv
        for round in 0..<50 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, node = node as String, isTable = isTable as Bool, round = round as Int] in
                var exporter = SnapshotFileExporter(isTable ? .csv : .json, to: path, node: node)
                exporter.prepare(for: Samples.topology())
                Task.detached {
                    usleep(UInt32(2000 + 37 * round))
                    kill(getpid(), SIGKILL)
                }
                while true { try exporter.export(Samples.snapshot()) }
            }
            var exporter = SnapshotFileExporter(format, to: path, node: node)
            exporter.prepare(for: Samples.topology())
            try exporter.export(Samples.snapshot())
            let bytes = try SystemRoot(path: folder.path, mountPoint: folder.path).bytes("power", limit: 1 << 30)
            #expect(bytes.last == Self.newline)
            for line in bytes.dropLast().split(separator: Self.newline, omittingEmptySubsequences: false) {
                let commas = line.count { $0 == UInt8(ascii: ",") }
                let isWhole = isTable ? commas == 22 : line.first == UInt8(ascii: "{") && line.last == UInt8(ascii: "}")
                #expect(isWhole && line.count < node.utf8.count * 2)
            }
            unsafe unlink(path)
        }
    }

    @Test func `what another process is just writing is left alone`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/power"
        let writer = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(writer) }
        let part = "{\"version\":1,"
        try #require(flock(writer, LOCK_EX | LOCK_NB) == 0)
        try #require(unsafe write(writer, part, part.utf8.count) > 0)
        var exporter = Self.exporter(.json, path)
        try exporter.export(Samples.snapshot())
        #expect(try folder.text(of: "power").hasPrefix(part))
        try #require(flock(writer, LOCK_UN) == 0)
        try #require(unsafe write(writer, part, part.utf8.count) > 0)
        try exporter.export(Samples.snapshot())
        let text = try folder.text(of: "power")
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4 && lines[1].hasSuffix("}") && lines[3].hasSuffix("}"))
    }

    @Test func `whoever keeps a file locked delays one record, and not each of them`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/power"
        try folder.write("", to: "power")
        let reader = unsafe open(path, O_RDONLY | O_CLOEXEC)
        defer { close(reader) }
        try #require(flock(reader, LOCK_EX | LOCK_NB) == 0)
        var exporter = Self.exporter(.json, path)
        let time = try ContinuousClock().measure { for _ in 0..<30 { try exporter.export(Samples.snapshot()) } }
        #expect(time < .milliseconds(1500), "a wait takes at least 100 ms")
        #expect(try folder.text(of: "power").split(separator: "\n").count == 30)
    }

    @Test func `a line of another program is kept, and given an end`() throws {
        let folder = try MockTree()
        for format in [SnapshotFileExporter.Format.json, .csv] {
            for foreign in ["not ours", "{\"version\":3,\"services\":{}}", "{\"version\":1,\"ours\":false}"] {
                try folder.write(foreign, to: "power")
                try #require(unsafe truncate("\(folder.path)/power", off_t(foreign.utf8.count)) == 0)
                var exporter = Self.exporter(format, "\(folder.path)/power")
                try exporter.export(Samples.snapshot())
                let start = format == .csv ? "node,time," : "{\"version\":1,\"node\":"
                #expect(try folder.text(of: "power").hasPrefix("\(foreign)\n\(start)"))
            }
        }
    }

    @Test func `rows with other columns than those above get a header of their own`() throws {
        let folder = try MockTree()
        let old = "node,time,time_ns,watts\nn1,2026-01-01T00:00:00Z,1,5\n"
        try folder.write(old + "n1,2026", to: "power.csv")
        try #require(unsafe truncate("\(folder.path)/power.csv", off_t(old.utf8.count + 7)) == 0)
        var exporter = Self.exporter(.csv, "\(folder.path)/power.csv")
        try exporter.export(Samples.snapshot())
        try exporter.export(Samples.snapshot())
        let text = try folder.text(of: "power.csv")
        #expect(text.hasPrefix("\(old)\(CSVFormat.header)\nn1,"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("node,") } == 2)
    }

    @Test(
        .enabled(if: Mount.isAllowed, "needs root and the right to mount"),
        arguments: [SnapshotFileExporter.Format.json, .csv])
    func `on a full disk records are whole, and go on when there is room`(format: SnapshotFileExporter.Format) throws {
        let tree = try MockTree()
        let disk = try Mount("\(tree.path)/disk", size: "64k")
        func lineCount() throws -> Int {
            let text = try SystemRoot(path: disk.path, mountPoint: disk.path).bytes("power")
            #expect(text.last == Self.newline)
            let lines = text.dropLast().split(separator: Self.newline, omittingEmptySubsequences: false)
            let commas = CSVFormat.header.utf8.count { $0 == UInt8(ascii: ",") }
            let isWhole = lines.allSatisfy { line in
                switch format {
                case .json: line.first == UInt8(ascii: "{") && line.last == UInt8(ascii: "}")
                case .csv: line.count { $0 == UInt8(ascii: ",") } == commas
                }
            }
            #expect(isWhole)
            return lines.count
        }
        // Records of different lengths, so that the disk is full at another place of a record each time.
        for length in stride(from: 1, to: 600, by: 31) {
            unsafe unlink("\(disk.path)/power")
            var exporter = SnapshotFileExporter(
                format, to: "\(disk.path)/power", node: String(repeating: "n", count: length))
            exporter.prepare(for: Samples.topology())
            var failures: [OutputFileError] = []
            var counts: Set<Int> = []
            for _ in 0..<1000 where failures.count < 3 {
                do throws(OutputFileError) {
                    try exporter.export(Samples.snapshot())
                } catch {
                    failures.append(error)
                    counts.insert(try lineCount())
                }
            }
            #expect(failures.map(\.errno) == [ENOSPC, ENOSPC, ENOSPC] && counts.count == 1)
            #expect(failures.first?.description.hasSuffix("Make room on its file system.") == true)
            try disk.change(size: "128k")
            try exporter.export(Samples.snapshot())
            #expect(try lineCount() > (counts.first ?? .max))
            unsafe unlink("\(disk.path)/power")
            try disk.change(size: "64k")
        }
    }

    @Test func `after a record that a pipe's reader was too slow for, the next begins on a line of its own`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/pipe"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        // More than a pipe holds.
        var exporter = SnapshotFileExporter(.json, to: path, node: String(repeating: "n", count: 70_000))
        exporter.prepare(for: Samples.topology())
        let error = try #require(throws: OutputFileError.self) { try exporter.export(Samples.snapshot()) }
        #expect(error.errno == EAGAIN)
        // A full pipe takes nothing, and so gets no empty lines.
        #expect(throws: error) { try exporter.export(Samples.snapshot()) }
        let setPipeSize: Int32 = 1031
        try #require(fcntl(reader, setPipeSize, 1 << 20) > 0)
        try exporter.export(Samples.snapshot())
        try exporter.export(Samples.snapshot())
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe read(reader, &bytes, bytes.count)
        let lines = bytes.prefix(max(count, 0)).split(separator: Self.newline, omittingEmptySubsequences: false)
        #expect(lines.map { $0.last == UInt8(ascii: "}") } == [false, true, true, false])
        #expect(lines.last?.isEmpty == true)
    }

    @Test(arguments: [
        (ENOSPC, "Make room"), (EDQUOT, "quota"), (EROFS, "writable"), (EACCES, "Let this user write"),
        (ENOENT, "Create its folder"), (ENXIO, "start the program that reads it"), (EIO, "Check"),
    ])
    func `each failure has its own remedy`(errno: Int32, remedy: String) {
        let error = OutputFileError(path: "/x/power.json", errno: errno)
        #expect(error.description.hasPrefix("/x/power.json: ") && error.description.contains(remedy), "\(error)")
    }
}
