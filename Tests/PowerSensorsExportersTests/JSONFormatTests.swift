import Foundation
import PowerSensors
import PowerSensorsExporters
import Testing

struct JSONFormatTests {
    @Test func `a snapshot is one line of the documented fields in their order`() {
        let expected = """
            {"version":1,"node":"n1","time":"2026-11-22T14:00:00.042Z","time_ns":1795356000042000001,\
            "boottime_ns":8123000000000,"interval_s":2.0,"generation":1,\
            "host":[{"scope":"cpu","power_w":41.2,"energy_j":82.4,"low_w":null,"high_w":null,\
            "provenance":"measured","sensor":"rapl","headline":true,"status":"ok"},\
            {"scope":"platform","power_w":null,"energy_j":null,"low_w":null,"high_w":null,\
            "provenance":"measured","sensor":"rapl","headline":false,"status":"io","errno":5}],\
            "channels":[{"id":"rapl/package-0","energy_j":82.4,"power_w":41.2,"value":null,"low_w":null,\
            "high_w":null,"status":"ok","wraps":3,"resets":0,"ambiguous_j":0.0},\
            {"id":"rapl/package-0/core","energy_j":1.7,"power_w":0.85,"value":null,"low_w":null,\
            "high_w":null,"status":"ok","wraps":0,"resets":0,"ambiguous_j":0.5},\
            {"id":"rapl/psys","energy_j":null,"power_w":null,"value":null,"low_w":null,\
            "high_w":null,"status":"io","errno":5,"wraps":0,"resets":0,"ambiguous_j":0.0}],\
            "consumers":[],"unattributed":[],"attribution_scope":null,"attribution_origin":null,\
            "attribution_policy":null,"attribution_exit_records":null,"carbon_g":null,\
            "carbon_interval_g":null,"carbon_scope":null,"carbon_intensity_g_per_kwh":null,"carbon_region":null,\
            "carbon_year":null,"skipped":0}

            """
        #expect(text(Samples.snapshot()) == expected)
    }

