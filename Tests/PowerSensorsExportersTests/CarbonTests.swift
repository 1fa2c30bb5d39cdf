import PowerSensors
import PowerSensorsExporters
import Testing

/// How every format shows a carbon intensity.
struct CarbonTests {
    /// 82.4 J at 450 g/kWh, and 41.2 W for 2 s.
    private let grams = 82.4 / 3.6e6 * 450
    private let snapshot: Snapshot

    init() throws {
        let plain = Samples.topology()
        let intensity = try #require(CarbonIntensity(gramsPerKilowattHour: 450))
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: plain.channels)])
        var snapshot = Samples.snapshot(topology)
        snapshot.carbonIntensity = intensity
        self.snapshot = snapshot
    }

    private func text(_ format: some SnapshotFormat) -> String {
        var format = format
        var bytes: [UInt8] = []
        format.prepare(for: snapshot.topology)
        format.append(snapshot, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `JSON has the headline's grams, in total and of the interval, with their scope`() {
        let expected =
            "\"carbon_g\":\(grams),\"carbon_interval_g\":\(grams),\"carbon_scope\":\"cpu\","
            + "\"carbon_intensity_g_per_kwh\":450.0,\"carbon_region\":\"custom\",\"carbon_year\":null,\"skipped\":0}\n"
        #expect(text(JSONFormat(node: "n1")).hasSuffix(expected))
    }

    @Test func `CSV has the grams in the rows of host figures whose energy is known`() {
        let rows = text(CSVFormat(node: "n1")).split(separator: "\n")
        #expect(rows[1].hasSuffix(",measured,rapl,true,,,,\(grams),0"))
        #expect(rows[2].hasSuffix(",measured,rapl,false,,,,,0"))
        #expect(rows[3].hasSuffix(",3,0,0.0,,0"))
    }

    @Test func `a page has a counter for each scope whose energy is known, and the intensity with its region`() {
        var page = PrometheusFormat(version: "1")
        var bytes: [UInt8] = []
        page.prepare(for: snapshot.topology)
        page.append(snapshot, in: .text, age: .zero, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.contains("carbon") }
        #expect(lines.contains("# TYPE powersensors_carbon_grams_total counter"))
        #expect(
            lines.filter { !$0.hasPrefix("#") } == [
                "powersensors_carbon_grams_total{scope=\"cpu\"} 0.0103",
                "powersensors_carbon_intensity_grams_per_kwh{region=\"custom\"} 450",
            ])
    }

    @Test func `text shows the grams in a suitable unit, followed by the intensity`() {
        #expect(text(TextFormat(node: "n1")).contains("  CO₂ of cpu: 10.30 mg at 450 g/kWh (custom)\n"))
    }

    @Test func `without a configured intensity no output mentions carbon`() {
        var page = PrometheusFormat(version: "1")
        var bytes: [UInt8] = []
        page.prepare(for: Samples.topology())
        page.append(Samples.snapshot(), in: .text, age: .zero, to: &bytes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("carbon"))
        let host = Samples.snapshot().host[0]
        #expect(Samples.snapshot().carbon(of: host) == nil)
        #expect(Samples.snapshot().intervalCarbon(of: host) == nil)
    }
}
