package import PowerSensors

/// Findings as lines for standard error.
package struct FindingReport {
    package let lines: [String]

    /// One line for each finding, for those that appear later: no other subcommand shows them.
    package init(each findings: [Finding], isVerbose: Bool) {
        lines = findings.filter { isVerbose || $0.severity != .info }.map { "\($0)" }
    }

    /// One line for each cause, without those that are not a problem; with `isVerbose`, one for each finding.
    package init(_ findings: [Finding], isVerbose: Bool) {
        self = isVerbose ? FindingReport(each: findings, isVerbose: true) : FindingReport(causes: findings)
    }

    private init(causes findings: [Finding]) {
        struct Cause: Hashable {
            let severity: Finding.Severity
            let reason: Finding.Reason
        }
        var order: [Cause] = []
        var byCause: [Cause: [Finding]] = [:]
        for finding in findings where finding.severity != .info {
            let cause = Cause(severity: finding.severity, reason: finding.reason)
            if byCause[cause] == nil { order.append(cause) }
            byCause[cause, default: []].append(finding)
        }
        lines = order.compactMap { cause in
            guard let alike = byCause[cause], let first = alike.first else { return nil }
            let more = alike.count - 1
            return "\(first)" + (more > 0 ? " (and \(more) more like it: powersensors list)" : "")
        }
    }

    /// Writes the lines to standard error.
    func write() {
        for line in lines { StandardError.write(line) }
    }
}

/// The findings that have been reported, so that each is reported once, when it appears.
package struct FindingLog {
    /// What makes two findings the same, even if the figures in their texts differ.
    private struct Identity: Hashable {
        let severity: Finding.Severity
        let subject: String
        let reason: Finding.Reason

        init(_ finding: Finding) {
            severity = finding.severity
            subject = finding.subject
            reason = finding.reason
        }
    }

    private var reported: Set<Identity>

    package init(reported findings: [Finding]) { reported = Set(findings.map(Identity.init)) }

    /// The findings that are new since the last call.
    package mutating func takeNew(_ findings: [Finding]) -> [Finding] {
        findings.filter { reported.insert(Identity($0)).inserted }
    }
}