    @Test func `a second snapshot is a second line in the same buffer`() throws {
        var format = JSONFormat(node: "n1")
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        format.append(Samples.snapshot(power: 5), to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines { _ = try object(String(line)) }
    }

    @Test(arguments: [
        0.1, 1.0 / 3, Double.leastNonzeroMagnitude, 1e-5, 1e16, 1e21, 1.7976931348623157e308, 82.4, 262_143.99993896484,
        123_456_789.123,
    ])
    func `a number is parsed as the same number`(number: Double) throws {
        let parsed = try object(text(Samples.snapshot(power: number)))
        let host = try #require((parsed["host"] as? [[String: Any]])?.first)
        #expect(host["power_w"] as? Double == number)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan])
    func `infinity and NaN are written as null`(number: Double) throws {
        let parsed = try object(text(Samples.snapshot(power: number)))
        let host = try #require((parsed["host"] as? [[String: Any]])?.first)
        #expect(host["power_w"] is NSNull)
    }

    @Test(arguments: [
        "a\"b\\c/d", "\n\r\t\u{8}\u{C}\u{0}\u{1F}", "\u{7F}\u{9B}31m\u{1B}[2J", "käse €👩‍🚀", "\u{2028}\u{202E}", "",
    ])
    func `a name is parsed as the same name, and does not control a terminal`(name: String) throws {
        let json = text(Samples.snapshot(), node: name)
        #expect(try object(json)["node"] as? String == name)
        let controls = json.dropLast().unicodeScalars.filter { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        #expect(controls.isEmpty)
    }

    @Test func `a band is written beside the power, and a gauge's value too`() throws {
        let parsed = try object(text(Samples.estimate(3.1, low: 2, high: 4.2)))
        let channel = try #require((parsed["channels"] as? [[String: Any]])?.first)
        #expect(channel["value"] as? Double == 3.1)
        #expect(channel["low_w"] as? Double == 2)
        #expect(channel["high_w"] as? Double == 4.2)
    }

    @Test func `a figure that is ambiguous has its energy and its bounds, and no power`() throws {
        let parsed = try object(text(Samples.ambiguous()))
        for list in ["host", "channels"] {
            let figure = try #require((parsed[list] as? [[String: Any]])?.first)
            #expect(figure["status"] as? String == "ambiguous")
            #expect(figure["power_w"] is NSNull)
            #expect(figure["energy_j"] as? Double == 82.4)
            #expect(figure["low_w"] as? Double == 3.1)
            #expect(figure["high_w"] as? Double == 991.5)
        }
    }

    @Test(
        arguments: [
            (-1, "1969-12-31T23:59:59.999Z"), (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_999_999_999, "2000-02-29T00:00:00.999Z"),
        ] as [(Int64, String)]
    )
    func `time is UTC with milliseconds`(nanoseconds: Int64, expected: String) throws {
        let sample = Samples.snapshot()
        let snapshot = Snapshot(
            topology: sample.topology,
            instant: sample.instant,
            timeNanoseconds: nanoseconds,
            interval: nil,
            sampleDuration: .zero,
            channels: sample.channels,
            host: sample.host
        )
        let parsed = try object(text(snapshot))
        #expect(parsed["time"] as? String == expected)
        #expect(parsed["interval_s"] is NSNull)
    }

    @Test func `a topology is one line of the documented fields in their order`() {
        let finding = Finding(
            severity: .warning,
            subject: "class/x",
            reason: .forbidden,
            text: "No.",
            remedy: "sudo \"x\""
        )
        let bytes = Samples.topology(label: "one core", findings: [finding]).json(node: "n1")
        let rest = """
            "chip":null,"supply":null,"device":null
            """
        let expected = """
            {"version":1,"generation":1,"node":"n1","channels":[\
            {"id":"rapl/package-0","sensor":"rapl","mechanism":"powercap","provenance":"measured","origin":null,\
            "quantity":"energy","unit":"joules","domain":"package","socket":0,"die":null,"core":null,\(rest),\
            "label":null,"parent":null,"mirror_of":null,"counts_in":"cpu",\
            "path":"class/powercap/intel-rapl:0/energy_uj","read_cost_ns":812,"read_interval_ms":null,"status":"ok","exact":true},\
            {"id":"rapl/package-0/core","sensor":"rapl","mechanism":"powercap","provenance":"measured","origin":null,\
            "quantity":"energy","unit":"joules","domain":"core","socket":0,"die":null,"core":null,\(rest),\
            "label":"one core","parent":"rapl/package-0","mirror_of":null,"counts_in":null,\
            "path":null,"read_cost_ns":null,"read_interval_ms":null,"status":"ok","exact":true},\
            {"id":"rapl/psys","sensor":"rapl","mechanism":"powercap","provenance":"measured","origin":null,\
            "quantity":"energy","unit":"joules","domain":"psys","socket":null,"die":null,"core":null,\(rest),\
            "label":null,"parent":null,"mirror_of":null,"counts_in":"platform",\
            "path":null,"read_cost_ns":null,"read_interval_ms":null,"status":"ok","exact":true}],\
            "findings":[{"severity":"warning","subject":"class/x","reason":"forbidden","text":"No.",\
            "remedy":"sudo \\"x\\""}]}

            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `a shared channel has its origin and its hops`() {
        let text = String(decoding: Samples.sharedTopology().json(node: "n1"), as: UTF8.self)
        #expect(text.contains("\"provenance\":\"shared\",\"origin\":\"measured\",\"hops\":2,"))
        #expect(!text.contains("exact"), "what a host tells is as exact as the host says")
    }

    private func text(_ snapshot: Snapshot, node: String = "n1") -> String {
        var format = JSONFormat(node: node)
        format.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func object(_ json: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }
}
