package import PowerSensors

/// Findings as lines for standard error.
package struct FindingReport {
    package let lines: [String]

    /// Creates one line for each finding; for findings that appear later, which no other subcommand shows.
    package init(each findings: [Finding], isVerbose: Bool) {
        lines = findings.filter { isVerbose || $0.severity != .info }.map { "\($0)" }
    }

    /// Creates one line for each severity and reason, without mere information; with `isVerbose`, one line for each finding.
    package init(_ findings: [Finding], isVerbose: Bool) {
        self = isVerbose ? FindingReport(each: findings, isVerbose: true) : FindingReport(causes: findings)
    }

    private init(causes findings: [Finding]) {
        let problems = findings.filter { $0.severity != .info }
        let cause = { (finding: Finding) in [finding.severity.name, finding.reason.name] }
        lines = problems.unique(by: cause).map { first in
            let more = problems.count { cause($0) == cause(first) } - 1
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
    private static func identity(_ finding: Finding) -> [String] {
        [finding.severity.name, finding.subject, finding.reason.name]
    }

    private var reported: Set<[String]>

    package init(reported findings: [Finding]) { reported = Set(findings.map(Self.identity)) }

    /// The findings that are new since the previous call.
    package mutating func takeNew(_ findings: [Finding]) -> [Finding] {
        findings.filter { reported.insert(Self.identity($0)).inserted }
    }
}
