#if Exporters && History
import Foundation
import PowerSensors
import PowerSensorsCommand
import PowerSensorsHTTP
import PowerSensorsHistory
import PowerSensorsTesting
import Testing

/// What the endpoint tells of a history.
struct HistoryAnswerTests {
    /// A full hour.
    private static let begin: Int64 = 1_795_356_000_000

    /// Keeps ten minutes, in each second of which other energy is used and a spike is told.
    private static func keep(_ folder: MockTree) throws -> String {
        let path = "\(folder.path)/history.db"
        let recorder = HistoryRecorder(path, limits: HistoryLimits(size: 1 << 20))
        let topology = Topology(generation: 1, discoveries: [])
        var energy = 0.0
        for second in 0...600 as ClosedRange<Int64> {
            energy += Double(second * 7919 % 101)
            var host = HostSnapshot(
                scope: .cpu, provenance: .measured, sensor: .rapl, isHeadline: true, status: .ok)
            host.energy = Joules(energy)
            let nanoseconds = (1000 + second) * 1_000_000_000
            let snapshot = Snapshot(
                topology: topology,
                instant: SampleInstant(boottimeNanoseconds: nanoseconds, monotonicNanoseconds: nanoseconds),
                timeNanoseconds: (begin + second * 1000) * 1_000_000, interval: .seconds(1),
                sampleDuration: .microseconds(3), channels: [], host: [host])
            let event = StoredEvent(time: begin + second * 1000, kind: "power_spike", subject: "", text: "90 W")
            try recorder.record(snapshot, [event])
        }
        recorder.close()
        return path
    }

    private static func rows(
        _ answer: HistoryAnswer, _ since: Int64, _ until: Int64?, by grouping: String, now: Int64
    ) throws -> [[String: String]] {
        var query = HistoryQuery()
        func stamp(_ milliseconds: Int64) -> String {
            Date(timeIntervalSince1970: Double(milliseconds) / 1000).ISO8601Format()
        }
        (query.since, query.until, query.by) = (stamp(since), until.map(stamp), grouping)
        return try answer.rows(query, now: now).split(separator: UInt8(ascii: "\n")).map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            return object.mapValues { "\($0)" }
        }
    }

    @Test(arguments: [(10, 1), (60, 1), (61, 3), (240, 5)] as [(Int64, Int64)])
    func `with a long interval energies are those of whole minutes, and events are no younger`(
        seconds: Int64, minutes: Int64
    ) throws {
        let folder = try MockTree()
        let answer = HistoryAnswer(
            try Self.keep(folder), notFinerThan: .seconds(seconds), keptEvery: .seconds(1), price: nil)
        let begin = Self.begin
        var energies: Set<String> = []
        for second in 301...330 as ClosedRange<Int64> {
            let now = begin + second * 1000
            for since in [now - 1000, now - 2000, now - 90_000, begin + second * 500] {
                for until in [nil, since + 1000, since + 60_000, now + 3_600_000] {
                    for row in try Self.rows(answer, since, until, by: "scope", now: now) {
                        energies.insert("\(row["from"] ?? "") \(row["energy_j"] ?? "")")
                        #expect(row["to"]?.contains(":00.000") == true && row["from"]?.contains(":00.000") == true)
                        #expect(row["peak_w"] == "<null>" && row["min_w"] == "<null>")
                    }
                }
            }
            let events = try Self.rows(answer, begin, nil, by: "event", now: now)
            // The latest that is over when the snapshot is kept that ends it.
            let last = (second - 1) / (minutes * 60) * minutes * 60
            #expect(events.count == Int(last) + 1)
            #expect(events.allSatisfy { $0["text"]?.isEmpty == true }, "powers of single seconds")
        }
        // Each beginning with few ends.
        let whole = 600 / 60 / Int(minutes) + 1
        #expect(!energies.isEmpty && energies.count <= whole * whole / 2, "\(energies)")
    }

    @Test(arguments: ["minute", "hour"]) func `times as long as can be written are too many rows`(by: String) throws {
        let answer = HistoryAnswer("/none", notFinerThan: .seconds(1), keptEvery: .seconds(1), price: nil)
        var query = HistoryQuery()
        (query.since, query.until, query.by) = ("9223372036854775807ms", "9999-12-31T23:59:59Z", by)
        #expect(
            throws: HistoryRefusal.wrongQuery("These are too many rows. Ask for a shorter time, or for rows by day.")
        ) {
            try answer.rows(query, now: Self.begin)
        }
    }

    @Test func `with an interval of a second the last one is told`() throws {
        let folder = try MockTree()
        let answer = HistoryAnswer(
            try Self.keep(folder), notFinerThan: .seconds(1), keptEvery: .seconds(1), price: nil)
        let now = Self.begin + 600_000
        #expect(try Self.rows(answer, now - 1000, nil, by: "scope", now: now + 5).first?["to"] != nil)
        let events = try Self.rows(answer, now - 2000, nil, by: "event", now: now)
        #expect(events.map { $0["text"] } == ["90 W", "90 W", "90 W"])
    }

    @Test(
        arguments: [
            ("sample", 1, "by must be minute, hour, day, scope, vm, process, cgroup, channel or event."),
            ("fortnight", 1, "by must be minute, hour, day, scope, vm, process, cgroup, channel or event."),
            ("minute", 90, "Rows by minute are finer than what is served here."),
        ] as [(String, Int64, String)])
    func `rows that are never served are not offered`(by: String, seconds: Int64, says: String) throws {
        let answer = HistoryAnswer("/none", notFinerThan: .seconds(seconds), keptEvery: .seconds(1), price: nil)
        var query = HistoryQuery()
        query.by = by
        #expect(throws: HistoryRefusal.wrongQuery(says)) { try answer.rows(query, now: Self.begin) }
    }
}
#endif
