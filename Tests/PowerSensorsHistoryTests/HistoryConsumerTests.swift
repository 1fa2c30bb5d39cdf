#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Consumers in a history.
struct HistoryConsumerTests {
    /// The energy of consumers and of what none was given, in nanojoules since the start.
    private struct Division {
        var consumers: [(kind: Consumer.Kind, name: String, energy: UInt128)] = []
        var rest: [(kind: Consumer.Kind, reason: UnattributedSnapshot.Reason, energy: UInt128)] = []

        func attribution(of host: SimulatedHost, _ scope: Scope = .cpu) -> AttributionSnapshot {
            let instant = SampleInstant(
                boottimeNanoseconds: host.boottime * 1_000_000, monotonicNanoseconds: host.monotonic * 1_000_000)
            return AttributionSnapshot(
                instant: instant, scope: scope, origin: .measured, band: nil, policy: .active,
                consumers: consumers.enumerated().map { index, one in
                    ConsumerSnapshot(
                        consumer: Consumer(kind: one.kind, name: one.name),
                        parts: EnergyParts(package: one.energy, dram: 0), id: index)
                },
                unattributed: rest.map {
                    UnattributedSnapshot(
                        kind: $0.kind, reason: $0.reason, parts: EnergyParts(package: $0.energy, dram: 0))
                }, given: [:])
        }
    }

    /// Records an hour in which many processes use more or less, and returns the moment of its beginning.
    private func record(to path: String, processes: Int, seed: UInt64) throws -> (SimulatedHost, begin: Int64) {
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        var random = SeededGenerator(seed: seed)
        var host = SimulatedHost()
        let begin = host.wall
        var division = Division()
        division.consumers = (0..<processes).map { (.process, "p\($0)", 0) } + [(.virtualMachine, "web", 0)]
        division.rest = [
            (.process, .idle, 0), (.process, .shortLived, 0), (.virtualMachine, .other, 0),
            // What was used before the first scan stays there.
            (.process, .unscanned, 5_000_000_000), (.virtualMachine, .unscanned, 5_000_000_000),
        ]
        host.attribution = division.attribution(of: host)
        try recorder.record(host.snapshot, [])
        for _ in 0..<360 {
            host.pass(10_000)
            var sum: UInt128 = 0
            for index in 0..<processes {
                let part = UInt128(UInt64.random(in: 0...UInt64(index + 1) * 10_000_000_000, using: &random))
                division.consumers[index].energy += part
                sum += part
            }
            for index in 0..<2 {
                let part = UInt128(UInt64.random(in: 0...1_000_000_000, using: &random))
                division.rest[index].energy += part
                sum += part
            }
            division.consumers[processes].energy += sum / 3
            division.rest[2].energy += sum - sum / 3
            // What the sensor counts is rounded, too.
            host.use(Int64(sum / 1000))
            host.attribution = division.attribution(of: host)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        return (host, begin)
    }

    @Test(arguments: [3, 30] as [Int], 1...4 as ClosedRange<UInt64>)
    func `consumers and the rest add up to the host, whatever is left out`(processes: Int, seed: UInt64) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let (host, begin) = try record(to: path, processes: processes, seed: seed)
        let reader = HistoryReader.at(host.wall, path)
        for (since, until) in [(begin, host.wall), (begin + 420_000, begin + 1_980_000)] {
            let whole = try reader.rows(since: since, until: until, by: .scope)
            for grouping in [HistoryGrouping.process, .virtualMachine] {
                let rows = try reader.rows(since: since, until: until, by: grouping)
                #expect(rows.energy == whole.energy, "by \(grouping)")
                #expect(rows.allSatisfy { ($0.energyMicrojoules ?? -1) >= 0 }, "by \(grouping)")
                #expect(rows.allSatisfy { $0.covered == 1 })
            }
            #expect(try reader.rows(since: since, until: until, by: .controlGroup).isEmpty)
        }
        let rows = try reader.rows(since: begin, by: .process)
        let named = rows.filter { $0.kind == .process }
        // Ten of each quarter of an hour.
        #expect((min(processes, 10)...min(processes, 40)).contains(named.count))
        #expect(named.first?.name == "p\(processes - 1)")
        // An unknown power is not 0.
        #expect(named.allSatisfy { $0.peak == nil })
        #expect(rows.last?.name == "other" || processes == 3)
    }

