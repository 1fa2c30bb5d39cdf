#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// How large a history becomes, and what is removed first.
@Suite(.timeLimit(.minutes(10)))
struct HistorySizeTests {
    private static func size(_ folder: MockTree) throws -> Int {
        var size = 0
        for suffix in ["", "-wal", "-shm"] { size += try folder.bytes(of: "history.db\(suffix)").count }
        return size
    }

    /// A host of many parts and consumers with new names all the time.
    private static func attribution(_ step: Int, _ host: SimulatedHost) -> AttributionSnapshot {
        let instant = SampleInstant(
            boottimeNanoseconds: host.boottime * 1_000_000, monotonicNanoseconds: host.monotonic * 1_000_000)
        return AttributionSnapshot(
            instant: instant, scope: .cpu, origin: .measured, band: nil, policy: .active,
            consumers: (0..<40).map { index in
                let name = index < 5 ? "steady-\(index)" : "kubepods.slice/pod\(step)-\(index)/container"
                return ConsumerSnapshot(
                    consumer: Consumer(kind: .controlGroup, name: name),
                    parts: EnergyParts(package: UInt128(step * (50 - index)) * 1_000_000, dram: 0),
                    partsWhenListed: index < 5
                        ? .zero : EnergyParts(package: UInt128((step - 1) * (50 - index)) * 1_000_000, dram: 0),
                    id: index < 5 ? index : step * 100 + index)
            }, unattributed: [], given: [:])
    }

