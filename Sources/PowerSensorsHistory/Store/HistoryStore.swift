#if History
import PowerSensors
import PowerSensorsExporters

/// A history that is written: by one program at a time, on one thread.
///
/// Each snapshot is a row. When a minute is over, its rows are added to the row of that minute and of its quarter of an hour, in
/// the transaction of the next snapshot. So whatever ends the program, each snapshot is in each level once.
final class HistoryStore {
    /// What it consists of, and how large it may become.
    let limits: HistoryLimits

    let database: Database
    private(set) var series: SeriesTable
    private let insertion: Statement
    private let eventInsertion: Statement
    private var rows: LevelRows
    /// The number of the next snapshot.
    private var next: Int64
    /// The minute in which the latest snapshot ended that is in no minute's row yet; nil if there is none.
    private var minute: Int64?
    /// When the log was moved to the file last, in nanoseconds of the monotonic clock.
    private var checkpointed = SampleInstant.monotonicNow
    /// How many series there may be before those without a row are removed.
    private var seriesLimit = 0
    /// The last property, which is released after all that has the database open: closing any of its descriptors ends the locks
    /// that SQLite has (POSIX advisory locks).
    private let file: LibraryFile

    /// Opens a history, or begins one.
    init(_ path: String, limits: HistoryLimits) throws(HistoryError) {
        do throws(OutputFileError) {
            file = try LibraryFile(path, companions: HistoryFile.companions)
        } catch {
            throw HistoryError(error)
        }
        if !file.lock() { throw .written(path) }
        self.limits = limits
        database = try HistoryFile.openForWriting(file.path)
        try database.run(
            "PRAGMA journal_size_limit = \(limits.logBytes); PRAGMA max_page_count = \(limits.pages + limits.sparePages)"
        )
        try KeptMinutes.recordIfMissing(database)
        series = try SeriesTable(database)
        insertion = try database.prepare("INSERT INTO raw VALUES (?1, ?2, ?3)")
        eventInsertion = try database.prepare("INSERT INTO event(time, kind, subject, text) VALUES (?1, ?2, ?3, ?4)")
        rows = try LevelRows(database)
        let rolled = try database.number("SELECT value FROM meta WHERE name = 'rolled'") ?? 0
        let last = try database.number("SELECT max(id) FROM raw") ?? 0
        next = max(rolled, last) + 1
        if last > rolled {
            minute = try database.number("SELECT stop FROM raw WHERE id = \(last)").map {
                Level.minute.cell(of: $0.clampedSum(-1))
            }
        }
        seriesLimit = series.count + limits.seriesSpare
        try shrink()
    }

    /// Whether the file is still where it was opened.
    var isInPlace: Bool { file.isInPlace }

    /// Adds a snapshot and events, all or nothing, and then makes room.
    ///
    /// - Parameter committed: Called as soon as they are added. What fails after that leaves them in the history.
    func append(
        _ tick: Tick?, _ events: [StoredEvent], committed: () -> Void
    ) throws(HistoryError) {
        try limitLog()
        try writeMakingRoom(tick, events)
        committed()
        if let tick {
            let (before, ended) = (minute, Level.minute.cell(of: tick.end.clampedSum(-1)))
            minute = ended
            if before != ended { try maintain() }
        }
        try checkpointIfDue()
    }

    /// Writes, and makes room as often as the file's own limit asks for, which is not the file system's.
    private func writeMakingRoom(_ tick: Tick?, _ events: [StoredEvent]) throws(HistoryError) {
        for _ in 0..<32 {
            do throws(HistoryError) {
                return try write(tick, events)
            } catch {
                guard error.reason == .full, try isNearLimit(), try removePart() else { throw error }
            }
        }
        try write(tick, events)
    }

    private func write(_ tick: Tick?, _ events: [StoredEvent]) throws(HistoryError) {
        var isCommitted = false
        defer {
            series.end(isCommitted: isCommitted)
            if !isCommitted { rows.forgetHeadline() }
        }
        try database.transaction { () throws(HistoryError) in
            for event in events { try insert(event) }
            guard let tick else { return }
            if let minute, minute != Level.minute.cell(of: tick.end.clampedSum(-1)) { try roll() }
            let data = try bucket(of: tick).bytes
            defer { insertion.reset() }
            try insertion.bind(1, next)
            try insertion.bind(2, tick.end)
            try insertion.bind(3, data)
            while try insertion.step() {}
            if let headline = tick.headline { try rows.setHeadline(headline) }
        }
        isCommitted = true
        if tick != nil { next += 1 }
    }

