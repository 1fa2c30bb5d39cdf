#if Exporters && History
import PowerSensors
package import PowerSensorsHTTP
import PowerSensorsHistory

/// Answers the endpoint's queries of a history, no finer than its pages are.
package struct HistoryAnswer: Sendable {
    private let path: String
    private let interval: Duration
    private let lateness: Int64
    private let price: Double?
    /// The length in milliseconds of which every query's time is a multiple; nil if any is allowed.
    private let unit: Int64?

    /// What may be asked for by client programs: snapshots are finer than what is served.
    private static let groupings = HistoryForm.groupings.filter { $0 != HistoryGrouping.sample.name }

    private static let spikes = [MonitorEvent.Kind.powerSpike, .powerSpikeEnd].map(\.name)

    /// Times that fit into each other and into the store's rows, in milliseconds.
    private static let units: [Int64] = [1, 3, 5, 15, 60].map { $0 * 60_000 }

    /// - Parameters:
    ///   - path: The file.
    ///   - interval: Energy is told over no shorter times; an hour at most.
    ///   - kept: How often a snapshot is kept.
    ///   - price: The price of a kilowatt-hour; nil if costs are not wanted.
    package init(_ path: String, notFinerThan interval: Duration, keptEvery kept: Duration, price: Double?) {
        (self.path, self.interval, self.price) = (path, interval, price)
        lateness = kept.wholeNanoseconds / 1_000_000
        let milliseconds = interval.wholeNanoseconds / 1_000_000
        // A second is what the page itself shows.
        unit = interval <= .seconds(1) ? nil : Self.units.first { $0 >= milliseconds } ?? 3_600_000
    }

    /// The rows of a query, one JSON object a line.
    ///
    /// - Parameter now: The moment in milliseconds since 1970 UTC.
    package func rows(_ query: HistoryQuery, now: Int64) throws(HistoryRefusal) -> [UInt8] {
        func moment(_ name: String, _ text: String) throws(HistoryRefusal) -> Int64 {
            if let moment = HistoryTime.milliseconds(text, before: now) { return moment }
            throw .wrongQuery("\(name) must be \(HistoryTime.forms).")
        }
        let since = try moment("since", query.since ?? "1d")
        let until = try query.until.map { text throws(HistoryRefusal) in try moment("until", text) }
        guard since < until ?? now else { throw .wrongQuery("since must be before until, and before now.") }
        let grouping = try grouping(query)
        // So many rows are some megabytes.
        let longest: [HistoryGrouping: Int64] = [.minute: 7 * 86_400_000, .hour: 366 * 86_400_000]
        if let longest = longest[grouping], since < (until ?? now) - longest {
            throw .wrongQuery("These are too many rows. Ask for a shorter time, or for rows by day.")
        }
        let scope = query.scope.map { name in Scope.all.first { $0.name == name } }
        if case .some(nil) = scope { throw .wrongQuery("scope must be \(list(Scope.all.map(\.name), "or")).") }
        if scope != nil, !grouping.hasScopes {
            throw .wrongQuery("scope has no effect on rows by \(grouping.name).")
        }
        guard let unit else { return try rows(since, until, now: now, grouping, scope ?? nil) }
        // Two queries must not differ by less. What a snapshot adds to a time that is over must be there, too.
        func roundedDown(_ moment: Int64) -> Int64 { moment - (moment % unit + unit) % unit }
        let last = roundedDown(now - lateness)
        let range = (roundedDown(since), min(roundedDown(until ?? last), last))
        return range.0 < range.1 ? try rows(range.0, range.1, now: last, grouping, scope ?? nil) : []
    }

    private func grouping(_ query: HistoryQuery) throws(HistoryRefusal) -> HistoryGrouping {
        guard let grouping = HistoryGrouping.all.first(where: { $0.name == query.by ?? "hour" }),
            grouping != .sample
        else { throw .wrongQuery("by must be \(list(Self.groupings, "or")).") }
        if grouping == .minute, interval > .seconds(60) {
            throw .wrongQuery("Rows by \(grouping.name) are finer than what is served here.")
        }
        return grouping
    }

    private func rows(
        _ since: Int64, _ until: Int64?, now: Int64, _ grouping: HistoryGrouping, _ scope: Scope?
    ) throws(HistoryRefusal) -> [UInt8] {
        // Hours and days of local time begin between steps of an hour, where it differs from UTC by half of one.
        let calendar: LocalCalendar = (unit ?? 0) > 900_000 ? LocalCalendar { _ in 0 } : .current
        let reader = HistoryReader(path, calendar: calendar) { now }
        let rows: HistoryRows
        do throws(HistoryError) {
            rows = try reader.query(since: since, until: until, by: grouping, scope: scope)
        } catch {
            throw .unavailable("\(error)")
        }
        var bytes: [UInt8] = []
        for var row in rows {
            // Those of single snapshots, which are in a spike's text too.
            if unit != nil {
                (row.minimum, row.peak) = (nil, nil)
                if row.kind == .event, Self.spikes.contains(row.name) { row.text = "" }
            }
            row.appendJSON(price: price, to: &bytes)
            // More is not sent.
            if bytes.count > HistoryQuery.maximumSize { break }
        }
        return bytes
    }
}
#endif
