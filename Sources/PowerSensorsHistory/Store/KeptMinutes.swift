#if History
/// From which minute on the rows of minutes are all kept: what was used before it only quarters of an hour have.
///
/// It is in the table `meta`, since the rows do not tell: after the clock was set back there are minutes before others that were
/// removed.
enum KeptMinutes {
    /// The name in the table.
    private static let name = "minutes"

    /// Before any time, as long as no minute was removed.
    static let all: Int64 = -1 << 40

    /// The number of the first minute; at the beginning of a quarter of an hour.
    static func first(_ database: Database) throws(HistoryError) -> Int64 {
        let rows = try database.prepare("SELECT value FROM meta WHERE name = '\(name)'")
        guard try rows.step() else { return try guessed(database) }
        let minute = try rows.time(0, in: database.path)
        return (floorDivided(minute - 1, by: minutesOfQuarter) + 1) * minutesOfQuarter
    }

    /// Records it in a file of an earlier version, which did not.
    static func recordIfMissing(_ database: Database) throws(HistoryError) {
        if try database.number("SELECT 1 FROM meta WHERE name = '\(name)'") != nil { return }
        let minute = try guessed(database)
        try database.run("INSERT OR IGNORE INTO meta VALUES ('\(name)', \(minute))")
    }

    /// Removes the rows of minutes before one. A transaction must be open.
    ///
    /// - Parameter query: Gives the number of that minute.
    static func remove(before query: String, _ database: Database) throws(HistoryError) {
        let removed = "SELECT start FROM minute WHERE start < (\(query)) ORDER BY start DESC LIMIT 1"
        guard let last = try database.number(removed) else { return }
        try database.run(
            """
            UPDATE meta SET value = max(value, \(last.clampedSum(1))) WHERE name = '\(name)';
            DELETE FROM minute WHERE start <= \(last);
            """)
    }

    /// The rows that there are begin either with a quarter of which no minute was removed, or with the one before.
    private static func guessed(_ database: Database) throws(HistoryError) -> Int64 {
        func first(_ level: Level, _ end: String) throws(HistoryError) -> Int64? {
            let rows = try database.prepare("SELECT start FROM \(level.table) ORDER BY start \(end) LIMIT 1")
            guard try rows.step() else { return nil }
            let cell = try rows.time(0, in: database.path)
            return level == .quarter ? cell : floorDivided(cell, by: minutesOfQuarter)
        }
        guard let minute = try first(.minute, "ASC") else {
            return try first(.quarter, "DESC").map { ($0 + 1) * minutesOfQuarter } ?? all
        }
        let isWhole = try first(.quarter, "ASC") == minute
        return (isWhole ? minute : minute + 1) * minutesOfQuarter
    }

    private static let minutesOfQuarter: Int64 = 15
}
#endif
