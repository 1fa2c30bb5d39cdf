import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// Consumers and the rest as text for people.
struct ConsumerTextTests {
    private func lines(_ snapshot: Snapshot, top: Int = 5, columns: Int? = nil, rows: Int? = nil) -> [String] {
        var format = TextFormat(
            node: "n1", style: TextStyle(redraws: rows != nil, rows: rows, columns: columns), top: top)
        format.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self).replacing("\u{1B}[K", with: "")
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    /// The rows below a heading, in a layout of 79 columns.
    private func rows(_ heading: String, _ lines: [String]) -> [String] {
        let start = lines.firstIndex { $0.hasPrefix(heading) } ?? lines.endIndex
        return lines[start...].dropFirst().prefix { $0.hasPrefix("  ") }.map { $0 }
    }

    /// The sum of the powers in watts, or energies in joules, that begin at a column.
    private func sum(_ rows: [String], from column: Int) -> Double {
        let units = ["mW": 1e-3, "W": 1, "kW": 1e3, "mJ": 1e-3, "J": 1, "kJ": 1e3]
        return rows.reduce(0) { sum, row in
            let words = row.dropFirst(column).split(separator: " ").prefix(2)
            return sum + (Double(words.first ?? "") ?? .nan) * (units[String(words.last ?? "")] ?? .nan)
        }
    }

    private let power = 21
    private let energy = 46

    @Test(arguments: [1, 2, 5])
    func `the rows of each kind add up to the host's power and energy`(top: Int) throws {
        let bench = try ConsumerBench(limit: top)
        let qemu = ["/usr/bin/qemu-system-x86_64", "-name", "guest=web"]
        try bench.start(10, comm: "qemu-system-x86", group: "/machine.slice/vm.scope", arguments: qemu)
        for number in 11...14 {
            try bench.start(number, comm: "work\(number)", group: "/system.slice/\(number).service")
        }
        _ = try bench.second()
        _ = try bench.second([10: 30, 11: 8, 12: 20, 13: 4, 14: 2])
        try bench.end(12)
        let snapshot = try bench.second([10: 10, 11: 25, 13: 7])
        let lines = lines(snapshot, top: top)
        let host = try #require(snapshot.headline)
        for kind in ["virtual machines", "control groups", "processes"] {
            let rows = rows(kind, lines)
            #expect(rows.count >= 3, "\(lines)")
            let tolerance = 0.005 * Double(rows.count)
            #expect(abs(sum(rows, from: power) / (host.power?.rawValue ?? .nan) - 1) < tolerance, "\(rows)")
            #expect(abs(sum(rows, from: energy) / (host.energy?.rawValue ?? .nan) - 1) < tolerance, "\(rows)")
        }
        #expect(lines.count { $0.hasSuffix("adds up to cpu") } == 3)
    }

    @Test func `a consumer at 0 W has no row, and is counted among the others`() throws {
        let bench = try ConsumerBench()
        for number in [10, 11, 12] { try bench.start(number, comm: "work\(number)") }
        _ = try bench.second()
        _ = try bench.second([10: 30, 11: 30, 12: 30])
        let rows = rows("processes", lines(try bench.second([10: 40])))
        #expect(
            rows.map { $0.prefix(20).split(separator: " ").joined(separator: " ") }.prefix(2) == ["work10", "2 others"])
        #expect(!rows.contains { $0.contains("work11") })
    }

    @Test func `pods, containers and units are told apart by their names`() throws {
        let bench = try ConsumerBench()
        let (first, second) = (String(repeating: "ab", count: 32), String(repeating: "cd", count: 32))
        let pod = "/kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice"
        let groups = [
            "\(pod)/cri-containerd-\(first).scope", "\(pod)/cri-containerd-\(second).scope", "/docker/\(second)",
            "/system.slice/nginx.service", "/user.slice/user-1000.slice/user@1000.service/session.slice",
            "/user.slice/user-1001.slice/user@1001.service/session.slice", "/lxc.payload.web/system.slice/ssh.service",
            "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator",
        ]
        for (index, group) in groups.enumerated() { try bench.start(10 + index, comm: "work", group: group) }
        let ticks = Dictionary(uniqueKeysWithValues: groups.indices.map { (10 + $0, UInt64(18 - 2 * $0)) })
        _ = try bench.second()
        let snapshot = try bench.second(ticks)
        func names(_ rows: [String], width: Int) -> [String] {
            rows.prefix(groups.count).map { row in
                let name = row.prefix(width).dropFirst(2).reversed().drop { $0 == " " }.reversed()
                let source = row.dropFirst(width + 39)
                return source.isEmpty ? String(name) : "\(String(name)) | \(source)"
            }
        }
        #expect(
            names(rows("control groups", lines(snapshot, top: 9)), width: 21) == [
                "pod 11111111 | container abababab", "pod 11111111 | container cdcdcdcd", "container cdcdcdcd",
                "nginx.service", "…1000.slice/user@1…", "…1001.slice/user@1…", "ssh.service | container web",
                "machine-qemu-1-web",
            ])
        let wide = names(rows("control groups", lines(snapshot, top: 9, columns: 99)), width: 40)
        #expect(
            wide[4...5] == ["…1000.slice/user@1000.service/session…", "…1001.slice/user@1001.service/session…"])
    }

    @Test func `a machine whose processes are all in one group shows no groups, and one without machines no machines`()
        throws
    {
        let bench = try ConsumerBench()
        try bench.start(10, comm: "work")
        _ = try bench.second()
        let lines = lines(try bench.second([10: 50]))
        #expect(lines.contains { $0.hasPrefix("processes") })
        #expect(!lines.contains { $0.hasPrefix("control groups") || $0.hasPrefix("virtual machines") })
    }

    @Test func `a low terminal shows fewer consumers, whose rows still add up`() throws {
        let bench = try ConsumerBench()
        for number in 10...19 { try bench.start(number, comm: "work\(number)") }
        _ = try bench.second()
        let snapshot = try bench.second(Dictionary(uniqueKeysWithValues: (10...19).map { ($0, UInt64($0)) }))
        let shown = lines(snapshot, top: 10, rows: 20)
        #expect(shown.count <= 21)
        let rows = rows("processes", shown)
        #expect(rows.contains { $0.contains("others") })
        let host = try #require(snapshot.headline?.power?.rawValue)
        #expect(abs(sum(rows, from: power) / host - 1) < 0.05, "\(rows)")
    }
}
