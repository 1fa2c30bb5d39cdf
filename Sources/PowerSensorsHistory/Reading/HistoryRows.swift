#if History
/// The rows of a query. Those of consumers are made one at a time, since there may be very many of them.
package struct HistoryRows: RandomAccessCollection, Sendable {
    private enum Rows {
        case rows([HistoryRow])
        case consumers(SharedTotals)
    }

    /// Totals that are not copied with each row.
    private final class SharedTotals: Sendable {
        let totals: ConsumerTotals

        init(_ totals: ConsumerTotals) { self.totals = totals }
    }

    private let rows: Rows

    /// The part of the query's time of which something may be known, in milliseconds since 1970 UTC.
    let known: Range<Int64>

    init(_ rows: [HistoryRow], of known: Range<Int64>) { (self.rows, self.known) = (.rows(rows), known) }

    init(_ totals: ConsumerTotals, of known: Range<Int64>) {
        (rows, self.known) = (.consumers(SharedTotals(totals)), known)
    }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch rows {
        case .rows(let rows): rows.count
        case .consumers(let shared): shared.totals.count
        }
    }

    package subscript(index: Int) -> HistoryRow {
        switch rows {
        case .rows(let rows): rows[index]
        case .consumers(let shared): shared.totals.row(index)
        }
    }
}
#endif
