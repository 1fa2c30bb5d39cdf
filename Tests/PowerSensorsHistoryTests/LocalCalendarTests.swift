#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTesting
import Testing

/// Days and hours of time zones.
struct LocalCalendarTests {
    private static let hour: Int64 = 3_600_000

    /// Central Europe in 2026: summer time from 29 March to 25 October, 01:00 UTC.
    private static let berlin = LocalCalendar { (1_774_746_000..<1_792_890_000).contains($0) ? 7200 : 3600 }

    /// Lord Howe Island in 2026: its clocks are moved by half an hour, on 4 April 15:00 UTC and 3 October 15:30 UTC.
    private static let lordHowe = LocalCalendar { (1_775_314_800..<1_791_041_400).contains($0) ? 37_800 : 39_600 }

    /// Where clocks are put back at midnight, that hour belongs to one day, and comes twice.
    private static let azores = LocalCalendar { (1_774_746_000..<1_792_890_000).contains($0) ? 0 : -3600 }

    @Test func `days have 23, 24 or 25 hours`() {
        // 29 March, 1 June and 25 October, noon in UTC.
        for (noon, hours) in [(1_774_785_600, 23), (1_780_315_200, 24), (1_792_929_600, 25)] as [(Int64, Int64)] {
            let day = Self.berlin.day(of: noon * 1000)
            #expect(day.upperBound - day.lowerBound == hours * Self.hour)
            #expect(day.contains(noon * 1000))
        }
        let day = Self.azores.day(of: 1_792_889_000_000)
        #expect(day.upperBound - day.lowerBound == 25 * Self.hour)
    }

    @Test(
        arguments: [berlin, lordHowe, azores], [1_774_700_000, 1_775_270_000, 1_791_000_000, 1_792_850_000] as [Int64])
    private func `periods follow each other without a gap`(calendar: LocalCalendar, start: Int64) {
        for period in [calendar.hour, calendar.day] {
            var moment = start * 1000
            for _ in 0..<60 {
                let own = period(moment)
                #expect(own.contains(moment))
                #expect(period(own.lowerBound) == own && period(own.upperBound - 1) == own)
                moment = own.upperBound
            }
        }
    }

    @Test func `any difference to UTC at all gives some period`() {
        let wild = LocalCalendar { $0 % 7 == 0 ? 86_400 * 400 : -$0 % 100_000 }
        for moment in stride(from: Int64(-5_000_000_000), through: 5_000_000_000, by: 333_333_333) {
            #expect(!wild.day(of: moment).isEmpty && !wild.hour(of: moment).isEmpty)
        }
    }

    @Test func `the days around a change of clocks have the energy of their hours`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        // From 24 October, 00:00 UTC, a watt for three days.
        var host = SimulatedHost(wall: 1_792_800_000_000)
        let begin = host.wall
        try recorder.record(host.snapshot, [])
        for _ in 0..<(3 * 96) {
            host.pass(900_000)
            host.use(900_000_000)
            try recorder.record(host.snapshot, [])
        }
        recorder.close()
        let reader = HistoryReader.at(host.wall, path, calendar: Self.berlin)
        let days = try reader.rows(since: begin, by: .day)
        #expect(days.map { ($0.energyMicrojoules ?? 0) / 3_600_000_000 } == [22, 25, 24, 1])
        let hours = try reader.rows(since: begin, by: .hour)
        #expect(hours.count == 72 && hours.energy == days.energy)
        #expect(hours.allSatisfy { $0.energyMicrojoules == 3_600_000_000 && $0.mean == Watts(1) && $0.covered == 1 })
        var lines: [String] = []
        reader.writeText(
            try reader.query(since: begin, by: .hour), .hour, since: begin, until: nil, price: nil
        ) { lines.append($0) }
        let doubled = lines.filter { $0.contains("2026-10-25 02:00") }.map { $0.prefix(23) }
        #expect(doubled == ["2026-10-25 02:00 +02:00", "2026-10-25 02:00 +01:00"])
        #expect(lines.count { $0.contains("0 +0") } == 2, "no other is shown twice")
    }

    @Test(
        arguments: [berlin, lordHowe, azores], [1_774_700_000, 1_775_270_000, 1_791_000_000, 1_792_850_000] as [Int64])
    private func `a time comes twice if another moment has it too`(calendar: LocalCalendar, start: Int64) {
        let moments = stride(from: start, to: start + 60 * 3600, by: 600).map { $0 }
        let shown = moments.map { $0 + calendar.offset($0) }
        let counts = Dictionary(grouping: shown) { $0 }.mapValues(\.count)
        for (moment, time) in zip(moments, shown) { #expect(calendar.isTwice(moment * 1000) == (counts[time] == 2)) }
    }
}
#endif
