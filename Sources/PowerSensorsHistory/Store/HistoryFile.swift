#if History
import Glibc
import PowerSensorsExporters

/// A history's file, its format, and how it is opened.
enum HistoryFile {
    /// SQLite's application id: `PwHi`.
    private static let applicationID: Int64 = 0x5077_4869

    /// The version of the format.
    private static let version: Int64 = 1

    /// The suffixes of the files that SQLite keeps beside it.
    static let companions = ["-wal", "-shm", "-journal"]

    private static let tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE series (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, detail TEXT NOT NULL);
        CREATE TABLE raw (id INTEGER PRIMARY KEY, stop INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE minute (start INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE quarter (start INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE event (
            id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL);
        INSERT INTO meta VALUES ('rolled', 0), ('minutes', \(KeptMinutes.all));
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """

    /// Opens a file for writing; a new one becomes an empty history.
    static func openForWriting(_ path: String) throws(HistoryError) -> Database {
        let database = try Database(path, isWriting: true)
        let isNew = try check(database)
        // Without effect unless the file is new.
        if isNew { try database.run("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL") }
        // A log, since a reader then never waits, and a transaction costs no fsync(2) and no write elsewhere in the file. What is
        // not in the file yet is lost if the power fails; the file is whole in any case.
        try database.run("PRAGMA journal_mode = WAL")
        try database.run("PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1024")
        if isNew {
            try database.transaction { () throws(HistoryError) in
                // Another program may have been faster.
                if try check(database) { try database.run(tables) }
            }
        }
        do throws(HistoryError) {
            try addIndex(to: database)
        } catch {
            // Names are found without it too, and the next start tries again.
            guard error.reason == .full else { throw error }
        }
        return database
    }

    /// Adds what finds the numbers of names, which a file of an earlier version lacks.
    private static func addIndex(to database: Database) throws(HistoryError) {
        if try database.number("SELECT 1 FROM sqlite_schema WHERE name = 'series_names'") != nil { return }
        // Not unique, since a file from elsewhere may have a name twice.
        try database.run("CREATE INDEX series_names ON series(name, kind)")
        // Of many names it is some megabytes, which must not stay in the log.
        try database.checkpoint()
    }

    /// Opens a file for reading, also while another program writes it.
    static func openForReading(_ path: String) throws(HistoryError) -> Database {
        var status = stat()
        if unsafe stat(path, &status) != 0 {
            if errno == ENOENT { throw .missing(path) }
            throw HistoryError(path, code: ResultCode.cannotOpen, errno: errno, text: "", isWriting: false)
        }
        // A pipe would block.
        if status.st_mode & S_IFMT != S_IFREG { throw .foreign(path) }
        if unsafe access(path, R_OK) != 0 {
            throw HistoryError(path, code: ResultCode.cannotOpen, errno: errno, text: "", isWriting: false)
        }
        do throws(HistoryError) {
            return try checked(try Database(path, isWriting: false))
        } catch {
            guard error.reason == .forbidden else { throw error }
            // Without the right to create them, its companions must be there, beside what a link leads to. What the log holds is not
            // in the file.
            let real = unsafe realpath(path, nil)
            defer { unsafe free(real) }
            let path = unsafe real.map { unsafe String(cString: $0) } ?? path
            let missing = companions.prefix(2).filter { unsafe access(path + $0, F_OK) != 0 && errno == ENOENT }
            if missing.isEmpty { throw error }
            if missing.first == companions.first {
                return try checked(try Database(path, isWriting: false, isFrozen: true))
            }
            throw .incomplete(path, missing.map { path + $0 })
        }
    }

    private static func checked(_ database: Database) throws(HistoryError) -> Database {
        if try check(database) { throw .missing(database.path) }
        try database.run("PRAGMA cache_size = -4096")
        return database
    }

    /// Throws unless a database is a history that this version knows, or empty.
    ///
    /// - Returns: Whether it is empty.
    private static func check(_ database: Database) throws(HistoryError) -> Bool {
        let id = try database.number("PRAGMA application_id") ?? 0
        let version = try database.number("PRAGMA user_version") ?? 0
        if id == applicationID {
            if version > Self.version {
                throw .newer(database.path, version: version, known: Self.version)
            }
            if version == Self.version {
                try checkTables(of: database)
                return false
            }
        }
        let isEmpty = try database.number("SELECT count(*) FROM sqlite_schema") == 0
        if id != 0 || version != 0 || !isEmpty { throw .foreign(database.path) }
        return true
    }

    /// Throws if a table is missing, or the number without which each snapshot would be added again and again.
    private static func checkTables(of database: Database) throws(HistoryError) {
        for table in ["meta", "series", "raw", "minute", "quarter", "event"] {
            let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '\(table)'"
            if try database.number(count) != 1 { throw .damaged(database.path, "its table \(table) is missing") }
        }
        let rolled = """
            SELECT count(*) FROM meta WHERE name = 'rolled' AND typeof(value) = 'integer' AND value BETWEEN 0 AND 1 << 52
            """
        if try database.number(rolled) != 1 { throw .damaged(database.path, "its table meta lacks the row rolled") }
        if try database.number("SELECT max(id) > 1 << 52 FROM raw") == 1 {
            throw .damaged(database.path, "its snapshots have no numbers left")
        }
    }
}
#endif