    private func insert(_ event: StoredEvent) throws(HistoryError) {
        defer { eventInsertion.reset() }
        try eventInsertion.bind(1, event.time)
        for (index, text) in [event.kind, event.subject, event.text].enumerated() {
            try eventInsertion.bind(index + 2, text)
        }
        while try eventInsertion.step() {}
    }

    private func bucket(of tick: Tick) throws(HistoryError) -> Bucket {
        var bucket = Bucket(time: tick.time, sampled: tick.sampled, carbon: tick.carbon)
        for entry in tick.entries {
            bucket.add(entry.values, to: try series.number(of: entry.key), entry.key.kind)
        }
        return bucket
    }

    /// Adds the snapshots before the next one to the rows of their minutes and quarters.
    private func roll() throws(HistoryError) {
        var minutes: [Int64: Bucket] = [:]
        try rows.forEachUnrolled { (end, bucket) throws(HistoryError) in
            bucket.forEachMinute(until: end) { minutes[$0, default: Bucket()].add($1) }
        }
        var quarters: [Int64: Bucket] = [:]
        for (minute, bucket) in minutes {
            let quarter = Level.quarter.cell(of: Level.minute.start(of: minute))
            quarters[quarter, default: Bucket()].add(bucket)
            try add(bucket, .minute, minute)
        }
        for (quarter, bucket) in quarters { try add(bucket, .quarter, quarter) }
        try rows.setRolled(next - 1)
    }

    private func add(_ bucket: Bucket, _ level: Level, _ cell: Int64) throws(HistoryError) {
        var sum = try rows.bucket(level, cell) ?? Bucket()
        sum.add(bucket)
        try sum.fold(to: TickCounter.consumerLimit) { rest throws(HistoryError) in
            try series.number(of: SeriesKey(kind: rest, name: SeriesKey.other))
        }
        try rows.set(sum, level, cell)
    }

    // MARK: Room

    /// Removes what is beyond the limits, once a minute.
    private func maintain() throws(HistoryError) {
        try database.transaction { () throws(HistoryError) in try rows.removeOldest(limits) }
        if series.count > seriesLimit { try removeUnusedSeries() }
        if try usedPages() > limits.pages { try prune() }
    }

    private func usedPages() throws(HistoryError) -> Int64 {
        (try database.number("PRAGMA page_count") ?? 0) - (try database.number("PRAGMA freelist_count") ?? 0)
    }

    /// Whether the file is so large that a transaction may have met its limit.
    private func isNearLimit() throws(HistoryError) -> Bool {
        try database.number("PRAGMA page_count") ?? 0 > limits.pages / 2
    }

    /// Makes room until the limit is kept.
    private func prune() throws(HistoryError) {
        // What one step leaves may still be too much; the number of steps has a bound, so that this ends in any case.
        for _ in 0..<1000 {
            if try usedPages() <= limits.pages { break }
            if try !removePart() { break }
        }
        try removeUnusedSeries()
    }

    private func removePart() throws(HistoryError) -> Bool {
        let hasRemoved = try database.transaction { () throws(HistoryError) in try rows.removePart(limits) }
        try limitLog()
        return hasRemoved
    }

    private func removeUnusedSeries() throws(HistoryError) {
        try database.transaction { () throws(HistoryError) in try series.remove(except: try rows.usedSeries()) }
        try series.read()
        seriesLimit = series.count * 2 + limits.seriesSpare
    }

    /// Gives room back to the file system, where the limit has become smaller.
    private func shrink() throws(HistoryError) {
        if try usedPages() > limits.pages { try prune() }
        while let pages = try database.number("PRAGMA page_count"), pages > limits.pages + limits.sparePages,
            let free = try database.number("PRAGMA freelist_count"), free > 0
        {
            try database.run("PRAGMA incremental_vacuum(\(limits.logPages / 4))")
            try database.checkpoint()
            // A file that another program made may have no free pages that it gives back.
            if try database.number("PRAGMA page_count") ?? 0 >= pages { break }
        }
    }

    /// Moves the log to the file, which takes an fsync(2), when it has grown or after some minutes.
    private func checkpointIfDue() throws(HistoryError) {
        let now = SampleInstant.monotonicNow
        guard database.loggedPages >= limits.logPages / 2 || now - checkpointed > HistoryLimits.checkpointNanoseconds
        else { return }
        checkpointed = now
        try database.checkpoint()
    }

    /// Throws while a reader keeps the log from beginning again, lest it grow without end.
    private func limitLog() throws(HistoryError) {
        guard database.loggedPages >= limits.logPages else { return }
        if try !database.checkpoint(waits: true), database.loggedPages >= limits.logPages * 2 {
            throw .read(database.path)
        }
    }
}
#endif
