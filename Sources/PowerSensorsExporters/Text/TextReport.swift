import PowerSensors

/// Writes what is known of a machine as text for people.
package struct TextReport {
    let node: String
    let style: TextStyle

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - style: The text's style.
    package init(node: String, style: TextStyle = TextStyle()) {
        self.node = node.safeToShow
        self.style = style
    }

    /// Findings under a heading; empty without findings.
    func lines(_ findings: [Finding]) -> [String] {
        if findings.isEmpty { return [] }
        var lines = ["", style.dim("findings")]
        for finding in findings {
            lines.append(style.bold("  \(finding.severity): \(finding.subject) (\(finding.reason))".safeToShow))
            let remedy = finding.remedy.map { ["Remedy: \($0)"] } ?? []
            lines += ([finding.text] + remedy).flatMap { $0.safeToShow.wrapped(to: 76) }.map { "    \($0)" }
        }
        return lines
    }
}
