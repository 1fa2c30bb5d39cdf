#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A history that several programs use, or one that is killed.
@Suite(.timeLimit(.minutes(10)))
struct HistoryProcessTests {
    private static let kills = 100

    /// The kill hits a process that does nothing but write. It tells in a file how much it has recorded.
    @Test func `a kill at any moment loses no more than the snapshot that is being written`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        try folder.write("", to: "told")
        var energy: Int64 = 0
        var snapshots: Int64 = 0
        var random = SeededGenerator(seed: UInt64(Self.kills))
        for round in 0..<Self.kills {
            let delay = Int.random(in: 0...60_000, using: &random)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = path as String, told = "\(folder.path)/told" as String, round = round as Int,
                    delay = delay as Int
                ] in
                let descriptor = unsafe open(told, O_WRONLY | O_CLOEXEC)
                var host = SimulatedHost(wall: 1_795_356_000_000 + Int64(round) * 100_000_000, channels: 10)
                let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 2 << 20))
                try recorder.record(host.snapshot, [])
                Thread.killAfter(microseconds: delay)
                var count: Int64 = 0
                while true {
                    host.pass(1000)
                    host.use(1_000_000)
                    try recorder.record(host.snapshot, [StoredEvent(time: host.wall, kind: "k", subject: "", text: "")])
                    count += 1
                    unsafe pwrite(descriptor, &count, 8, 0)
                }
            }
            let told = try folder.bytes(of: "told").prefix(8).reversed().reduce(0) { $0 << 8 | Int64($1) }
            try folder.write("", to: "told")
            let reader = HistoryReader.at(1 << 50, path)
            let now = try reader.rows(since: 0, by: .scope).energy
            snapshots = (now - energy) / 1_000_000
            #expect(snapshots == told || snapshots == told + 1, "round \(round)")
            #expect(try reader.rows(since: 0, by: .hour).energy == now)
            energy = now
        }
        #expect(energy > 0)
        // Who opens it next finds it whole.
        try HistoryRecorder(path, limits: HistoryLimits(size: 2 << 20)).open()
        let sound = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"
        #expect(try Database(path, isWriting: true).number(sound) == 1)
        #expect(try HistoryReader.at(1 << 50, path).rows(since: 0, by: .scope).energy == energy)
    }

    @Test func `two read while one writes, and each sees whole snapshots`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost(channels: 10)
        try recorder.record(host.snapshot, [])
        let isDone = Locked(false)
        let begin = host.wall
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var (last, count): (Int64, Int) = (0, 0)
                    while !isDone.withLock({ $0 }) || count == 0 {
                        let reader = HistoryReader.at(1 << 50, path)
                        let energy = try reader.rows(since: begin, by: .scope).energy
                        #expect(energy % 1_000_000 == 0 && energy >= last)
                        #expect(try reader.rows(since: begin, by: .minute).energy >= energy)
                        (last, count) = (energy, count + 1)
                        await Task.yield()
                    }
                    return count
                }
            }
            for _ in 0..<600 {
                host.pass(1000)
                host.use(1_000_000)
                try recorder.record(host.snapshot, [])
                await Task.yield()
            }
            isDone.withLock { $0 = true }
            for try await count in group { #expect(count > 0) }
        }
        recorder.close()
        #expect(try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope).energy == 600_000_000)
    }

    @Test func `a reader that never ends keeps the file within its size`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost(channels: 10)
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        let reader = try Database(path, isWriting: false)
        try reader.run("BEGIN")
        _ = try reader.number("SELECT count(*) FROM raw")
        var used: Int64 = 0
        var failure: HistoryError?
        for _ in 0..<400 where failure == nil {
            host.pass(20_000)
            host.use(1_000_000)
            used += 1_000_000
            do throws(HistoryError) { try recorder.record(host.snapshot, []) } catch { failure = error }
        }
        #expect(failure?.problem.contains("A program has been reading it") == true)
        var size: UInt64 = 0
        for suffix in ["", "-wal", "-shm"] { size += UInt64(try folder.bytes(of: "history.db\(suffix)").count) }
        #expect(size <= 1 << 20)
        try reader.run("COMMIT")
        host.pass(20_000)
        host.use(1_000_000)
        try recorder.record(host.snapshot, [])
        recorder.close()
        #expect(try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope).energy == used + 1_000_000)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to act as another user"))
    func `who may only read reads, whether or not it is written, and after a kill`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        try #require(unsafe chmod(folder.path, 0o755) == 0)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            var host = SimulatedHost()
            let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
            try recorder.record(host.snapshot, [])
            for _ in 0..<100 {
                host.pass(1000)
                host.use(1_000_000)
                try recorder.record(host.snapshot, [])
            }
            kill(getpid(), SIGKILL)
        }
        for suffix in ["", "-wal", "-shm"] { try folder.setPermissions(0o644, of: "history.db\(suffix)") }
        func readAsNobody() async {
            await #expect(processExitsWith: .success) { [path = path as String] in
                try #require(setgid(65534) == 0 && setuid(65534) == 0)
                #expect(try HistoryReader.at(1 << 50, path).rows(since: 0, by: .scope).energy == 100_000_000)
            }
        }
        await readAsNobody()
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        try recorder.open()
        await readAsNobody()
        recorder.close()
        await readAsNobody()
    }
}

/// A thread of the C library, since the test's own do nothing but write.
private enum Thread {
    static func killAfter(microseconds: Int) {
        var thread = pthread_t()
        let handed = unsafe UnsafeMutableRawPointer(bitPattern: max(microseconds, 1))
        unsafe pthread_create(
            &thread, nil,
            { handed in
                usleep(UInt32(Int(bitPattern: handed)))
                kill(getpid(), SIGKILL)
                return nil
            }, handed)
    }
}
#endif
