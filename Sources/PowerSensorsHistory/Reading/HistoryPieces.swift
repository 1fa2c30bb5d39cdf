#if History
/// Reads the rows of the store that together are a range of time, each once.
struct HistoryPieces {
    private let database: Database

    /// The range in milliseconds since 1970 UTC, from the beginning of a row.
    let range: Range<Int64>

    /// The part of the range of which something may be known: up to now or, where the clock was ahead, to the last row.
    let known: Range<Int64>

    /// From which moment on minutes are kept.
    private let minutesBegin: Int64

    /// Finds the rows.
    ///
    /// - Parameters:
    ///   - since: When the range begins; it is rounded down to the row that it is in.
    ///   - until: When it ends, which is rounded down too unless it is after `now`.
    init(_ database: Database, since: Int64, until: Int64, now: Int64) throws(HistoryError) {
        self.database = database
        minutesBegin = Level.minute.start(of: try KeptMinutes.first(database))
        let begin = minutesBegin
        func roundedDown(_ moment: Int64) -> Int64 {
            let level = moment >= begin ? Level.minute : .quarter
            return level.start(of: level.cell(of: moment))
        }
        let start = roundedDown(since)
        let range = start..<max(until >= now ? until : roundedDown(until), start)
        let end = until > now ? max(now, try Self.lastEnd(database, before: range.upperBound)) : now
        let known = range.clamped(to: start..<max(end, start))
        (self.range, self.known) = (range, known.isEmpty ? range : known)
    }

    /// When the last of the rows ends that begin before a moment.
    private static func lastEnd(_ database: Database, before end: Int64) throws(HistoryError) -> Int64 {
        var last = Int64.min
        let tables: [(String, String, Level?)] = [
            ("minute", "start", .minute), ("quarter", "start", .quarter), ("raw", "stop", nil),
        ]
        for (table, column, level) in tables {
            let rows = try database.prepare(
                "SELECT \(column) FROM \(table) WHERE \(column) <= ?1 ORDER BY \(column) DESC LIMIT 1")
            try rows.bind(1, level?.cell(of: end - 1) ?? end)
            guard try rows.step() else { continue }
            let time = try rows.time(0, in: database.path)
            last = max(last, level?.start(of: time + 1) ?? time)
        }
        return min(last, end)
    }

    /// Lends every row, with the time that it is of.
    ///
    /// - Parameters:
    ///   - byMinute: Whether minutes are wanted wherever they are kept; otherwise only at the ends of the range.
    ///   - kinds: The series that are wanted.
    func forEach(
        byMinute: Bool, kinds: [SeriesKind], _ body: (Range<Int64>, Bucket) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        let kinds = Set(kinds)
        let quarter = Level.quarter
        func roundedUp(_ moment: Int64) -> Int64 { quarter.start(of: quarter.cell(of: moment - 1) + 1) }
        func roundedDown(_ moment: Int64) -> Int64 { quarter.start(of: quarter.cell(of: moment)) }
        // In the middle there are quarters: from the first to the last that is wholly in the range, or as far as there is
        // nothing else.
        var middle = range
        if byMinute {
            middle = range.clamped(to: range.lowerBound..<max(minutesBegin, range.lowerBound))
        } else {
            let lower = range.lowerBound >= minutesBegin ? roundedUp(range.lowerBound) : range.lowerBound
            let upper = range.upperBound > minutesBegin ? roundedDown(range.upperBound) : range.upperBound
            middle = lower < upper ? lower..<upper : lower..<lower
        }
        if middle.isEmpty {
            try read(.minute, range, kinds, body)
        } else {
            try read(.minute, range.lowerBound..<middle.lowerBound, kinds, body)
            try read(.quarter, middle, kinds, body)
            try read(.minute, middle.upperBound..<range.upperBound, kinds, body)
        }
        try forEachUnrolled(kinds, body)
    }

    private func read(
        _ level: Level, _ range: Range<Int64>, _ kinds: Set<SeriesKind>,
        _ body: (Range<Int64>, Bucket) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        if range.isEmpty { return }
        let rows = try database.prepare(
            "SELECT start, data FROM \(level.table) WHERE start >= ?1 AND start <= ?2 ORDER BY start")
        try rows.bind(1, level.cell(of: range.lowerBound))
        try rows.bind(2, level.cell(of: range.upperBound - 1))
        while try rows.step() {
            let start = level.start(of: try rows.time(0, in: database.path))
            try body(start..<start + level.length, try Bucket(rows.bytes(1), in: database.path, kinds: kinds))
        }
    }

    /// The snapshots that are in no minute's row yet, minute by minute.
    private func forEachUnrolled(
        _ kinds: Set<SeriesKind>, _ body: (Range<Int64>, Bucket) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        let rows = try database.prepare(
            "SELECT stop, data FROM raw WHERE id > (SELECT value FROM meta WHERE name = 'rolled') ORDER BY id")
        while try rows.step() {
            let bucket = try Bucket(rows.bytes(1), in: database.path, kinds: kinds)
            try bucket.forEachMinute(until: try rows.time(0, in: database.path)) {
                (minute, part) throws(HistoryError) in
                let start = Level.minute.start(of: minute)
                if range.contains(start) { try body(start..<start + Level.minute.length, part) }
            }
        }
    }

    /// Lends the snapshots that are kept, with the time of each.
    func forEachSnapshot(_ body: (Range<Int64>, Bucket) throws(HistoryError) -> Void) throws(HistoryError) {
        let rows = try database.prepare("SELECT stop, data FROM raw WHERE stop > ?1 ORDER BY id")
        try rows.bind(1, range.lowerBound)
        while try rows.step() {
            let bucket = try Bucket(rows.bytes(1), in: database.path, kinds: [.host])
            let end = try rows.time(0, in: database.path)
            let start = end - min(bucket.time, end - range.lowerBound)
            if start < range.upperBound { try body(start..<end, bucket) }
        }
    }
}
#endif
