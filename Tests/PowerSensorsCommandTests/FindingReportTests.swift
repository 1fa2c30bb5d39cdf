import PowerSensors
import PowerSensorsCommand
import Testing

struct FindingReportTests {
    private let findings = [
        Finding(severity: .warning, subject: "a", reason: "forbidden", text: "No.", remedy: "chmod"),
        Finding(severity: .info, subject: "b", reason: "merged", text: "Twice."),
        Finding(severity: .warning, subject: "c", reason: "forbidden", text: "No."),
        Finding(severity: .error, subject: "d", reason: "masked", text: "Hidden."),
    ]

    @Test func `each cause is one line, and what is no problem is none`() {
        #expect(
            FindingReport(findings, isVerbose: false).lines == [
                "powersensors: warning: a: No. Remedy: chmod (and 1 more like it: powersensors list)",
                "powersensors: error: d: Hidden.",
            ])
    }

    @Test func `what came up later is a line each, and told once`() {
        let frozen = Finding(severity: .warning, subject: "a", reason: "frozen", text: "For 10 s.")
        let longer = Finding(severity: .warning, subject: "a", reason: "frozen", text: "For 20 s.")
        var log = FindingLog(told: findings)
        #expect(log.takeNew(findings).isEmpty)
        let new = log.takeNew(findings + [frozen])
        #expect(FindingReport(each: new, isVerbose: false).lines == ["powersensors: warning: a: For 10 s."])
        #expect(log.takeNew(findings + [longer]).isEmpty)
        #expect(FindingReport(each: findings, isVerbose: false).lines.count == 3)
    }

    @Test func `the log is looked at once a second`() {
        var log = FindingLog(told: [])
        let looks = stride(from: 5_000_000_000, to: 8_000_000_000, by: 250_000_000).filter { log.isLookDue(at: $0) }
        #expect(looks == [5_000_000_000, 6_000_000_000, 7_000_000_000])
    }

    @Test func `where more is asked for, each finding is a line`() {
        #expect(FindingReport(findings, isVerbose: true).lines.count == 4)
    }
}
