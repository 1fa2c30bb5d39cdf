#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// What is in a history, beside a plain list of what happened.
struct HistoryModelTests {
    /// What happened between two snapshots, in milliseconds and microjoules.
    private struct Happening {
        let end: Int64
        let time: Int64
        let energy: Int64
    }

    /// A walk with steps of all lengths, clocks that are set, suspends, restarts and new topologies.
    private func walk(_ seed: UInt64, _ path: String, steps: Int) throws -> (SimulatedHost, [Happening]) {
        var random = SeededGenerator(seed: seed)
        var host = SimulatedHost(channels: 3)
        var recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        var happenings: [Happening] = []
        try recorder.record(host.snapshot, [])
        for _ in 0..<steps {
            switch Int.random(in: 0..<40, using: &random) {
            case 0: host.wall += Int64.random(in: -7_200_000...7_200_000, using: &random)
            case 1:
                host.restart()
                // The new program does not know the one before; that was ended in whatever way.
                recorder.close()
                recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
                host.pass(Int64.random(in: 0...600_000, using: &random))
                try recorder.record(host.snapshot, [])
            case 2:
                host.generation += 1
                host.channels = Array(repeating: 0, count: Int.random(in: 0...5, using: &random))
            default: break
            }
            let isSuspended = Int.random(in: 0..<30, using: &random) == 0
            let time = Int64.random(in: 1...(Bool.random(using: &random) ? 2000 : 200_000), using: &random)
            host.pass(time, suspended: isSuspended ? time / 2 : 0)
            let energy = Int64.random(in: 0...5_000_000_000, using: &random)
            host.use(energy)
            host.powers[.cpu] = Double(energy) / Double(time) / 1000
            try recorder.record(host.snapshot, [])
            happenings.append(Happening(end: host.wall, time: time, energy: energy))
        }
        recorder.close()
        return (host, happenings)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `whatever happens, sums are exact at each level and in each part`(seed: UInt64) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let (_, happenings) = try walk(seed, path, steps: 400)
        let begin = happenings.map { $0.end - $0.time }.min() ?? 0
        let end = (happenings.map(\.end).max() ?? 0) + 1
        let reader = HistoryReader.at(end, path)
        let total = happenings.reduce(0) { $0 + $1.energy }
        for grouping in [HistoryGrouping.minute, .hour, .day, .scope] {
            let rows = try reader.rows(since: begin, by: grouping)
            #expect(rows.energy == total, "by \(grouping)")
            #expect(rows.allSatisfy { $0.covered >= 0 && $0.covered <= 1 })
            #expect(rows.allSatisfy { $0.fromMilliseconds < $0.toMilliseconds })
        }
        // The powers are those of the snapshots, wherever they are.
        let peak = happenings.map { Double($0.energy) / Double($0.time) / 1000 }.max() ?? 0
        let found = try #require(try reader.rows(since: begin, by: .scope).first?.peak)
        #expect(abs(found.rawValue - peak) < 0.001)

        var random = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<20 {
            let cuts = (0..<2).map { _ in Int64.random(in: begin...end, using: &random) }.sorted()
            let parts = try [
                reader.rows(since: begin - 900_000, until: cuts[0], by: .hour).energy,
                reader.rows(since: cuts[0], until: cuts[1], by: .scope).energy,
                reader.rows(since: cuts[1], by: .minute).energy,
            ]
            #expect(parts.reduce(0, +) == total, "\(cuts)")
        }
    }

