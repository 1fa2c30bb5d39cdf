import PowerSensors
import PowerSensorsExporters

/// What is missing or limited, with its remedy, in a few lines.
struct FindingSection: ScreenSection {
    private let blocks: [[ScreenLine]]
    private let summary: ScreenLine
    private let hint: String

    init(_ findings: [Finding], width: Int, showsAll: Bool, hasKeys: Bool) {
        let shown = findings.filter { showsAll || $0.severity != .info }
        // Findings of one cause are one block.
        let causes = shown.unique { [$0.severity.name, $0.reason.name] }
        blocks = causes.map { first in
            let more = shown.count { $0.severity == first.severity && $0.reason == first.reason } - 1
            return Self.block(first, more: more, width: width)
        }
        hint = hasKeys ? "f shows them" : "powersensors doctor"
        let counts = causes.map(\.severity).unique(by: \.self).map { severity in
            let count = shown.count { $0.severity == severity }
            return "\(count) \(severity)\(count == 1 ? "" : "s")"
        }
        summary = ScreenLine(
            "! \(counts.joined(separator: ", ")): \(hint)",
            shown.contains { $0.severity == .error } ? .failure : .warning)
    }

    private static func block(_ finding: Finding, more: Int, width: Int) -> [ScreenLine] {
        let tone: ScreenLine.Tone =
            finding.severity == .error ? .failure : finding.severity == .warning ? .warning : .plain
        let alike = more > 0 ? " (and \(more) more like it)" : ""
        let text = "\(finding.severity): \(finding.text)\(alike)".safeToShow
        let remedy = finding.remedy.map { "Remedy: \($0)".safeToShow.wrapped(to: width - 2) } ?? []
        let lines = text.wrapped(to: width - 2).enumerated().map { index, line in
            ScreenLine((index == 0 && tone != .plain ? "! " : "  ") + line, tone)
        }
        return lines + remedy.map { ScreenLine("  " + $0) }
    }

    var height: Int { blocks.reduce(0) { $0 + $1.count } }

    var least: Int { min(height, 1) }

    func lines(limit: Int) -> [ScreenLine] {
        guard limit > 0, height > 0 else { return [] }
        if height <= limit { return blocks.flatMap(\.self) }
        var lines: [ScreenLine] = []
        var count = 0
        // Whole blocks, and a line for the others.
        for block in blocks where lines.count + block.count < limit {
            lines += block
            count += 1
        }
        if count == 0 { return [summary] }
        return lines + [ScreenLine("  +\(blocks.count - count) more: \(hint)", .faint)]
    }
}
