#if History
/// The rows of the levels, as a writer needs them.
struct LevelRows {
    private let database: Database
    private let unrolled: Statement
    private let rolled: Statement
    private let selections: [Level: Statement]
    private let replacements: [Level: Statement]
    private let headline: Statement
    private var lastHeadline: String?

    /// Compiles the statements.
    init(_ database: Database) throws(HistoryError) {
        self.database = database
        unrolled = try database.prepare(
            "SELECT stop, data FROM raw WHERE id > (SELECT value FROM meta WHERE name = 'rolled') ORDER BY id")
        rolled = try database.prepare("UPDATE meta SET value = ?1 WHERE name = 'rolled'")
        headline = try database.prepare("REPLACE INTO meta VALUES ('headline', ?1)")
        var selections: [Level: Statement] = [:]
        var replacements: [Level: Statement] = [:]
        for level in Level.allCases {
            selections[level] = try database.prepare("SELECT data FROM \(level.table) WHERE start = ?1")
            replacements[level] = try database.prepare("REPLACE INTO \(level.table) VALUES (?1, ?2)")
        }
        (self.selections, self.replacements) = (selections, replacements)
    }

    /// Lends the snapshots that are in no minute's row yet, with the moment at which each ends.
    func forEachUnrolled(_ body: (Int64, Bucket) throws(HistoryError) -> Void) throws(HistoryError) {
        defer { unrolled.reset() }
        while try unrolled.step() {
            try body(try unrolled.time(0, in: database.path), try Bucket(unrolled.bytes(1), in: database.path))
        }
    }

    /// Sets the number of the last snapshot that is in a minute's row.
    func setRolled(_ number: Int64) throws(HistoryError) { try rolled.run(number) }

    /// Sets the scope to show first.
    mutating func setHeadline(_ scope: String) throws(HistoryError) {
        if scope == lastHeadline { return }
        defer { headline.reset() }
        try headline.bind(1, scope)
        while try headline.step() {}
        lastHeadline = scope
    }

    /// Forgets a scope that a transaction did not set after all.
    mutating func forgetHeadline() { lastHeadline = nil }

    /// A row of a level; nil if there is none.
    func bucket(_ level: Level, _ cell: Int64) throws(HistoryError) -> Bucket? {
        guard let selection = selections[level] else { return nil }
        defer { selection.reset() }
        try selection.bind(1, cell)
        return try selection.step() ? try Bucket(selection.bytes(0), in: database.path) : nil
    }

    /// Writes a row of a level.
    func set(_ bucket: Bucket, _ level: Level, _ cell: Int64) throws(HistoryError) {
        guard let replacement = replacements[level] else { return }
        defer { replacement.reset() }
        try replacement.bind(1, cell)
        try replacement.bind(2, bucket.bytes)
        while try replacement.step() {}
    }

    // MARK: Removing

    /// Removes the snapshots, minutes and events that are more than the limits, the oldest first.
    ///
    /// They are counted, since a clock that was wrong for a while must not make the right rows old.
    func removeOldest(_ limits: HistoryLimits) throws(HistoryError) {
        try database.run(
            """
            DELETE FROM raw WHERE id <= (SELECT max(id) FROM raw) - \(limits.snapshots)
                AND id <= (SELECT value FROM meta WHERE name = 'rolled');
            DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - \(limits.events);
            """)
        let first = "SELECT start FROM minute ORDER BY start DESC LIMIT 1 OFFSET \(max(limits.minutes - 1, 0))"
        try KeptMinutes.remove(before: first, database)
    }

    /// Removes some of the oldest rows: of snapshots, minutes and events as long as they take more than an eighth, a quarter and an
    /// eighth of the room, then of quarters.
    ///
    /// - Returns: Whether there was anything to remove.
    func removePart(_ limits: HistoryLimits) throws(HistoryError) -> Bool {
        let room = limits.pages * 4096
        let rolled = "id <= (SELECT value FROM meta WHERE name = 'rolled')"
        let oldEvents = "event WHERE id IN (SELECT id FROM event ORDER BY id LIMIT 100)"
        if try size(of: "event", "length(kind) + length(subject) + length(text)").bytes > room / 8 {
            if try remove(oldEvents) { return true }
        }
        let snapshots = try size(of: "raw")
        if snapshots.bytes > room / 8 {
            let rows = "SELECT id FROM raw WHERE \(rolled) ORDER BY id LIMIT \(snapshots.count / 8 + 1)"
            if try remove("raw WHERE id IN (\(rows))") { return true }
        }
        let minutes = try size(of: "minute")
        if minutes.bytes > room / 4 {
            let next = "SELECT start FROM minute ORDER BY start LIMIT 1 OFFSET \(minutes.count / 8 + 1)"
            try KeptMinutes.remove(before: "ifnull((\(next)), \(Int64.max))", database)
            return true
        }
        if try remove("quarter WHERE start IN (SELECT start FROM quarter ORDER BY start LIMIT 96)") { return true }
        return try remove(oldEvents)
    }

    private func size(
        of table: String, _ length: String = "length(data)"
    ) throws(HistoryError) -> (count: Int64, bytes: Int64) {
        let rows = try database.prepare("SELECT count(*), sum(\(length) + 12) FROM \(table)")
        guard try rows.step() else { return (0, 0) }
        return (rows.integer(0), rows.integer(1))
    }

    private func remove(_ rows: String) throws(HistoryError) -> Bool {
        try database.run("DELETE FROM \(rows)")
        return try database.number("SELECT changes()") ?? 0 > 0
    }

    /// The numbers of the series that any row has.
    func usedSeries() throws(HistoryError) -> Set<Int> {
        var used: Set<Int> = []
        for table in ["raw", "minute", "quarter"] {
            let rows = try database.prepare("SELECT data FROM \(table)")
            while try rows.step() {
                let bucket = try Bucket(rows.bytes(0), in: database.path)
                for kind in SeriesKind.allCases { used.formUnion(bucket[kind].map(\.series)) }
            }
        }
        return used
    }
}

extension Statement {
    /// The moment in a column of the row, in milliseconds since 1970 UTC.
    func time(_ column: Int, in path: String) throws(HistoryError) -> Int64 {
        let time = integer(column)
        // So far from the ends of the range, nothing that is calculated with it overflows.
        guard time.magnitude < 1 << 53 else { throw .damaged(path, "a time is out of range") }
        return time
    }
}

extension Bucket {
    /// Parses the bytes of a row.
    init(
        _ bytes: [UInt8], in path: String, kinds: Set<SeriesKind> = Set(SeriesKind.allCases)
    ) throws(HistoryError) {
        guard let bucket = Bucket(bytes, kinds: kinds) else {
            throw .damaged(path, "a row has no meaning")
        }
        self = bucket
    }
}
#endif
