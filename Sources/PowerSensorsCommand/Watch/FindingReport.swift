package import PowerSensors

/// The findings as lines for standard error: what is wrong, once for each cause.
package struct FindingReport {
    /// The lines, without their ends.
    package let lines: [String]

    /// Every finding that is a line of its own: those that came up later, which no other subcommand shows.
    package init(each findings: [Finding], isVerbose: Bool) {
        lines = findings.filter { isVerbose || $0.severity != .info }.map { "powersensors: \($0)" }
    }

    /// Puts findings of one cause together; those that are no problem come only where asked for.
    package init(_ findings: [Finding], isVerbose: Bool) {
        self = isVerbose ? FindingReport(each: findings, isVerbose: true) : FindingReport(causes: findings)
    }

    private init(causes findings: [Finding]) {
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
            return "powersensors: \(first)" + (more > 0 ? " (and \(more) more like it: powersensors list)" : "")
        }
    }

    /// Writes the lines to standard error.
    func write() {
        for line in lines { StandardError.write(line) }
    }

    private struct Cause: Hashable {
        let severity: Finding.Severity
        let reason: String
    }
}
