package import PowerSensors

/// Writes what is known of a machine as text for people.
package struct TextReport {
    let node: String
    let style: TextStyle
    private let showsInformation: Bool

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - style: The text's style.
    ///   - showsInformation: Whether to show findings that are no problem, instead of their number.
    package init(node: String, style: TextStyle = TextStyle(), showsInformation: Bool = true) {
        self.node = node.safeToShow
        self.style = style
        self.showsInformation = showsInformation
    }

    /// The sentence that a report begins with.
    func summary(_ summary: PowerSummary) -> [String] {
        summary.text.wrapped(to: min(style.width, 100)).map(style.bold)
    }

    /// Findings under a heading; empty without findings.
    package func lines(_ findings: [Finding]) -> [String] {
        if findings.isEmpty { return [] }
        var lines = ["", style.dim("findings")]
        let shown = showsInformation ? findings : findings.filter { $0.severity != .info }
        for finding in shown {
            lines.append(style.bold("  \(finding.severity): \(finding.subject) (\(finding.reason))".safeToShow))
            let remedy = finding.remedy.map { ["Remedy: \($0)"] } ?? []
            lines += ([finding.text] + remedy).flatMap { $0.safeToShow.wrapped(to: min(style.width - 3, 100)) }.map {
                "    \($0)"
            }
        }
        let hidden = findings.count - shown.count
        if hidden > 0 {
            lines.append("  \(hidden)\(shown.isEmpty ? "" : " more") for information only; --verbose shows them")
        }
        return lines
    }
}
