#if Exporters
import Foundation
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsTesting
import Testing

struct LiveExporterTests {
    private func object(_ live: StubLive, _ document: LiveDocument) throws -> [String: Any] {
        let page = try #require(live.exporter.document(document))
        return try #require(try JSONSerialization.jsonObject(with: Data(page.bytes)) as? [String: Any])
    }

    @Test func `any number of clients cause one rendering a snapshot`() throws {
        let live = StubLive()
        for document in LiveDocument.allCases {
            let versions = Set((0..<100).map { _ in live.exporter.document(document)?.version })
            #expect(versions.count == 1)
        }
        let first = live.exporter.document(.snapshot)?.version
        live.export(watts: 1, at: 2)
        live.export(watts: 2, at: 3)
        let second = try #require(live.exporter.document(.snapshot)?.version)
        #expect(second != first)
        #expect(live.exporter.document(.snapshot)?.version == second)
    }

    @Test(arguments: [(Duration.milliseconds(100), Duration.seconds(1)), (.seconds(5), .seconds(5))])
    func `a snapshot comes at the interval of the endpoint, and once a second at most`(
        given: Duration, interval: Duration
    ) {
        #expect(StubLive(interval: given).exporter.interval == interval)
    }

    @Test func `the last minutes are kept in order, and no more of them`() throws {
        let live = StubLive(isReady: false)
        for second in 1...605 { live.export(watts: second == 300 ? nil : Double(second), at: Int64(second)) }
        let recent = try object(live, .recent)
        #expect(recent["interval_s"] as? Double == 1)
        let points = try #require(recent["points"] as? [[String: Any]])
        #expect(points.map { $0["time_ns"] as? Int } == Array(6...605))
        let powers = points.map { ($0["host"] as? [[String: Any]])?.first?["power_w"] as? Double }
        #expect(powers.first == 6)
        #expect(powers[300 - 6] == nil, "what is not known is null, never 0")
        #expect(powers.last == 605)
    }

    @Test func `events are kept with their wall-clock time, findings are not among them`() async throws {
        let machine = try MockMachine()
        let zones = try machine.add(.intelClient())
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(roots: machine.roots), interval: .milliseconds(5)))
        let live = LiveExporter(of: monitor, node: "n1")
        let began = SampleInstant.wallNanoseconds
        let exporting = Task { await monitor.export(to: [live]) { Issue.record("\($0)") } }
        #expect(try await becomesTrue { live.document(.snapshot) != nil })
        try #require(zones.first).write("garbage", to: "energy_uj")
        var events: [[String: Any]] = []
        let isSeen = try await becomesTrue {
            guard let page = live.document(.events) else { return false }
            let object = try JSONSerialization.jsonObject(with: Data(page.bytes)) as? [String: Any]
            events = object?["events"] as? [[String: Any]] ?? []
            return !events.isEmpty
        }
        monitor.stop()
        await exporting.value
        #expect(isSeen)
        let lost = try #require(events.first { $0["kind"] as? String == "sensor_lost" })
        #expect((lost["channel"] as? String)?.hasPrefix("rapl/") == true)
        let time = try #require(lost["time_ns"] as? Int)
        #expect((began - 1_000_000_000...SampleInstant.wallNanoseconds).contains(Int64(time)))
        #expect(!events.contains { $0["kind"] as? String == "finding" })
    }

    @Test(arguments: [1, 60])
    func `a spike tells its peak, its baseline and the energy above that, unless figures are coarser`(
        interval: Int
    ) throws {
        let live = StubLive(interval: .seconds(interval))
        let snapshot = live.export(watts: 40, at: 2)
        var detector = SpikeDetector(.normal, of: try #require(snapshot.headline))
        func record(_ watts: Double, at second: Int64) -> SpikeDetector.Change? {
            detector.record(
                Watts(watts), over: .seconds(10), until: snapshot.instant.advanced(by: .seconds(second * 10)))
        }
        for second in 1...10 as ClosedRange<Int64> { #expect(record(40, at: second) == nil) }
        for watts in [90.0, 40] {
            let change = try #require(record(watts, at: watts == 90 ? 11 : 12))
            live.exporter.export(MonitorEvent(change, of: snapshot))
        }
        live.export(watts: 40, at: 3)
        let events = try #require(try object(live, .events)["events"] as? [[String: Any]])
        #expect(events.map { $0["kind"] as? String } == ["power_spike", "power_spike_end"])
        let over = try #require(events.last)
        let told = ["peak_w", "baseline_w", "duration_s", "extra_j"].map { over[$0] as? Double }
        #expect(told == (interval == 1 ? [90, 40, 10, 500] : [nil, 40, nil, nil]))
        #expect(over["scope"] as? String == "cpu")
        #expect(over["lasting"] as? Bool == false)
    }

    @Test func `with a long interval an event is told no sooner than a figure of its time`() throws {
        let live = StubLive(interval: .seconds(60))
        let event = MonitorEvent(.powerSpike, .now, generation: 1)
        func count() throws -> Int? { try object(live, .events)["events"].map { ($0 as? [Any])?.count ?? -1 } }
        #expect(try count() == 0)
        live.exporter.export(event)
        #expect(try count() == 0)
        live.export(watts: 1, at: 62)
        #expect(try count() == 1)
    }

    @Test func `it shows the monitor's findings`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let missing = SensorSet(roots: machine.roots, wholes: ["no/such": .wall])
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: missing, interval: .milliseconds(5)))
        let live = LiveExporter(of: monitor, node: "n1")
        let exporting = Task { await monitor.export(to: [live]) { Issue.record("\($0)") } }
        let isSeen = try await becomesTrue {
            live.document(.findings).map { String(decoding: $0.bytes, as: UTF8.self).contains("no/such") } ?? false
        }
        monitor.stop()
        await exporting.value
        #expect(isSeen)
    }
}
#endif
