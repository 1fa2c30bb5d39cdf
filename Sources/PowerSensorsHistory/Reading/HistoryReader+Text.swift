#if History
import Glibc
package import PowerSensors
import PowerSensorsExporters

extension HistoryReader {
    /// Writes rows as a table for people, in local time, line by line. Unknown values are `-`.
    ///
    /// - Parameters:
    ///   - rows: The rows of a query.
    ///   - grouping: What they are of.
    ///   - since: When the query begins, in milliseconds since 1970 UTC.
    ///   - until: When it ends; nil for now.
    ///   - scope: The scope that was asked for; nil for none.
    ///   - others: The scopes that the history has in that time, in case it is not there.
    ///   - price: The price of a kilowatt-hour; nil if costs are not wanted.
    ///   - write: Receives each line.
    package func writeText<Failure: Error>(
        _ rows: HistoryRows, _ grouping: HistoryGrouping, since: Int64, until: Int64?, scope: Scope? = nil,
        others: [String] = [], price: Double?, to write: (String) throws(Failure) -> Void
    ) throws(Failure) {
        if rows.isEmpty {
            let end = until.map { moment($0) } ?? "now"
            let subject = scope.map { " of the scope \($0)" } ?? ""
            let hint = others.isEmpty ? "" : " There is \(others.joined(separator: ", "))."
            return try write(
                "There is nothing\(subject) in the history between \(moment(since)) and \(end).\(hint)\n")
        }
        if grouping == .event {
            for row in rows { try write(line(ofEvent: row)) }
            return
        }
        let total = HistoryTable.total(rows, grouping)
        let table = HistoryTable(price: price, whole: total, isNamed: !grouping.isChronological)
        func cells(_ row: HistoryRow) -> [String] {
            table.cells(row, first: grouping.isChronological ? [label(row, grouping)] : table.names(row))
        }
        var others = [table.heading(first: title(grouping, rows))]
        // Scopes overlap, and so do channels.
        if grouping != .scope, grouping != .channel {
            others.append(
                table.cells(total, first: table.isNamed ? ["", "total"] : ["total"]))
        }
        // Twice the work, since all lines of a year's consumers would be much memory.
        var widths = others[0].indices.map { column in others.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            for (column, cell) in cells(row).enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        try write(table.line(others[0], widths))
        for row in rows { try write(table.line(cells(row), widths)) }
        for total in others.dropFirst() { try write(table.line(total, widths)) }
    }

    /// The heading of the first columns.
    private func title(_ grouping: HistoryGrouping, _ rows: HistoryRows) -> [String] {
        if !grouping.isChronological { return ["kind", "name"] }
        let scopes = Set(rows.map(\.name))
        return [scopes.count == 1 ? "\(grouping) (\(scopes.first ?? ""))" : grouping.name]
    }

    private func label(_ row: HistoryRow, _ grouping: HistoryGrouping) -> String {
        switch grouping {
        case .day: String(moment(row.fromMilliseconds).prefix(10))
        case .sample: moment(row.toMilliseconds, seconds: true)
        default: moment(row.fromMilliseconds)
        }
    }

    private func line(ofEvent row: HistoryRow) -> String {
        "\(moment(row.fromMilliseconds, seconds: true))  \(row.text.safeToShow)\n"
    }

    /// A moment in local time, to the minute; with the difference to UTC where clocks show it twice.
    private func moment(_ milliseconds: Int64, seconds: Bool = false) -> String {
        let offset = calendar.offset(floorDivided(milliseconds, by: 1000))
        let stamp = Timestamp(milliseconds: milliseconds + offset * 1000).iso8601
        let text = "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(seconds ? 8 : 5))"
        if !calendar.isTwice(milliseconds) { return text }
        let (hours, minutes) = (abs(offset) / 3600, abs(offset) / 60 % 60)
        func twoDigits(_ number: Int64) -> String { String("\(100 + number)".dropFirst()) }
        return "\(text) \(offset < 0 ? "-" : "+")\(twoDigits(hours)):\(twoDigits(minutes))"
    }
}

/// The columns of a table of rows.
private struct HistoryTable {
    let price: Double?

    /// The decimals of costs: three digits of the whole, lest the parts be 0.
    private let decimals: Int

    /// Whether rows have a kind and a name, in place of a time.
    let isNamed: Bool

    private static let unknown = "-"

    /// - Parameter whole: What all rows are together.
    init(price: Double?, whole: HistoryRow, isNamed: Bool) {
        (self.price, self.isNamed) = (price, isNamed)
        let cost = price.flatMap { whole.cost(at: $0) } ?? 0
        decimals = cost >= 1 || cost <= 0 ? 2 : min(2 - Int(log10(cost).rounded(.down)), 6)
    }

    func heading(first: [String]) -> [String] {
        first + ["energy", "mean", "peak", "covered", "CO2"] + (price == nil ? [] : ["cost"])
    }

    func names(_ row: HistoryRow) -> [String] {
        let name = [row.namespace, row.name].filter { !$0.isEmpty }.joined(separator: "/")
        return [row.kind.name, name.safeToShow]
    }

    func cells(_ row: HistoryRow, first: [String]) -> [String] {
        func text(_ figure: Figure?) -> String { figure.map { "\($0.number) \($0.unit)" } ?? Self.unknown }
        let cost = price.map { price in [row.cost(at: price).map { fixed($0, decimals: decimals) } ?? Self.unknown] }
        return first + [
            text(row.energy.map { Figure($0) }), text(row.mean.map { Figure($0) }), text(row.peak.map { Figure($0) }),
            fixed(row.covered * 100, decimals: 0) + " %", text(row.carbon.map { Figure($0) }),
        ] + (cost ?? [])
    }

    /// What all rows are together.
    static func total(_ rows: HistoryRows, _ grouping: HistoryGrouping) -> HistoryRow {
        let range = rows.known
        var total = HistoryRow(.host, name: "", from: range.lowerBound, to: range.upperBound)
        var (energy, time): (Int64, Int64) = (0, 0)
        var (grams, means, sampled): (Double?, Double, Double) = (0, 0, 0)
        for row in rows {
            energy = energy.clampedSum(row.energyMicrojoules ?? 0)
            time = time.clampedSum(row.milliseconds)
            grams = grams.flatMap { sum in row.carbon.map { sum + $0.rawValue } }
            means += row.mean?.rawValue ?? 0
            sampled += row.covered * Double(row.toMilliseconds - row.fromMilliseconds)
            if let peak = row.peak { total.peak = max(total.peak ?? peak, peak) }
        }
        total.energyMicrojoules = energy
        total.carbon = grams.map { Grams($0) }
        guard grouping.isChronological else {
            // The parts have the same time, and not their peaks.
            (total.mean, total.peak, total.covered) = (Watts(means), nil, rows[0].covered)
            return total
        }
        if time > 0 { total.mean = Watts(Double(energy) / Double(time) / 1000) }
        // Of the time that was asked for, as it is of consumers, and not only of that from the first row on.
        if !range.isEmpty { total.covered = min(sampled / Double(range.upperBound - range.lowerBound), 1) }
        return total
    }

    /// A line, with texts on the left and numbers on the right of their columns.
    func line(_ cells: [String], _ widths: [Int]) -> String {
        let texts = isNamed ? 2 : 1
        let padded = cells.indices.map { column in
            let padding = String(repeating: " ", count: widths[column] - cells[column].count)
            return column < texts ? cells[column] + padding : padding + cells[column]
        }
        return padded.joined(separator: "  ") + "\n"
    }
}
#endif