    @Test func `it stays within its size, and the oldest goes first`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost(channels: 30)
        let begin = host.wall
        var largest = 0
        try recorder.record(host.snapshot, [])
        for step in 1...1500 {
            // A gap, so that all of it is in one minute, which is quicker.
            host.pass(900_000, suspended: 2000)
            host.use(900_000_000)
            host.attribution = Self.attribution(step, host)
            try recorder.record(host.snapshot, [])
            if step % 50 == 0 { largest = max(largest, try Self.size(folder)) }
        }
        recorder.close()
        #expect(largest <= 1 << 20)
        let reader = HistoryReader.at(host.wall, path)
        let rows = try reader.rows(since: begin, by: .hour)
        let first = try #require(rows.first)
        // Some of it is gone, and what is there is whole up to now.
        #expect(first.fromMilliseconds > begin && rows.count > 12)
        for (row, next) in zip(rows.dropFirst(), rows.dropFirst(2)) {
            #expect(next.fromMilliseconds == row.toMilliseconds)
            #expect(row.energyMicrojoules == 3_600_000_000)
        }
        let groups = try reader.rows(since: host.wall - 3_600_000, by: .controlGroup)
        #expect(groups.energy == (try reader.rows(since: host.wall - 3_600_000, by: .scope).energy))
    }

    @Test func `a smaller size takes effect when it is opened`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var host = SimulatedHost(channels: 60)
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 8 << 20))
        try recorder.record(host.snapshot, [])
        for _ in 0..<1200 {
            host.pass(300_000)
            host.use(1_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        #expect(try Self.size(folder) > 2 << 20)
        try HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20)).open()
        #expect(try Self.size(folder) <= 1 << 20)
        #expect(try !HistoryReader.at(host.wall, path).rows(since: host.wall - 3_600_000, by: .hour).isEmpty)
    }

    @Test func `few of many names are in memory, and each is in the file once`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var host = SimulatedHost()
        var step = 0
        // The second knows none of the first one's names.
        for _ in 0..<2 {
            let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
            for _ in 0..<150 {
                step += 1
                host.pass(900_000, suspended: 2000)
                host.use(900_000_000)
                host.attribution = Self.attribution(step, host)
                try recorder.record(host.snapshot, [])
            }
            #expect((500...1024).contains(recorder.rememberedNames))
            recorder.close()
        }
        let database = try Database(path, isWriting: false)
        let all = try #require(try database.number("SELECT count(*) FROM series"))
        #expect(all > 1024)
        #expect(try database.number("SELECT count(DISTINCT kind || ' ' || name || ' ' || detail) FROM series") == all)
    }

    @Test(arguments: [1, 2, 3, 10, 1000])
    func `what was asked for lately is known, within a bound`(limit: Int) {
        var numbers = RecentNumbers<Int>(limit: limit)
        for key in 0..<5000 {
            numbers.insert(key + 7, for: key)
            let (latest, first) = (numbers.number(of: key), numbers.number(of: 0))
            #expect(latest == key + 7)
            // One that is asked for all the time is never forgotten.
            if limit > 2 { #expect(first == 7) }
            #expect(numbers.count <= max(limit, 2))
        }
        numbers.remove(4999)
        let forgotten = [1, 4999].map { numbers.number(of: $0) }
        #expect(forgotten == [nil, nil])
    }

    @Test func `levels keep as much as they should`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var limits = HistoryLimits(size: 4 << 20)
        (limits.snapshots, limits.minutes, limits.events) = (100, 120, 10)
        let recorder = HistoryRecorder(path, limits: limits)
        var host = SimulatedHost()
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        for step in 0..<1000 {
            host.pass(20_000)
            host.use(1_000_000)
            try recorder.record(host.snapshot, [StoredEvent(time: host.wall, kind: "k\(step)", subject: "", text: "t")])
        }
        recorder.close()
        let reader = HistoryReader.at(host.wall, path)
        #expect((100...104).contains(try reader.rows(since: begin, by: .sample).count))
        #expect((10...13).contains(try reader.rows(since: begin, by: .event).count))
        let rows = try reader.rows(since: begin, by: .minute)
        #expect(rows.energy == 1_000_000_000)
        #expect(rows.filter { $0.toMilliseconds - $0.fromMilliseconds == 60_000 }.count > 100)
        #expect(rows.first.map { $0.toMilliseconds - $0.fromMilliseconds } == 900_000)
    }

    /// How large a year is, and how long it takes to read. A year takes minutes to write, so it is a week unless `make test-history`
    /// asks for all of it.
    @Test func `a year of forty series has room, and each grouping has all of its energy`() throws {
        let isYear = unsafe getenv("HISTORY_YEAR") != nil
        let steps = isYear ? 35_040 : 672
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: HistoryExporter.standardSize))
        var host = SimulatedHost(channels: 28)
        var random = SeededGenerator(seed: 1)
        host.energies[.platform] = 0
        host.carbon = 380
        var used: Int64 = 0
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        for step in 1...steps {
            host.pass(900_000, suspended: 2000)
            for scope in [Scope.cpu, .platform] {
                let energy = Int64.random(in: 3_000_000_000...60_000_000_000, using: &random)
                host.use(energy, scope)
                if scope == .cpu { used += energy }
                host.powers[scope] = Double(energy) / 3e8
            }
            host.attribution = Self.attribution(step, host)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        for grouping in [HistoryGrouping.day, .hour, .minute, .scope, .controlGroup, .channel] {
            let clock = ContinuousClock()
            let start = clock.now
            let rows = try HistoryReader.at(host.wall, path).query(since: begin, by: grouping)
            if isYear { print("» by \(grouping): \(rows.count) rows in \(start.duration(to: clock.now))") }
            if [.day, .hour, .minute, .controlGroup].contains(grouping) { #expect(rows.energy == used) }
            // Each name once, the greatest first.
            if grouping == .controlGroup {
                #expect(Set(rows.map(\.name)).count == rows.count && rows.count > steps * 5)
                let named = rows.filter { $0.kind == .controlGroup }
                #expect(
                    zip(named, named.dropFirst()).allSatisfy {
                        ($0.energyMicrojoules ?? 0) >= ($1.energyMicrojoules ?? 0)
                    })
                #expect(named.prefix(5).allSatisfy { $0.name.hasPrefix("steady-") })
            }
        }
        let size = try Self.size(folder)
        if isYear { print("» \(size) bytes") }
        #expect(size <= Int(HistoryExporter.standardSize) * steps / 35_040 + 4 << 20)
    }
}
#endif
