#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Files that are none, disks that are full, programs that are killed.
struct HistoryFaultTests {
    private static func error(_ body: () throws(HistoryError) -> Void) -> HistoryError? {
        do throws(HistoryError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// Records some snapshots of a second and a joule each.
    private static func record(_ count: Int, _ host: inout SimulatedHost, _ recorder: HistoryRecorder) throws {
        for _ in 0..<count {
            host.pass(1000)
            host.use(1_000_000)
            try recorder.record(host.snapshot, [])
        }
    }

    private struct Bad: CustomTestStringConvertible {
        let testDescription: String
        let contents: [UInt8]
        let reason: HistoryError.Reason
        var words = ""
    }

    private static let bad: [Bad] = [
        Bad(testDescription: "a text", contents: Array("hello\n".utf8), reason: .foreign, words: "not a history"),
        Bad(testDescription: "zeros", contents: [UInt8](repeating: 0, count: 8192), reason: .foreign),
        Bad(
            testDescription: "a header and nothing else",
            contents: Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0xFF, count: 200), reason: .foreign),
    ]

    @Test(arguments: bad)
    private func `a file of another kind is refused, and stays as it is`(bad: Bad) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        try folder.write(bytes: bad.contents, to: "history.db")
        let failures = [
            Self.error { () throws(HistoryError) in
                try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
            },
            Self.error { () throws(HistoryError) in _ = try HistoryReader.at(0, path).rows(since: -1, by: .hour) },
        ]
        for failure in failures {
            let error = try #require(failure)
            #expect(error.reason == bad.reason, "\(error)")
            #expect("\(error)".hasPrefix(path) && "\(error)".contains(bad.words))
        }
        #expect(try folder.bytes(of: "history.db") == bad.contents)
    }

