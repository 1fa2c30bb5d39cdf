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

    @Test func `where more is asked for, each finding is a line`() {
        #expect(FindingReport(findings, isVerbose: true).lines.count == 4)
    }
}
