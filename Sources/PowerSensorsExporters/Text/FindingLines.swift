import PowerSensors

/// Findings as lines for people, under a heading; empty without findings.
func findingLines(_ findings: [Finding], _ style: TextStyle) -> [String] {
    if findings.isEmpty { return [] }
    var lines = ["", style.dim("findings")]
    for finding in findings {
        lines.append(style.bold("  \(finding.severity): \(finding.subject) (\(finding.reason))".safeToShow))
        lines += finding.text.safeToShow.folded(76).map { "    \($0)" }
        if let remedy = finding.remedy { lines += "Remedy: \(remedy)".safeToShow.folded(76).map { "    \($0)" } }
    }
    return lines
}
