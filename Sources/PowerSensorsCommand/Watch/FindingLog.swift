package import PowerSensors

/// Which findings were told already, so that each is told once, when it appears.
package struct FindingLog {
    /// What makes two findings the same, though their figures may differ.
    private struct Identity: Hashable {
        let severity: Finding.Severity
        let subject: String
        let reason: String

        init(_ finding: Finding) {
            severity = finding.severity
            subject = finding.subject
            reason = finding.reason
        }
    }

    /// Enough for what takes seconds to show, and so rare that it costs nothing.
    private static let interval: Int64 = 1_000_000_000

    private var told: Set<Identity>
    private var nextLook: Int64 = .min

    /// A log that begins with what was told at the start.
    package init(told findings: [Finding]) { told = Set(findings.map(Identity.init)) }

    /// Whether a second has passed since the last time that this was so.
    ///
    /// - Parameter now: Nanoseconds of any clock, always the same.
    package mutating func isLookDue(at now: Int64) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = now &+ Self.interval
        return true
    }

    /// Takes in findings and answers those that were not told before.
    package mutating func takeNew(_ findings: [Finding]) -> [Finding] {
        findings.filter { told.insert(Identity($0)).inserted }
    }
}
