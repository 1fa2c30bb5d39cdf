import PowerSensors
import PowerSensorsCommand
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// Keys, and what they do.
struct ScreenKeysTests {
    @Test func `keys are recognised also if their bytes come in parts, and nothing else is a key`() {
        var reader = ScreenKeyReader()
        #expect(reader.keys(in: Array("q \t?".utf8)) == [.character("q"), .character(" "), .tab, .character("?")])
        #expect(reader.keys(in: Array("\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~".utf8)) == [.up, .down, .pageUp, .pageDown])
        #expect(reader.keys(in: [0x1B]).isEmpty)
        #expect(reader.keys(in: Array("[".utf8)).isEmpty)
        #expect(reader.keys(in: Array("1~".utf8)) == [.home])
        // A function key, Alt and q, a mouse, an ü.
        #expect(reader.keys(in: Array("\u{1B}[15~\u{1B}q\u{1B}[<0;33;12Mü".utf8)).isEmpty)
        #expect(reader.keys(in: Array("q".utf8)) == [.character("q")])
    }

    @Test func `random bytes do no harm`() throws {
        var state = try ScreenBench().state(findings: ScreenBench.findings)
        var reader = ScreenKeyReader()
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let bytes = (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for key in reader.keys(in: bytes) { _ = state.press(key) }
            let frame = ScreenFrame(state, rows: 12, columns: 60)
            state.limitScroll(to: frame.scrollLimit)
            #expect(frame.lines.count == 12)
        }
    }

    @Test func `q ends it, and a key without a meaning changes nothing`() {
        var state = ScreenState(node: "n1", interval: .seconds(1))
        let changes = [state.press(.character("z")), state.isOver, state.press(.character("q")), state.isOver]
        #expect(changes == [false, false, true, true])
    }

    @Test func `a pause holds the figures, says so, and goes on with the newest`() throws {
        let bench = try ScreenBench()
        var state = try bench.state()
        _ = state.press(.character(" "))
        let held = state.lines()
        #expect(held[0].hasSuffix("PAUSED "))
        let newest = try bench.snapshot()
        state.record(newest, findings: [])
        #expect(state.lines() == held, "the drawing, too")
        _ = state.press(.character(" "))
        #expect(!state.lines()[0].contains("PAUSED"))
        #expect(state.snapshot?.headline?.energy == newest.headline?.energy)
    }

    @Test func `the kind of consumer goes round, and each has a key`() throws {
        var state = try ScreenBench().state()
        #expect(state.kind == .virtualMachine, "the first that there is")
        var kinds: [Consumer.Kind] = []
        for _ in 0..<3 {
            _ = state.press(.tab)
            kinds.append(state.kind)
        }
        #expect(kinds == [.controlGroup, .process, .virtualMachine])
        for (key, kind) in [("g", Consumer.Kind.controlGroup), ("p", .process), ("v", .virtualMachine)] {
            _ = state.press(.character(Character(key)))
            #expect(state.lines(rows: 40).contains { $0.hasPrefix(kind.title) })
        }
    }

    @Test func `consumers are sorted by power, energy or name`() throws {
        let bench = try ScreenBench(processes: 12)
        var state = try bench.state()
        _ = state.press(.character("p"))
        func names() -> [Substring] {
            state.lines(rows: 50).filter { $0.hasPrefix("  work") }.compactMap { $0.split(separator: " ").first }
        }
        let byPower = names()
        #expect(byPower.first == "work11")
        _ = state.press(.character("n"))
        #expect(names() == byPower.sorted() && names() != byPower)
        _ = state.press(.character("s"))
        #expect(state.order == .power)
        _ = state.press(.character("s"))
        #expect(state.order == .energy && names().first == "work11")
    }

    @Test func `all findings can be scrolled to their end and no further`() throws {
        var state = try ScreenBench().state(findings: ScreenBench.findings)
        _ = state.press(.character("f"))
        #expect(state.lines(rows: 8).contains { $0.contains("error: hwmon (failed)") })
        _ = state.press(.end)
        let limit = ScreenFrame(state, rows: 8, columns: 80).scrollLimit
        state.limitScroll(to: limit)
        #expect(limit > 0 && state.scroll == limit)
        #expect(state.lines(rows: 8).contains { $0.contains("for information only") })
        _ = state.press(.up)
        #expect(state.scroll == limit - 1)
        _ = state.press(.character("f"))
        #expect(!state.showsFindings)
    }

    @Test func `the help explains each key, also on a low screen`() throws {
        var state = try ScreenBench().state()
        _ = state.press(.character("?"))
        for rows in [10, 24, 50] {
            let lines = state.lines(rows: rows)
            #expect(lines.contains { $0.hasPrefix("  q, Ctrl-C  quits") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("▶ cpu") })
        }
    }
}
