#if History
/// The rows of a query. Those of consumers are made one at a time, since there may be very many of them.
package struct HistoryRows: RandomAccessCollection, Sendable {
    private enum Rows {
        case rows([HistoryRow])
        case consumers(ConsumerTotals)
    }

    private let rows: Rows

    init(_ rows: [HistoryRow]) { self.rows = .rows(rows) }

    init(_ totals: ConsumerTotals) { rows = .consumers(totals) }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch rows {
        case .rows(let rows): rows.count
        case .consumers(let totals): totals.count
        }
    }

    package subscript(index: Int) -> HistoryRow {
        switch rows {
        case .rows(let rows): rows[index]
        case .consumers(let totals): totals.row(index)
        }
    }
}
#endif
