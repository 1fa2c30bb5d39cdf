import Fixtures

/// The rows as one table of pipes and dashes, which reads as it is and in Markdown.
struct Table {
    private let rows: [Row]

    init(_ rows: [Row]) { self.rows = rows }

    private static let header = [
        "work", "against", "ours, ns", "theirs, ns", "ratio of minima, each run", "median ratio, each run",
        "instructions a channel", "allocations", "bar", "met",
    ]

    /// The table, ready to print.
    var text: String {
        let cells = [Self.header] + rows.map(Self.cells)
        let widths = Self.header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { line in
            let padded = zip(line, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count)
            }
            return "| \(padded.joined(separator: " | ")) |"
        }
        let rule = "| \(widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ")) |"
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }

    /// What is said below the table.
    var notes: [String] { rows.compactMap { row in row.note.map { "\(row.work): \($0)" } } }

    private static func cells(_ row: Row) -> [String] {
        [
            row.work,
            row.peer ?? "",
            row.ours.map { whole($0) } ?? "",
            row.theirs.map { whole($0) } ?? "",
            row.minima.map { fixed($0) }.joined(separator: " "),
            row.medians.map { fixed($0) }.joined(separator: " "),
            row.instructions.map { "\(whole($0.ours)) against \(whole($0.theirs))" } ?? "",
            row.allocations.map { fixed($0, digits: $0 == $0.rounded() ? 0 : 3) } ?? "",
            bars(row).joined(separator: ", "),
            verdict(row),
        ]
    }

    private static func bars(_ row: Row) -> [String] {
        var bars: [String] = []
        switch row.bar {
        case .atMost(let most): bars.append("≤ \(fixed(most)) ×")
        case .medianAtMost(let most): bars.append("median ≤ \(fixed(most)) ×")
        case .cheaperBy(let times): bars.append("≥ \(whole(times)) × cheaper")
        case .none: break
        }
        if let bar = row.allocationBar { bars.append("\(whole(bar)) allocations") }
        return bars
    }

    private static func verdict(_ row: Row) -> String {
        if row.failsAllocationBar { return "NO, it allocates" }
        switch row.meetsBar {
        case true?: return "yes"
        case false?: return "not met"
        case nil: return row.allocationBar == nil ? "" : "yes"
        }
    }

    private static func whole(_ number: Double) -> String { "\(Int(number.rounded()))" }
}

/// A number with so many decimals.
func fixed(_ number: Double, digits: Int = 2) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((number * Double(scale)).rounded())
    guard digits > 0 else { return "\(scaled)" }
    let fraction = "\(scaled.magnitude % UInt(scale))"
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / UInt(scale)).\(zeros)\(fraction)"
}
