#if History
public import PowerSensors

/// Reads a history, also while another program writes it.
///
/// Each query opens the file and closes it again. It blocks, for less than a second even if it is about a year.
public struct HistoryReader: Sendable {
    /// Where the service keeps its history.
    public static let standardPath = HistoryPath.standard

    private let path: String
    let calendar: LocalCalendar
    private let now: @Sendable () -> Int64

    /// Creates a reader, with the days of this process' time zone.
    ///
    /// - Parameter path: The file.
    public init(_ path: String) {
        self.init(path, calendar: .current) { SampleInstant.wallNanoseconds / 1_000_000 }
    }

    package init(_ path: String, calendar: LocalCalendar, now: @escaping @Sendable () -> Int64) {
        (self.path, self.calendar, self.now) = (path, calendar, now)
    }

    /// The rows of a time.
    ///
    /// The beginning and an end in the past are rounded down to full minutes and, where minutes are no longer kept, to full quarters
    /// of an hour. Times without a snapshot have no row.
    ///
    /// - Parameters:
    ///   - since: When it begins, in milliseconds since 1970 UTC.
    ///   - until: When it ends; nil for now.
    ///   - grouping: What the rows are.
    ///   - scope: The scope of the rows of the host; nil for the one that is shown first or, if the rows are scopes, all.
    /// - Throws: ``HistoryError`` if the file cannot be read.
    public func rows(
        since: Int64, until: Int64? = nil, by grouping: HistoryGrouping, scope: Scope? = nil
    ) throws(HistoryError) -> [HistoryRow] {
        Array(try query(since: since, until: until, by: grouping, scope: scope))
    }

    /// The same, of which those of consumers are made one at a time.
    package func query(
        since: Int64, until: Int64? = nil, by grouping: HistoryGrouping, scope: Scope? = nil
    ) throws(HistoryError) -> HistoryRows {
        let now = now()
        let since = HistoryTime.clamped(since)
        let until = HistoryTime.clamped(until ?? now)
        let database = try HistoryFile.openForReading(path)
        return try database.transaction { () throws(HistoryError) in
            if grouping == .event {
                return HistoryRows(try events(database, since, until, now), of: since..<max(until, since))
            }
            let pieces = try HistoryPieces(database, since: since, until: until, now: now)
            if grouping.isOfConsumers { return HistoryRows(try totals(database, pieces, grouping), of: pieces.known) }
            return HistoryRows(try rows(database, pieces, grouping, scope), of: pieces.known)
        }
    }

    private func totals(
        _ database: Database, _ pieces: HistoryPieces, _ grouping: HistoryGrouping
    ) throws(HistoryError) -> ConsumerTotals {
        var totals = ConsumerTotals(pieces.known, of: grouping.kinds)
        try pieces.forEach(byMinute: false, kinds: grouping.kinds) { totals.add($1) }
        try totals.finish(database)
        return totals
    }

    private func rows(
        _ database: Database, _ pieces: HistoryPieces, _ grouping: HistoryGrouping, _ scope: Scope?
    ) throws(HistoryError) -> [HistoryRow] {
        let kinds = grouping.kinds
        let keys = try SeriesTable.keys(database, of: kinds)
        var name = scope?.name
        if name == nil, grouping.isChronological {
            name = try headline(database)
            // Rows of several scopes would look like one.
            if name == nil, keys.values.contains(where: { $0.kind == .host }) {
                throw .damaged(path, "its table meta lacks the row headline")
            }
        }
        var groups: [Int64: HistorySums] = [:]
        var period: Range<Int64>?
        func add(_ piece: Range<Int64>, _ bucket: Bucket) {
            let own = period.flatMap { $0.contains(piece.lowerBound) ? $0 : nil } ?? self.period(grouping, piece)
            period = own
            let start = own?.lowerBound ?? 0
            let range = own.map { $0.clamped(to: pieces.known) } ?? pieces.known
            groups[start, default: HistorySums(range)].add(bucket, kinds, keys) { key in
                key.kind != .host || name == nil || key.name == name
            }
        }
        if grouping == .sample {
            try pieces.forEachSnapshot {
                period = nil; add($0, $1)
            }
        } else {
            try pieces.forEach(byMinute: grouping == .minute, kinds: kinds) { add($0, $1) }
        }
        return groups.sorted { $0.key < $1.key }.flatMap(\.value.rows)
    }

    /// The time of the row that a piece belongs to; nil for all of the time.
    private func period(_ grouping: HistoryGrouping, _ piece: Range<Int64>) -> Range<Int64>? {
        switch grouping {
        case .sample, .minute: piece
        case .hour: calendar.hour(of: piece.lowerBound)
        case .day: calendar.day(of: piece.lowerBound)
        default: nil
        }
    }

    /// The scope that was shown first when the history was written last.
    private func headline(_ database: Database) throws(HistoryError) -> String? {
        let rows = try database.prepare("SELECT value FROM meta WHERE name = 'headline'")
        return try rows.step() ? rows.text(0) : nil
    }

    private func events(
        _ database: Database, _ since: Int64, _ until: Int64, _ now: Int64
    ) throws(HistoryError) -> [HistoryRow] {
        let rows = try database.prepare(
            "SELECT time, kind, subject, text FROM event WHERE time >= ?1 AND time < ?2 ORDER BY time, id")
        try rows.bind(1, since)
        try rows.bind(2, until >= now ? until + 1 : until)
        var events: [HistoryRow] = []
        while try rows.step() {
            let time = try rows.time(0, in: path)
            var row = HistoryRow(.event, name: rows.text(1), from: time, to: time)
            (row.subject, row.text) = (rows.text(2), rows.text(3))
            events.append(row)
        }
        return events
    }
}
#endif
