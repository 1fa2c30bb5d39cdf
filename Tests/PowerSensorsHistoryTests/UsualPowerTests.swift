#if History
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHistory
import PowerSensorsTesting
import Testing

/// What a history says is usual at a time of the day.
struct UsualPowerTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour

    /// 22 November 2026, 00:00 UTC.
    private static let midnight: Int64 = 1_795_305_600_000

    /// A history of days at 40 W, and 120 W for half an hour from some time of the day on; and the host at its end.
    private static func record(
        _ path: String, days: Int, calendar: LocalCalendar = LocalCalendar { _ in 0 }, backup: (Int) -> Int64?
    ) throws -> SimulatedHost {
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 4 << 20))
        var host = SimulatedHost(wall: midnight - Int64(days) * day)
        try recorder.record(host.snapshot, [])
        for number in 0..<days {
            let begin = backup(number)
            for time in stride(from: Int64(0), to: day, by: 1_800_000) {
                // A gap, so that all of it is in one minute, which is quicker.
                host.pass(1_800_000, suspended: 2000)
                host.powers[.cpu] = time == begin ? 120 : 40
                host.use(time == begin ? 216_000_000_000 : 72_000_000_000)
                try recorder.record(host.snapshot, [])
            }
        }
        recorder.close()
        return host
    }

    /// The spikes that a monitor would tell of a host that draws more for twenty seconds.
    private static func spikes(
        _ usual: @escaping @Sendable (Scope, Int64) -> Watts?, at time: Int64, watts: Double
    ) -> Int {
        var configuration = MonitorConfiguration()
        configuration.usualPower = usual
        var watch = SpikeWatch(configuration)
        var host = SimulatedHost(wall: time - 100_000)
        var count = 0
        for second in 0..<200 {
            host.pass(1000)
            host.powers[.cpu] = (100..<120).contains(second) ? watts : 40
            if case .began? = watch?.record(host.snapshot) { count += 1 }
        }
        return count
    }

    @Test func `a nightly backup is no spike at its hour, and is one at any other`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        // At three, give or take half an hour, and not at all in one night.
        var host = try Self.record(path, days: 16) { $0 == 9 ? nil : 3 * Self.hour + Int64($0 % 3 - 1) * 1_800_000 }
        var exporter = HistoryExporter(path, calendar: LocalCalendar { _ in 0 })
        #expect(exporter.usualPower(.cpu, host.wall * 1_000_000) == nil, "nothing is read yet")
        host.pass(2000)
        try await exporter.export(host.snapshot)
        let usual = exporter.usualPower
        let tonight = Self.midnight + 3 * Self.hour
        #expect(usual(.cpu, tonight * 1_000_000) == Watts(120))
        #expect(usual(.cpu, (tonight - Self.hour * 2) * 1_000_000) == Watts(40))
        #expect(usual(.platform, tonight * 1_000_000) == nil)
        #expect(Self.spikes(usual, at: tonight, watts: 120) == 0)
        #expect(Self.spikes(usual, at: tonight, watts: 130) == 0, "a little more is still usual")
        #expect(Self.spikes(usual, at: tonight, watts: 160) == 1)
        #expect(Self.spikes(usual, at: tonight + 9 * Self.hour, watts: 120) == 1)
    }

    @Test func `what happens on fewer than half of the days is not usual, nor is anything after few days`() async throws
    {
        func usual(days: Int, _ backup: (Int) -> Int64?) async throws -> Watts? {
            let folder = try MockTree()
            let host = try Self.record("\(folder.path)/history.db", days: days, backup: backup)
            var exporter = HistoryExporter("\(folder.path)/history.db", calendar: LocalCalendar { _ in 0 })
            try await exporter.export(host.snapshot)
            return exporter.usualPower(.cpu, (Self.midnight + 3 * Self.hour) * 1_000_000)
        }
        #expect(try await usual(days: 14) { $0.isMultiple(of: 2) ? 3 * Self.hour : nil } == Watts(40))
        #expect(try await usual(days: 5) { _ in 3 * Self.hour } == Watts(120))
        #expect(try await usual(days: 4) { _ in 3 * Self.hour } == nil)
        // Only the last fourteen days count.
        #expect(try await usual(days: 20) { $0 < 6 ? 3 * Self.hour : nil } == Watts(40))
    }

    @Test func `the time of the day is local time, also after clocks were moved`() async throws {
        // From the seventh day on, clocks are an hour ahead.
        let change = (Self.midnight - 7 * Self.day) / 1000
        let calendar = LocalCalendar { $0 < change ? 0 : 3600 }
        let folder = try MockTree()
        let host = try Self.record("\(folder.path)/history.db", days: 14) { (3 - ($0 < 7 ? 0 : 1)) * Self.hour }
        var exporter = HistoryExporter("\(folder.path)/history.db", calendar: calendar)
        try await exporter.export(host.snapshot)
        #expect(exporter.usualPower(.cpu, (Self.midnight + 2 * Self.hour) * 1_000_000) == Watts(120))
        #expect(exporter.usualPower(.cpu, (Self.midnight + 3 * Self.hour) * 1_000_000) == Watts(40))
    }

    @Test func `it is read again after an hour`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        var host = try Self.record(path, days: 4) { _ in 3 * Self.hour }
        var exporter = HistoryExporter(path, calendar: LocalCalendar { _ in 0 })
        var known: [Bool] = []
        // The fifth day begins, and the night is known as soon as it is over.
        for _ in 0..<10 {
            host.powers[.cpu] = 40
            try await exporter.export(host.snapshot)
            known.append(exporter.usualPower(.cpu, (Self.midnight + 3 * Self.hour) * 1_000_000) != nil)
            host.pass(1_800_000)
        }
        #expect(known.first == false && known.last == true, "\(known)")
    }
}
#endif