    @Test func `each minute has what was used in it, also of what began before`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let (_, happenings) = try walk(99, path, steps: 300)
        let begin = (happenings.map { $0.end - $0.time }.min() ?? 0) - 60_000
        let rows = try HistoryReader.at((happenings.map(\.end).max() ?? 0) + 1, path).rows(since: begin, by: .minute)
        var expected: [Int64: Double] = [:]
        for one in happenings {
            // A suspend is a gap, and its energy is where it ends; the walk has suspends of half the time.
            let start = one.end - one.time
            for minute in (start / 60_000)...((one.end - 1) / 60_000) {
                let part = min((minute + 1) * 60_000, one.end) - max(minute * 60_000, start)
                expected[minute, default: 0] += Double(one.energy) * Double(part) / Double(one.time)
            }
        }
        // Those without a suspend agree to the rounding of each part.
        let close = rows.filter { row in
            abs(Double(row.energyMicrojoules ?? 0) - (expected[row.fromMilliseconds / 60_000] ?? 0)) < 1000
        }
        #expect(close.count > rows.count * 3 / 4, "\(close.count) of \(rows.count)")
    }

    @Test func `a suspend and a gap lower what is covered, and lose no energy`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        // At a full hour.
        var host = SimulatedHost(wall: 1_795_356_000_000)
        try recorder.record(host.snapshot, [])
        for step in 0..<60 {
            // Of this hour, the machine sleeps for a quarter.
            host.pass(60_000, suspended: (10..<25).contains(step) ? 59_000 : 0)
            host.use(60_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).rows(since: 1_795_356_000_000, by: .hour)
        #expect(rows.count == 1)
        #expect(rows.energy == 60 * 60_000_000)
        #expect(abs(rows[0].covered - (45 * 60 + 15) / 3600.0) < 1e-9)
        #expect(rows[0].mean == Watts(1))
    }

    @Test func `the total of each grouping covers the time that was asked for`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        for _ in 0..<60 {
            host.pass(60_000)
            host.use(60_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        let reader = HistoryReader.at(host.wall, path)
        let since = begin - 3 * 3_600_000
        #expect(try reader.rows(since: since, by: .scope).map(\.covered) == [0.25])
        for grouping in [HistoryGrouping.minute, .hour, .day] {
            var lines: [String] = []
            reader.writeText(
                try reader.query(since: since, by: grouping), grouping, since: since, until: nil, price: nil
            ) { lines.append($0) }
            #expect(lines.last?.hasPrefix("total ") == true && lines.last?.contains(" 25 %") == true, "\(lines)")
        }
    }

    @Test func `a clock that was wrong for a while makes no row old`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        func record(_ count: Int) throws {
            for _ in 0..<count {
                host.pass(30_000)
                host.use(1_000_001)
                try recorder.record(host.snapshot, [])
            }
        }
        try recorder.record(host.snapshot, [])
        try record(40)
        host.wall += 400 * 86_400_000
        try record(40)
        host.wall -= 400 * 86_400_000
        try record(40)
        recorder.close()
        let reader = HistoryReader.at(host.wall, path)
        #expect(try reader.rows(since: begin, by: .minute).energy == 80 * 1_000_001)
        #expect(try reader.rows(since: begin, until: host.wall + 800 * 86_400_000, by: .day).energy == 120 * 1_000_001)
    }

    @Test func `rows ahead of now are whole, where the clock was set back`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        for _ in 0..<120 {
            host.pass(60_000)
            host.use(60_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        // It is half an hour after the beginning again.
        let reader = HistoryReader.at(begin + 1_800_000, path)
        let whole = try reader.rows(since: begin, until: begin + 86_400_000, by: .scope)
        #expect(whole.energy == 7_200_000_000)
        #expect(whole.map(\.toMilliseconds) == [host.wall] && whole[0].covered == 1)
        let hours = try reader.rows(since: begin, until: begin + 86_400_000, by: .hour)
        #expect(hours.map { $0.toMilliseconds - $0.fromMilliseconds } == [3_600_000, 3_600_000])
        #expect(hours.map(\.covered) == [1, 1])
        // Without an explicit end they are none of what is asked for.
        #expect(try reader.rows(since: begin, by: .scope).energy == 1_800_000_000)
    }

    @Test(arguments: [false, true])
    func `minutes before others that were removed hide no quarter`(isOfEarlierVersion: Bool) throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var limits = HistoryLimits(size: 4 << 20)
        limits.minutes = 120
        var recorder = HistoryRecorder(path, limits: limits)
        var host = SimulatedHost()
        let begin = host.wall
        func record(_ minutes: Int) throws {
            for _ in 0..<minutes {
                host.pass(60_000)
                host.use(1_000_000)
                try recorder.record(host.snapshot, [])
            }
        }
        try recorder.record(host.snapshot, [])
        try record(600)
        if isOfEarlierVersion {
            recorder.close()
            try Database(path, isWriting: true).run("DELETE FROM meta WHERE name = 'minutes'")
            recorder = HistoryRecorder(path, limits: limits)
            try recorder.record(host.snapshot, [])
        }
        limits.minutes = 1000
        recorder.close()
        recorder = HistoryRecorder(path, limits: limits)
        try recorder.record(host.snapshot, [])
        // For ten minutes the clock is eight hours back.
        host.wall -= 8 * 3_600_000
        try record(10)
        host.wall += 8 * 3_600_000
        try record(30)
        recorder.close()
        let reader = HistoryReader.at(host.wall + 1, path)
        let rows = try reader.rows(since: begin, by: .minute)
        #expect(rows.energy == 640_000_000)
        #expect(try reader.rows(since: begin, by: .hour).energy == 640_000_000)
        #expect(rows.count(where: { $0.toMilliseconds - $0.fromMilliseconds == 60_000 }) >= 120)
    }

    @Test func `the first energy of a figure has the time since it was there`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        host.energies[.platform] = .some(nil)
        for minute in 0..<10 {
            // Its parts count from the start, and one of them is read for the first time in the tenth minute.
            if minute == 9 { host.energies[.platform] = 90_000_000 }
            if minute > 0 { host.pass(10_000) }
            host.use(10_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        let rows = try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope, scope: .platform)
        #expect(rows.energy == 90_000_000)
        #expect(rows.map(\.mean) == [Watts(1)])
    }

    @Test func `an unknown figure has no row, and its energy comes with the next that is known`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        host.pass(60_000)
        host.energies[.cpu] = .some(nil)
        try recorder.record(host.snapshot, [])
        #expect(try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope).isEmpty)
        host.pass(60_000)
        host.energies[.cpu] = 7_000_000
        try recorder.record(host.snapshot, [])
        let rows = try HistoryReader.at(host.wall, path).rows(since: begin, by: .scope)
        #expect(rows.map(\.energyMicrojoules) == [7_000_000])
        #expect(rows[0].covered == 0.5)
        #expect(rows[0].peak == nil)
        recorder.close()
    }

    @Test func `carbon is that of the time, and unknown where a part is`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        var host = SimulatedHost()
        let begin = host.wall
        host.carbon = 380
        try recorder.record(host.snapshot, [])
        for intensity in [380.0, 100, nil] {
            host.carbon = intensity
            for _ in 0..<15 {
                host.pass(60_000)
                host.use(3_600_000_000)
                try recorder.record(host.snapshot, [])
            }
        }
        recorder.close()
        let reader = HistoryReader.at(host.wall, path)
        let half = try reader.rows(since: begin, until: begin + 1_800_000, by: .hour)
        #expect(abs((half[0].carbon?.rawValue ?? 0) - 15 * 0.001 * 480) < 1e-9)
        #expect(try reader.rows(since: begin, by: .hour)[0].carbon == nil)
    }
}
#endif