    @Test func `consumers add up to the host also where another figure is divided from now on`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        host.energies[.wall] = 0
        var division = Division()
        division.consumers = [(.process, "a", 0)]
        division.rest = [(.process, .idle, 0)]
        for second in 0..<20 {
            if second > 0 { host.pass(1000) }
            let scope = second < 10 ? Scope.cpu : .wall
            // The energy of the divided figure, of which a half is used.
            host.use(10_000_000, .cpu)
            host.use(30_000_000, .wall)
            let energy: UInt128 = scope == .cpu ? 10_000_000_000 : 30_000_000_000
            if second == 10 { (division.consumers[0].energy, division.rest[0].energy) = (0, 0) }
            division.consumers[0].energy += energy / 2
            division.rest[0].energy += energy / 2
            host.attribution = division.attribution(of: host, scope)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).rows(since: begin, by: .process)
        // Nine seconds of one figure and ten of the other; who used the first of these is unknown.
        #expect(rows.energy == 9 * 10_000_000 + 10 * 30_000_000)
        #expect(rows.map(\.name) == ["a", "idle", "other"])
        let used: Int64 = 9 * 5_000_000 + 9 * 15_000_000
        #expect(rows.first?.energyMicrojoules == used)
    }

    @Test func `what was used before the history began is none of its consumers'`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        var division = Division()
        division.consumers = [(.process, "a", 0), (.process, "b", 0)]
        // 5 J before the first scan, and 10 J since the latest.
        division.rest = [(.process, .idle, 0), (.process, .unscanned, 15_000_000_000)]
        host.attribution = division.attribution(of: host)
        try recorder.record(host.snapshot, [])
        func record(_ energies: [UInt128], unscanned: UInt128) throws {
            host.pass(1000)
            host.use(10_000_000)
            division.consumers[0].energy += energies[0]
            division.consumers[1].energy += energies[1]
            division.rest[0].energy += energies[2]
            division.rest[1].energy = unscanned
            host.attribution = division.attribution(of: host)
            try recorder.record(host.snapshot, [])
        }
        // Too soon for a scan; then one divides that second, this one, and the 10 J.
        try record([0, 0, 0], unscanned: 25_000_000_000)
        try record([15_000_000_000, 9_000_000_000, 6_000_000_000], unscanned: 5_000_000_000)
        try record([10_000_000_000, 0, 0], unscanned: 5_000_000_000)
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).rows(since: begin, by: .process)
        let energies = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.energyMicrojoules) })
        #expect(energies == ["a": 20_000_000, "b": 6_000_000, "idle": 4_000_000, "other": 0])
    }

    @Test func `names from outside are cut, and kept apart from reasons`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let names = [
            "idle", "other", "<b>\u{1B}[31m\"\n", String(repeating: "ä", count: 4000), "a\0b", "'; DROP TABLE raw",
        ]
        var division = Division()
        division.consumers = names.map { (.process, $0, 0) }
        division.rest = [(.process, .idle, 0)]
        host.attribution = division.attribution(of: host)
        try recorder.record(host.snapshot, [])
        host.pass(1000)
        for index in names.indices { division.consumers[index].energy = UInt128(index + 1) * 1_000_000_000 }
        division.rest[0].energy = 5_000_000_000
        host.use(26_000_000)
        host.attribution = division.attribution(of: host)
        try recorder.record(host.snapshot, [])
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).query(since: host.wall - 1000, by: .process)
        #expect(rows.filter { $0.kind == .process }.count == names.count)
        #expect(rows.filter { $0.kind == .unattributed }.map(\.name) == ["idle"])
        #expect(rows.allSatisfy { $0.name.utf8.count <= 260 })
        var json: [UInt8] = []
        for row in rows { row.appendJSON(price: 0.3, to: &json) }
        #expect(json.filter { $0 == UInt8(ascii: "\n") }.count == rows.count)
        #expect(!json.contains(0x1B))
        var lines: [String] = []
        HistoryReader.at(host.wall, path).writeText(rows, .process, since: 0, until: nil, price: 0.3) {
            lines.append($0)
        }
        #expect(!lines.contains { $0.contains("\u{1B}") })
        #expect(lines.count == rows.count + 2)
        #expect(Set(lines.map(\.count)).count == 1, "the columns are aligned")
        // A price so low that two decimals of it would be none.
        lines = []
        let price = 0.0123 / (Double(rows.energy) / 3.6e12)
        HistoryReader.at(host.wall, path).writeText(rows, .process, since: 0, until: nil, price: price) {
            lines.append($0)
        }
        #expect(lines.last?.hasSuffix("  0.0123\n") == true, "\(lines.last ?? "")")
    }
}
#endif