    @Test func `another program's database and a newer format are refused`() throws {
        let folder = try MockTree()
        try folder.write("", to: "other.db")
        try Database("\(folder.path)/other.db", isWriting: true).run("CREATE TABLE bookmarks(name)")
        let path = "\(folder.path)/history.db"
        HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).close()
        try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
        try Database(path, isWriting: true).run("PRAGMA user_version = 7")
        for (name, reason) in [("other.db", HistoryError.Reason.foreign), ("history.db", .newer)] {
            let path = "\(folder.path)/\(name)"
            #expect(
                Self.error { () throws(HistoryError) in
                    try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
                }?.reason == reason)
            #expect(
                Self.error { () throws(HistoryError) in
                    _ = try HistoryReader.at(0, path).rows(since: -1, by: .hour)
                }?.reason == reason)
        }
    }

    @Test func `a name that leads to no file, a folder or a pipe is told`() throws {
        let folder = try MockTree()
        try folder.makeDirectory("folder")
        try #require(unsafe mkfifo("\(folder.path)/pipe", 0o600) == 0)
        for (name, read, written) in [
            ("none/history.db", HistoryError.Reason.missing, HistoryError.Reason.failed), ("folder", .foreign, .failed),
            ("pipe", .foreign, .failed),
        ] {
            let path = "\(folder.path)/\(name)"
            #expect(
                Self.error { () throws(HistoryError) in
                    _ = try HistoryReader.at(0, path).rows(since: -1, by: .hour)
                }?.reason == read, "\(name)")
            #expect(
                Self.error { () throws(HistoryError) in
                    try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
                }?.reason == written, "\(name)")
        }
        #expect(
            Self.error { () throws(HistoryError) in
                _ = try HistoryReader.at(0, "\(folder.path)/history.db").rows(since: -1, by: .hour)
            }?.description.contains("export --history") == true)
    }

    @Test func `a damaged file never ends the program`() throws {
        let folder = try MockTree()
        var host = SimulatedHost(channels: 3)
        let recorder = HistoryRecorder("\(folder.path)/whole.db", limits: HistoryLimits(size: 1 << 20))
        try recorder.record(host.snapshot, [])
        try Self.record(300, &host, recorder)
        recorder.close()
        try Database("\(folder.path)/whole.db", isWriting: true).run("PRAGMA wal_checkpoint(TRUNCATE)")
        let whole = try folder.bytes(of: "whole.db")
        var random = SeededGenerator(seed: 7)
        for round in 0..<60 {
            var bytes = whole
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
            for _ in 0..<Int.random(in: 1...200, using: &random) {
                bytes[Int.random(in: 100..<max(bytes.count, 101), using: &random) % bytes.count] =
                    UInt8.random(in: 0...255, using: &random)
            }
            let name = "damaged-\(round).db"
            try folder.write(bytes: bytes, to: name)
            let reader = HistoryReader.at(host.wall, "\(folder.path)/\(name)")
            for grouping in HistoryGrouping.all { _ = try? reader.rows(since: -(1 << 60), by: grouping) }
            let other = HistoryRecorder("\(folder.path)/\(name)", limits: HistoryLimits(size: 1 << 20))
            for _ in 0..<3 {
                host.pass(60_000)
                try? other.record(host.snapshot, [])
            }
        }
    }

    @Test func `bytes that are no row have no meaning, and never trap`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            guard var bucket = Bucket(bytes) else { continue }
            bucket.add(bucket)
            bucket.add(bucket)
            #expect(Bucket(bucket.bytes)?.bytes == bucket.bytes)
        }
    }

    @Test func `what a later version added to the file is left alone`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var host = SimulatedHost()
        let begin = host.wall
        func record(scopes: [Scope]) throws {
            let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
            for scope in scopes { host.energies[scope] = 0 }
            try recorder.record(host.snapshot, [])
            try Self.record(3, &host, recorder)
            recorder.close()
        }
        try record(scopes: [.cpu])
        let later = "INSERT INTO series SELECT max(id) + 1, 99, 'something', '' FROM series"
        try Database(path, isWriting: true).run(later)
        try record(scopes: [.cpu, .platform])
        let reader = HistoryReader.at(host.wall, path)
        #expect(try reader.rows(since: begin, by: .scope).map(\.name) == ["cpu", "platform"])
        #expect(try Database(path, isWriting: false).number("SELECT count(*) FROM series WHERE kind = 99") == 1)
        try Database(path, isWriting: true).run("INSERT INTO series VALUES (\(Int32.max), 99, 'last', '')")
        #expect(
            Self.error { () throws(HistoryError) in
                let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
                host.energies[.wall] = 0
                try recorder.record(host.snapshot, [])
                host.pass(1000)
                try recorder.record(host.snapshot, [])
            }?.reason == .damaged)
    }

    @Test func `findings that are no problem are no events`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var exporter = HistoryExporter(path, size: 1 << 20)
        for severity in [Finding.Severity.info, .warning, .error] {
            var event = MonitorEvent(.finding, .now, generation: 1)
            event.finding = Finding(severity: severity, subject: "s", reason: .merged, text: "It is so.")
            exporter.export(event)
        }
        try await exporter.export(SimulatedHost().snapshot)
        try exporter.finish()
        #expect(try HistoryReader.at(1 << 50, path).rows(since: 0, by: .event).count == 2)
    }

    @Test func `an event has the time at which it happened, however late it comes`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var exporter = HistoryExporter(path, size: 1 << 20)
        exporter.export(MonitorEvent(.sensorLost, SampleInstant.now.advanced(by: .seconds(-20)), generation: 1))
        let now = SampleInstant.wallNanoseconds / 1_000_000
        try await exporter.export(SimulatedHost().snapshot)
        try exporter.finish()
        let row = try #require(try HistoryReader.at(1 << 50, path).rows(since: 0, by: .event).first)
        #expect((19_000...21_000).contains(now - row.fromMilliseconds), "\(now - row.fromMilliseconds) ms ago")
    }

    @Test func `only one program writes a history`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let first = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        try first.open()
        let error = Self.error { () throws(HistoryError) in
            try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
        }
        #expect(error?.reason == .busy)
        #expect(error?.problem.contains("writes it already") == true)
        first.close()
        try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
    }

    @Test func `a file that is moved away is begun again`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        try recorder.record(host.snapshot, [])
        try Self.record(5, &host, recorder)
        for suffix in ["", "-wal", "-shm"] { try #require(unsafe rename(path + suffix, "\(path).old\(suffix)") == 0) }
        try Self.record(3, &host, recorder)
        recorder.close()
        #expect(try HistoryReader.at(host.wall, path).rows(since: 0, by: .scope).energy == 3_000_000)
        #expect(try HistoryReader.at(host.wall, "\(path).old").rows(since: 0, by: .scope).energy == 5_000_000)
    }

    @Test(.enabled(if: Mount.isAllowed, "needs root and the right to mount"))
    func `on a full disk a line says so, and nothing is lost or damaged`() throws {
        let tree = try MockTree()
        let disk = try Mount("\(tree.path)/disk", size: "400k")
        let path = "\(disk.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        var host = SimulatedHost(channels: 12)
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        var failure: HistoryError?
        var used: Int64 = 0
        for _ in 0..<5000 where failure == nil {
            host.pass(7000)
            host.use(1_000_000)
            used += 1_000_000
            failure = Self.error { () throws(HistoryError) in try recorder.record(host.snapshot, []) }
        }
        #expect(failure?.reason == .full, "\(String(describing: failure))")
        #expect(failure?.description.contains("Make room on its file system.") == true)
        // What is there can be read meanwhile.
        let before = try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope).energy
        #expect(before <= used && before >= used - 2_000_000)
        // One or the other finds room yet; the last, which has the highest power, does not.
        var peak = 100.0
        failure = nil
        for step in 0..<5000 where step < 30 || failure == nil {
            peak += 1
            host.powers = [.cpu: peak]
            host.pass(7000)
            host.use(1_000_000)
            used += 1_000_000
            failure = Self.error { () throws(HistoryError) in try recorder.record(host.snapshot, []) }
        }
        #expect(failure?.reason == .full)
        host.powers = [.cpu: 40]
        try disk.change(size: "4m")
        try Self.record(100, &host, recorder)
        used += 100_000_000
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).rows(since: begin, by: .hour)
        #expect(rows.energy == used)
        #expect(rows.compactMap(\.peak).max() == Watts(peak), "that of a snapshot that found no room")
        #expect(
            try Database(path, isWriting: true).number(
                "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
    }

    @Test(.enabled(if: Mount.isAllowed, "needs root and the right to mount"))
    func `a file system that is read-only is told, and can be read from`() throws {
        let tree = try MockTree()
        let disk = try Mount("\(tree.path)/disk", size: "1m")
        let path = "\(disk.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        try recorder.record(host.snapshot, [])
        try Self.record(100, &host, recorder)
        recorder.close()
        try disk.change(isReadOnly: true)
        let error = Self.error { () throws(HistoryError) in
            try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
        }
        #expect(error?.reason == .forbidden)
        #expect(error?.problem.contains("Read-only file system") == true, "\(String(describing: error))")
        #expect(try HistoryReader.at(host.wall, path).rows(since: 0, by: .scope).energy == 100_000_000)
    }

    @Test(.enabled(if: Mount.isAllowed, "needs root and the right to mount"), arguments: ["copy", "100%?# copy"])
    func `a copy on a file system that is read-only is read by itself, or what it lacks is told`(name: String) throws {
        let tree = try MockTree()
        let disk = try Mount("\(tree.path)/disk", size: "4m")
        let recorder = HistoryRecorder("\(tree.path)/history.db", limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        try recorder.record(host.snapshot, [])
        try Self.record(100, &host, recorder)
        recorder.close()
        try Database("\(tree.path)/history.db", isWriting: true).run("PRAGMA wal_checkpoint(TRUNCATE)")
        // Of the second, there is something in the log.
        let whole = try tree.bytes(of: "history.db")
        for (name, bytes) in [("\(name).db", whole), ("half.db", whole), ("half.db-wal", Array("log".utf8))] {
            let file = unsafe open("\(disk.path)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(file) }
            try #require(unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) } == bytes.count)
        }
        try disk.change(isReadOnly: true)
        let path = "\(disk.path)/\(name).db"
        #expect(try HistoryReader.at(host.wall, path).rows(since: 0, by: .scope).energy == 100_000_000)
        let error = Self.error { () throws(HistoryError) in
            _ = try HistoryReader.at(host.wall, "\(disk.path)/half.db").rows(since: 0, by: .scope)
        }
        #expect(error?.reason == .forbidden)
        #expect(error?.problem.contains("without \(disk.path)/half.db-shm,") == true, "\(String(describing: error))")
        // What belongs to it lies beside what a link leads to.
        try #require(unsafe symlink("\(disk.path)/half.db", "\(tree.path)/link.db") == 0)
        let linked = Self.error { () throws(HistoryError) in
            _ = try HistoryReader.at(host.wall, "\(tree.path)/link.db").rows(since: 0, by: .scope)
        }
        #expect(linked?.reason == .forbidden, "\(String(describing: linked))")
    }

    @Test(.enabled(if: Mount.isAllowed, "needs root and the right to mount"))
    func `a full disk does not refuse a file of an earlier version`() throws {
        let tree = try MockTree()
        let disk = try Mount("\(tree.path)/disk", size: "400k")
        let path = "\(disk.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        let host = SimulatedHost()
        try recorder.record(host.snapshot, [])
        recorder.close()
        // Held open, so that the log stays.
        let other = try Database(path, isWriting: true)
        try other.run("DROP INDEX series_names")
        let filler = unsafe open("\(disk.path)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(filler) }
        let block = [UInt8](repeating: 1, count: 1024)
        while unsafe write(filler, block, block.count) > 0 {}
        let again = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        #expect(Self.error { () throws(HistoryError) in try again.open() } == nil)
        again.close()
    }

    @Test(arguments: [
        ("DROP TABLE quarter", "its table quarter is missing"), ("DROP TABLE event", "its table event is missing"),
        ("DROP TABLE meta", "its table meta is missing"),
        ("DELETE FROM meta WHERE name = 'rolled'", "lacks the row rolled"),
        ("UPDATE meta SET value = 'x' WHERE name = 'rolled'", "lacks the row rolled"),
        ("UPDATE meta SET value = 9223372036854775807 WHERE name = 'rolled'", "lacks the row rolled"),
        ("UPDATE raw SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM raw)", "have no numbers left"),
        ("DELETE FROM meta WHERE name = 'headline'", "lacks the row headline"),
    ])
    func `a file that lacks a part of its own is damaged`(change: String, says: String) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        try recorder.record(host.snapshot, [])
        try Self.record(3, &host, recorder)
        recorder.close()
        try Database(path, isWriting: true).run(change)
        let read = Self.error { () throws(HistoryError) in
            _ = try HistoryReader.at(host.wall, path).rows(since: 0, by: .hour)
        }
        #expect(read?.reason == .damaged)
        #expect(read?.problem.contains(says) == true, "\(String(describing: read))")
        let written = Self.error { () throws(HistoryError) in
            try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
        }
        // The next snapshot says which scope is shown first.
        #expect(written?.reason == (says.contains("headline") ? nil : .damaged))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as two users"))
    func `what another user placed beside it is refused`() throws {
        let folder = try MockTree()
        try folder.makeDirectory("open")
        try folder.setPermissions(0o1777, of: "open")
        let path = "\(folder.path)/open/history.db"
        for suffix in ["-wal", "-shm", "-journal"] {
            try folder.write("", to: "open/history.db\(suffix)")
            try #require(unsafe lchown(path + suffix, 54_321, 54_321) == 0)
            let error = Self.error { () throws(HistoryError) in
                try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
            }
            #expect(error?.description.contains("history.db\(suffix): It belongs to user 54321") == true)
            try #require(unsafe unlink(path + suffix) == 0)
        }
    }
}
#endif
