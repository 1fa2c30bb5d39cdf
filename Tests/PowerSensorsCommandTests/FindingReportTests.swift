import PowerSensors
import PowerSensorsCommand
import Testing

struct FindingReportTests {
    private let findings = [
        Finding(severity: .warning, subject: "a", reason: .forbidden, text: "No.", remedy: "chmod"),
        Finding(severity: .info, subject: "b", reason: .merged, text: "Twice."),
        Finding(severity: .warning, subject: "c", reason: .forbidden, text: "No."),
        Finding(severity: .error, subject: "d", reason: .masked, text: "Hidden."),
    ]

    @Test func `each cause is one line, without those that are not a problem`() {
        #expect(
            FindingReport(findings, isVerbose: false).lines == [
                "warning: a: No. Remedy: chmod (and 1 more like it: powersensors list)",
                "error: d: Hidden.",
            ])
    }

    @Test func `a later finding is a line of its own, reported once`() {
        let frozen = Finding(severity: .warning, subject: "a", reason: .frozen, text: "For 10 s.")
        let longer = Finding(severity: .warning, subject: "a", reason: .frozen, text: "For 20 s.")
        var log = FindingLog(reported: findings)
        #expect(log.takeNew(findings).isEmpty)
        let new = log.takeNew(findings + [frozen])
        #expect(FindingReport(each: new, isVerbose: false).lines == ["warning: a: For 10 s."])
        #expect(log.takeNew(findings + [longer]).isEmpty)
        #expect(FindingReport(each: findings, isVerbose: false).lines.count == 3)
    }

    @Test func `with isVerbose each finding is a line`() {
        #expect(FindingReport(findings, isVerbose: true).lines.count == 4)
    }
}
