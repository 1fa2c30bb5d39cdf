import Foundation
import PowerSensors
import PowerSensorsExporters
import Testing

/// How every format shows processes with their descendants.
struct TreeFormatTests {
    /// A second in which a shell ran `make`, which ran two compilers, and something else ran beside.
    private func snapshot() throws -> Snapshot {
        let bench = try ConsumerBench(includesTrees: true)
        try bench.start(10, comm: "make")
        try bench.start(11, comm: "cc", parent: 10)
        try bench.start(12, comm: "cc1", parent: 11)
        try bench.start(13, comm: "cc", parent: 10)
        try bench.start(20, comm: "other")
        _ = try bench.second()
        return try bench.second([10: 4, 11: 8, 12: 32, 13: 6, 20: 16])
    }

    /// The power of some processes themselves.
    private func power(_ numbers: Set<Int>, _ snapshot: Snapshot) throws -> Double {
        let ones = snapshot.consumers.filter { $0.consumer.kind == .process }
            .filter { one in one.consumer.processID.map { numbers.contains($0) } ?? false }
        try #require(ones.count == numbers.count)
        return try ones.reduce(0) { try $0 + #require($1.power).rawValue }
    }

    private func lines(_ format: some SnapshotFormat, _ snapshot: Snapshot) -> [String] {
        var (format, bytes) = (format, [UInt8]())
        format.prepare(for: snapshot.topology)
        format.append(snapshot, to: &bytes)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
    }

    @Test func `in the table a process stands beneath the one that contains it, and the outermost rows add up`() throws
    {
        let snapshot = try snapshot()
        let text = lines(TextFormat(node: "n1", style: TextStyle(redraws: false), top: 9), snapshot)
        let start = try #require(text.firstIndex { $0.hasPrefix("process trees") })
        let rows = text[(start + 1)...].prefix { $0.hasPrefix("  ") }
        let cells = rows.map { row in row.dropFirst(21).split(separator: " ").prefix(2).map { String($0) } }
        #expect(
            rows.map { $0.prefix(21).dropFirst(2).reversed().drop { $0 == " " }.reversed() }.map { String($0) }.prefix(
                5)
                == ["make", " cc", "  cc1", " cc", "other"])
        let watts = try cells.map { cell in
            try #require(["W": 1, "mW": 0.001][cell[1]]) * #require(Double(cell[0]))
        }
        let parts: [(Set<Int>, Int)] = [([10, 11, 12, 13], 0), ([11, 12], 1), ([12], 2), ([13], 3), ([20], 4)]
        for (numbers, row) in parts {
            let expected = try power(numbers, snapshot)
            #expect(abs(watts[row] - expected) < 0.005 * expected, "\(rows)")
        }
        let outermost = watts[0] + watts[4] + watts[5...].reduce(0, +)
        let host = try #require(snapshot.headline?.power).rawValue
        #expect(abs(outermost - host) < 0.01 * host, "\(rows)")
    }

    @Test func `JSON has the tree's energy and power beside the process's own, and the process that contains it`()
        throws
    {
        let snapshot = try snapshot()
        let line = Data(lines(JSONFormat(node: "n1"), snapshot)[0].utf8)
        let object = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
        let processes = try #require(object["consumers"] as? [[String: Any]]).filter {
            $0["kind"] as? String == "process"
        }
        let byNumber = Dictionary(grouping: processes) { $0["pid"] as? Int }.compactMapValues(\.first)
        let (make, compiler) = (try #require(byNumber[10]), try #require(byNumber[11]))
        #expect(make["tree_ancestor_pid"] is NSNull && compiler["tree_ancestor_pid"] as? Int == 10)
        let power = try self.power([11, 12], snapshot)
        #expect(abs(try #require(compiler["tree_power_w"] as? Double) - power) < 1e-9 * power)
        let own = try #require(compiler["energy_j"] as? Double)
        #expect(try #require(compiler["tree_energy_j"] as? Double) > own)
    }

    @Test func `a page has a series for each tree, beside those of the processes themselves`() throws {
        let snapshot = try snapshot()
        var (page, bytes) = (PrometheusFormat(version: "1", node: "n1"), [UInt8]())
        page.prepare(for: snapshot.topology)
        page.append(snapshot, in: .text, age: .zero, to: &bytes)
        let series = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        func value(_ family: String, _ pid: Int) throws -> Double {
            let line = try #require(
                series.first { $0.hasPrefix("powersensors_\(family){") && $0.contains("pid=\"\(pid)\"") })
            return try #require(Double(line.split(separator: " ").last ?? ""))
        }
        let power = try self.power([10, 11, 12, 13], snapshot)
        #expect(abs(try value("process_tree_power_watts", 10) - power) < 1e-5 * power)
        #expect(try value("process_tree_power_watts", 12) == value("process_power_watts", 12))
        #expect(try value("process_tree_energy_joules_total", 10) > value("process_energy_joules_total", 10))
        #expect(series.count { $0.hasPrefix("powersensors_process_tree_power_watts{") } == 5)
    }

    @Test func `without trees no format says anything of them`() throws {
        let bench = try ConsumerBench()
        try bench.start(10, comm: "make")
        try bench.start(11, comm: "cc", parent: 10)
        _ = try bench.second()
        let snapshot = try bench.second([10: 4, 11: 8])
        let text = lines(TextFormat(node: "n1", style: TextStyle(redraws: false), top: 9), snapshot)
        #expect(text.contains { $0.hasPrefix("processes") } && !text.contains { $0.contains("tree") })
        #expect(!lines(JSONFormat(node: "n1"), snapshot)[0].contains("tree_"))
    }
}
