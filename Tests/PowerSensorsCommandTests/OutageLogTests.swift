#if Exporters
import PowerSensorsCommand
import Testing

struct OutageLogTests {
    /// A log, and what it tells of one exporter.
    private struct Exporter {
        var log = OutageLog()
        var name = "history"
        var isEndTold = true

        mutating func fails(_ line: String) -> Bool { log.fail(name, line, isEndTold: isEndTold) }
        mutating func works(at second: Int) -> Bool { log.succeed(name, at: Int64(second) * 1_000_000_000) }
    }

    @Test func `an outage is told once, and again after the exporter has worked for a minute`() {
        var exporter = Exporter()
        let first = [exporter.works(at: 0), exporter.fails("No room."), exporter.fails("No room.")]
        #expect(first == [false, true, false])
        exporter.name = "csv"
        let other = exporter.fails("No room.")
        exporter.name = "history"
        let second = exporter.fails("Read-only.")
        #expect(other && second, "another exporter, and another failure")
        // A minute from the first success, and not from the failure.
        let ends = (100..<170).filter { exporter.works(at: $0) }
        #expect(ends == [160])
        let third = exporter.fails("Read-only.")
        #expect(third)
    }

    @Test func `one that fails now and then has one outage`() {
        var exporter = Exporter()
        let told = (0..<600).filter { $0 % 50 == 0 ? exporter.fails("Slow.") : exporter.works(at: $0) }
        #expect(told == [0])
    }

    @Test func `of a server only the failures are told`() {
        var exporter = Exporter(name: "loki", isEndTold: false)
        let first = exporter.fails("Refused.")
        let ends = (0..<100).filter { exporter.works(at: $0) }
        let second = exporter.fails("Refused.")
        #expect(first && ends.isEmpty && second)
    }
}
#endif
