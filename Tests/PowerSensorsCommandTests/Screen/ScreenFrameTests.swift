import PowerSensors
import PowerSensorsCommand
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// What a screen of a size shows.
struct ScreenFrameTests {
    @Test(arguments: [20, 40, 60, 80, 120, 200])
    func `a screen of any size holds its lines, the host's figure first and the keys last`(columns: Int) throws {
        let state = try ScreenBench().state(findings: ScreenBench.findings)
        for rows in [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 30, 40, 60] {
            let lines = state.lines(rows: rows, columns: columns)
            #expect(lines.allSatisfy { $0.count < columns }, "\(rows) rows: \(lines)")
            #expect(lines.count == rows || (rows < 4 && lines.count < rows), "\(rows) rows: \(lines)")
            #expect(lines.contains { $0.hasPrefix("▶ cpu") }, "\(rows) rows: \(lines)")
            if rows >= 4 { #expect(lines.last?.hasPrefix("q quit") == true) }
        }
    }

    @Test func `a low screen loses findings first, then consumers, then components`() throws {
        let state = try ScreenBench().state(findings: ScreenBench.findings)
        let signs = ["! error", "processors idle", "package-0"]
        let shown = (1...60).map { rows in
            let lines = state.lines(rows: rows)
            return signs.map { sign in lines.contains { $0.contains(sign) } }
        }
        let first = signs.indices.map { index in shown.firstIndex { $0[index] } ?? 60 }
        #expect(first[2] < first[1] && first[1] < first[0] && first[0] < 40, "\(first)")
        #expect(shown.last == [true, true, true])
    }

    @Test(arguments: [40, 80, 200]) func `what does not fit on a low screen is counted in a line`(columns: Int) throws {
        let state = try ScreenBench().state(findings: ScreenBench.findings)
        for rows in 8...40 {
            let lines = state.lines(rows: rows, columns: columns)
            for (word, title) in [("component", "components"), ("consumer", "virtual")] {
                let isShown = lines.contains { $0.hasPrefix(title) }
                let isCounted = lines.contains { $0.hasPrefix("  … ") && $0.contains("more \(word)") }
                #expect(isShown || isCounted, "\(rows) rows: \(lines)")
            }
        }
    }

    @Test func `eighty columns have the figures, the last minutes, the parts and their users`() throws {
        var state = try ScreenBench().state(after: 40)
        _ = state.press(.character("p"))
        let lines = state.lines(rows: 30)
        let drawing = String(repeating: "█", count: 12)
        let shown = lines.dropFirst().map { $0 }
        let parts = try #require(shown.firstIndex { $0.hasPrefix("components") })
        #expect(
            shown[0...2] == [
                "host                   power                     energy     source",
                "▶ cpu                 200.0  W                   15.60  kJ  measured rapl",
                "  platform            250.0  W                   19.50  kJ  measured rapl",
            ], "\(shown)")
        #expect(
            shown[3].hasSuffix("\(drawing)  up to 200.0 W") && shown[4].hasSuffix("\(drawing)  last 6 min"), "\(shown)")
        #expect(
            shown[parts + 1] == "  package-0           100.0  W  █████             7.800 kJ  measured rapl", "\(shown)")
        #expect(shown.contains { $0.hasPrefix("  work11 ") && $0.contains("█") && $0.hasSuffix("pid 11") }, "\(shown)")
        #expect(shown.contains { $0.hasPrefix("  processors idle") })
    }

    @Test func `a wide screen has longer bars, and a narrow one none`() throws {
        let state = try ScreenBench().state()
        func bar(_ columns: Int) -> Int {
            state.lines(rows: 40, columns: columns).first { $0.contains("package-0") }?.count { $0 == "█" } ?? -1
        }
        #expect(bar(60) == 0)
        #expect(0 < bar(80) && bar(80) < bar(120) && bar(120) < bar(200), "\([80, 120, 200].map(bar))")
    }

    @Test func `the rows of a kind add up, also if a low screen shows few of them`() throws {
        let bench = try ScreenBench(processes: 12)
        var state = try bench.state()
        _ = state.press(.character("p"))
        for rows in [24, 30, 50] {
            let lines = state.lines(rows: rows)
            let start = try #require(lines.firstIndex { $0.hasPrefix("processes") }) + 1
            let shown = lines[start...].prefix { $0.hasPrefix("  ") }
            #expect(shown.count >= 4)
            let factors = ["W": 1.0, "mW": 1e-3]
            let sum = shown.reduce(0.0) { sum, line in
                let words = line.dropFirst(21).split(separator: " ").prefix(2)
                return sum + (Double(words.first ?? "") ?? .nan) * (factors[String(words.last ?? "")] ?? .nan)
            }
            #expect(abs(sum - 200) < 1, "\(rows) rows: \(lines)")
        }
    }

    @Test func `what never had a value takes up no row, and what has lost it is marked and told`() throws {
        let never = try ScreenBench(unreadable: "psys").state().lines(rows: 40)
        #expect(!never.contains { $0.contains("psys") }, "\(never)")
        #expect(never.contains { $0.hasPrefix("components") && $0.hasSuffix("1 without value") }, "\(never)")

        let bench = try ScreenBench()
        var state = try bench.state()
        #expect(state.lines(rows: 40).contains { $0.hasPrefix("  psys") })
        try bench.machine.zone("psys")?.inject(.garbage, at: "energy_uj")
        state.record(try bench.snapshot(), findings: [])
        let lost = state.lines(rows: 40)
        #expect(lost.contains { $0.hasPrefix("! psys") && $0.contains("–") && $0.contains("read failed") }, "\(lost)")
        #expect(lost.contains { $0.hasPrefix("! warning: rapl/psys had a value and has none now") }, "\(lost)")
        #expect(lost.contains("  Remedy: powersensors doctor says why."), "\(lost)")
    }

    @Test func `without figures it waits, and without a keyboard it names no keys`() throws {
        let empty = ScreenState(node: "n1", interval: .seconds(1))
        #expect(empty.lines().first == "n1  waiting for the first figures")
        let state = try ScreenBench().state(hasKeys: false)
        #expect(state.lines().last == "Ctrl-C quits")
    }

    @Test func `findings are told with their remedies as far as there is room, each cause once`() throws {
        let state = try ScreenBench().state(findings: ScreenBench.findings)
        let all = state.lines(rows: 60)
        #expect(all.contains("! error: The chips could not be read."))
        #expect(all.contains("  Remedy: sudo modprobe one-of-them"))
        #expect(all.contains { $0.hasSuffix("(and 1 more like it)") })
        #expect(!all.contains { $0.contains("Two are one") }, "information is for --verbose")
        let heights = (12...60).map { state.lines(rows: $0) }
        #expect(heights.contains { $0.contains("! 1 error, 2 warnings: f shows them") })
        #expect(heights.contains { $0.contains("  +1 more: f shows them") })
    }

    @Test func `names from files do not control the terminal`() throws {
        let state = try ScreenBench().state(
            node: "\u{1B}[31mred",
            findings: [
                Finding(severity: .error, subject: "x", reason: .failed, text: "\u{1B}[2J\r", remedy: "\u{9D}")
            ])
        let bytes = ScreenEncoder(hasColour: false, characters: .unicode).bytes(
            ScreenFrame(state, rows: 60, columns: 80).lines)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("\u{1B}[31m") && !text.contains("\u{1B}[2J") && !text.contains("\u{9D}"))
    }
}
