import PowerSensors
import PowerSensorsExporters
import Testing

struct CSVFormatTests {
    private let stamp = "n1,2026-11-22T14:00:00.042Z,1795356000042000001,8123000000000,2.0,1,"

    @Test func `the header is written once, then a row for each scope and each channel`() {
        var format = CSVFormat(node: "n1")
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        let rows = [
            "host,cpu,41.2,82.4,,,,ok,,measured,rapl,true,,,,,0",
            "host,platform,,,,,,io,5,measured,rapl,false,,,,,0",
            "channel,rapl/package-0,41.2,82.4,,,,ok,,measured,rapl,,3,0,0.0,,0",
            "channel,rapl/package-0/core,0.85,1.7,,,,ok,,measured,rapl,,0,0,0.5,,0",
            "channel,rapl/psys,,,,,,io,5,measured,rapl,,0,0,0.0,,0",
        ].map { stamp + $0 }
        #expect(lines(bytes) == [CSVFormat.header] + rows)

        bytes.removeAll()
        format.append(Samples.snapshot(), to: &bytes)
        #expect(lines(bytes) == rows)
    }

    @Test func `a figure that is ambiguous has its energy and its bounds, and no power`() {
        var format = CSVFormat(node: "n1")
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.ambiguous(), to: &bytes)
        let rows = lines(bytes)
        #expect(rows[1] == stamp + "host,cpu,,82.4,,3.1,991.5,ambiguous,,measured,rapl,true,,,,,0")
        #expect(
            rows[3] == stamp + "channel,rapl/package-0,,82.4,,3.1,991.5,ambiguous,,measured,rapl,,3,0,59309.0,,0")
    }

    @Test func `every row has the header's columns, whatever the machine`() {
        let columns = CSVFormat.header.split(separator: ",").count
        for snapshot in [Samples.snapshot(), Samples.estimate(3.1, low: 2, high: 4.2)] {
            var format = CSVFormat(node: "n1")
            format.prepare(for: snapshot.topology)
            var bytes: [UInt8] = []
            format.append(snapshot, to: &bytes)
            for line in lines(bytes) {
                #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == columns)
            }
        }
    }

    @Test func `each row says how many snapshots are missing before its own`() {
        var format = CSVFormat(node: "n1")
        var snapshot = Samples.snapshot()
        snapshot.skipped = 7
        format.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        #expect(lines(bytes).first?.hasSuffix(",skipped") == true)
        #expect(lines(bytes).dropFirst().allSatisfy { $0.hasSuffix(",7") })
    }

    @Test func `a name with commas, quotation marks or line ends stays one field of one line`() {
        let component = Component(id: "x", kind: .chip)
        let channel = Samples.channel("my/a,\"b\"\n\u{1B}[2J", in: component)
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: [channel])])
        var format = CSVFormat(node: "n1")
        format.prepare(for: topology)
        var bytes: [UInt8] = []
        let snapshot = Samples.snapshot(topology, channels: [ChannelSnapshot(status: .absent)], host: [])
        format.append(snapshot, to: &bytes)
        #expect(
            lines(bytes).last
                == stamp + "channel,\"my/a,\"\"b\"\"\u{FFFD}\u{FFFD}[2J\",,,,,,absent,,measured,rapl,,0,0,0.0,,0"
        )
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
