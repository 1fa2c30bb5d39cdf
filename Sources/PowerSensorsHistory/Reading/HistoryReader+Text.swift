#if History
import PowerSensors
import PowerSensorsExporters

extension HistoryReader {
    /// Rows as a table for people, in local time. Unknown values are `-`.
    ///
    /// - Parameters:
    ///   - rows: The rows of a query.
    ///   - grouping: What they are of.
    ///   - since: When the query begins, in milliseconds since 1970 UTC.
    ///   - until: When it ends; nil for now.
    ///   - price: The price of a kilowatt-hour; nil if costs are not wanted.
    package func text(
        _ rows: [HistoryRow], _ grouping: HistoryGrouping, since: Int64, until: Int64?, price: Double?
    ) -> [UInt8] {
        if rows.isEmpty {
            let end = until.map { moment($0) } ?? "now"
            return Array("There is nothing in the history between \(moment(since)) and \(end).\n".utf8)
        }
        if grouping == .event { return eventTable(rows) }
        let table = HistoryTable(price: price, isNamed: !grouping.isChronological)
        var lines = [table.heading(first: title(grouping, rows))]
        for row in rows {
            lines.append(table.cells(row, first: grouping.isChronological ? [label(row, grouping)] : table.names(row)))
        }
        // Scopes overlap, and so do channels.
        if grouping != .scope, grouping != .channel {
            lines.append(
                table.cells(HistoryTable.total(rows, grouping), first: table.isNamed ? ["", "total"] : ["total"]))
        }
        return Array(table.aligned(lines).utf8)
    }

    /// The heading of the first columns.
    private func title(_ grouping: HistoryGrouping, _ rows: [HistoryRow]) -> [String] {
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

    private func eventTable(_ rows: [HistoryRow]) -> [UInt8] {
        let lines = rows.map { "\(moment($0.fromMilliseconds, seconds: true))  \($0.text.safeToShow)\n" }
        return Array(lines.joined().utf8)
    }

    /// A moment in local time, to the minute.
    private func moment(_ milliseconds: Int64, seconds: Bool = false) -> String {
        let local = milliseconds + calendar.offset(floorDivided(milliseconds, by: 1000)) * 1000
        let stamp = Timestamp(milliseconds: local).iso8601
        return "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(seconds ? 8 : 5))"
    }
}

/// The columns of a table of rows.
private struct HistoryTable {
    let price: Double?

    /// Whether rows have a kind and a name, in place of a time.
    let isNamed: Bool

    private static let unknown = "-"

    func heading(first: [String]) -> [String] {
        first + ["energy", "mean", "peak", "covered", "CO2"] + (price == nil ? [] : ["cost"])
    }

    func names(_ row: HistoryRow) -> [String] {
        let name = [row.namespace, row.name].filter { !$0.isEmpty }.joined(separator: "/")
        return [row.kind.name, name.safeToShow]
    }

    func cells(_ row: HistoryRow, first: [String]) -> [String] {
        func text(_ figure: Figure?) -> String { figure.map { "\($0.number) \($0.unit)" } ?? Self.unknown }
        let cost = price.map { price in [row.cost(at: price).map { fixed($0, decimals: 2) } ?? Self.unknown] }
        return first + [
            text(row.energy.map { Figure($0) }), text(row.mean.map { Figure($0) }), text(row.peak.map { Figure($0) }),
            fixed(row.covered * 100, decimals: 0) + " %", text(row.carbon.map { Figure($0) }),
        ] + (cost ?? [])
    }

    /// What all rows are together.
    static func total(_ rows: [HistoryRow], _ grouping: HistoryGrouping) -> HistoryRow {
        let range = (rows[0].fromMilliseconds, rows[rows.count - 1].toMilliseconds)
        var total = HistoryRow(.host, name: "", from: range.0, to: range.1)
        let energy = rows.compactMap(\.energyMicrojoules).reduce(Int64(0)) { $0.clampedSum($1) }
        total.energyMicrojoules = energy
        let carbon = rows.map(\.carbon)
        if !carbon.contains(nil) { total.carbon = Grams(carbon.compactMap { $0?.rawValue }.reduce(0, +)) }
        guard grouping.isChronological else {
            // The parts have the same time.
            total.mean = Watts(rows.compactMap { $0.mean?.rawValue }.reduce(0, +))
            total.covered = rows[0].covered
            return total
        }
        let time = rows.reduce(Int64(0)) { $0.clampedSum($1.milliseconds) }
        if time > 0 { total.mean = Watts(Double(energy) / Double(time) / 1000) }
        total.peak = rows.compactMap(\.peak).max()
        let sampled = rows.reduce(0.0) { $0 + $1.covered * Double($1.toMilliseconds - $1.fromMilliseconds) }
        if range.1 > range.0 { total.covered = min(sampled / Double(range.1 - range.0), 1) }
        return total
    }

    /// The lines, with texts on the left and numbers on the right of their columns.
    func aligned(_ lines: [[String]]) -> String {
        let texts = isNamed ? 2 : 1
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let rows = lines.map { line in
            let cells = line.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - line[column].count)
                return column < texts ? line[column] + padding : padding + line[column]
            }
            return cells.joined(separator: "  ") + "\n"
        }
        return rows.joined()
    }
}
#endif
