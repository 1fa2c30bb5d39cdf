#if History
import CPowerSensorsSQLite

/// A connection to a database file, for one thread at a time. It closes when it is released.
@safe package final class Database {
    private let connection: OpaquePointer

    /// The file.
    let path: String

    private let isWriting: Bool

    /// How long to wait for other programs' locks, in milliseconds.
    private static let patience: CInt = 2000

    /// Opens a file that exists.
    ///
    /// - Parameter isFrozen: Whether nobody changes the file, so that no other file is needed beside it; for reading only.
    package init(_ path: String, isWriting: Bool, isFrozen: Bool = false) throws(HistoryError) {
        var opened: OpaquePointer?
        let access =
            isWriting ? CPOWERSENSORSSQLITE_WRITE : isFrozen ? CPOWERSENSORSSQLITE_URI : CPOWERSENSORSSQLITE_READ
        // SQLite keeps what is called `:memory:` in memory (sqlite.org/inmemorydb.html).
        let name = path.hasPrefix(":") ? "./\(path)" : path
        let code = unsafe cpowersensorssqlite_open(
            isFrozen ? Self.frozen(name) : name, CInt(access), Self.patience, &opened)
        guard let connection = unsafe opened, code == 0 else {
            let text = unsafe opened.map { unsafe String(cString: cpowersensorssqlite_message($0)) }
            let system = unsafe opened.map { unsafe cpowersensorssqlite_errno($0) }
            if let opened = unsafe opened { unsafe cpowersensorssqlite_close(opened) }
            throw HistoryError(
                path, code: code, errno: system ?? 0, text: text ?? "out of memory", isWriting: isWriting)
        }
        unsafe self.connection = connection
        (self.path, self.isWriting) = (path, isWriting)
    }

    deinit { unsafe cpowersensorssqlite_close(connection) }

    /// The URI of a file that nobody changes (sqlite.org/uri.html).
    private static func frozen(_ path: String) -> String {
        let ends: [UInt8: String] = [0x25: "%25", 0x3F: "%3f", 0x23: "%23"]
        let escaped = path.utf8.map { ends[$0].map { Array($0.utf8) } ?? [$0] }.flatMap(\.self)
        return "file:\(String(decoding: escaped, as: UTF8.self))?immutable=1"
    }

    /// Runs statements whose rows nobody wants.
    package func run(_ statements: String) throws(HistoryError) {
        try check(unsafe cpowersensorssqlite_run(connection, statements))
    }

    /// Compiles a statement.
    func prepare(_ text: String) throws(HistoryError) -> Statement {
        var statement: OpaquePointer?
        let code = unsafe cpowersensorssqlite_prepare(connection, text, &statement)
        guard let statement = unsafe statement else {
            try check(code)
            throw HistoryError(path, code: code, errno: 0, text: "nothing to run", isWriting: isWriting)
        }
        return unsafe Statement(statement, of: self)
    }

    /// The first number of the first row; nil without rows.
    package func number(_ query: String) throws(HistoryError) -> Int64? {
        let statement = try prepare(query)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Runs the body in a transaction, all or nothing.
    func transaction<Result>(_ body: () throws(HistoryError) -> Result) throws(HistoryError) -> Result {
        try run(isWriting ? "BEGIN IMMEDIATE" : "BEGIN")
        do throws(HistoryError) {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // After some failures SQLite has rolled back by itself.
            if unsafe cpowersensorssqlite_is_between_transactions(connection) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    /// How many pages the log holds after the latest transaction.
    var loggedPages: Int { unsafe Int(cpowersensorssqlite_logged(connection)) }

    /// Moves what the log holds to the file, as far as readers allow, and makes it durable.
    ///
    /// - Parameter waits: Whether to wait for readers.
    /// - Returns: Whether the next transaction can begin the log again, if it was waited for.
    @discardableResult
    func checkpoint(waits: Bool = false) throws(HistoryError) -> Bool {
        let code = unsafe cpowersensorssqlite_checkpoint(connection, waits ? 1 : 0)
        if code & 0xFF == ResultCode.busy { return false }
        try check(code)
        return true
    }

    /// Throws unless SQLite succeeded.
    fileprivate func check(_ code: CInt) throws(HistoryError) {
        if code == 0 { return }
        throw unsafe HistoryError(
            path, code: code, errno: cpowersensorssqlite_errno(connection),
            text: String(cString: cpowersensorssqlite_message(connection)), isWriting: isWriting)
    }
}

/// A compiled statement, freed when it is released. It keeps its connection open.
@safe final class Statement {
    private let statement: OpaquePointer
    private let database: Database

    fileprivate init(_ statement: OpaquePointer, of database: Database) {
        unsafe self.statement = statement
        self.database = database
    }

    deinit { unsafe cpowersensorssqlite_finalize(statement) }

    /// Makes it ready to be run again.
    func reset() { unsafe cpowersensorssqlite_reset(statement) }

    /// Sets the parameter with a number from 1.
    func bind(_ index: Int, _ value: Int64) throws(HistoryError) {
        try database.check(unsafe cpowersensorssqlite_bind_integer(statement, CInt(index), value))
    }

    /// Sets a parameter to a text.
    func bind(_ index: Int, _ text: String) throws(HistoryError) {
        try database.check(unsafe cpowersensorssqlite_bind_text(statement, CInt(index), text))
    }

    /// Sets a parameter to bytes.
    func bind(_ index: Int, _ bytes: [UInt8]) throws(HistoryError) {
        let code = unsafe bytes.withUnsafeBytes { bytes in
            unsafe cpowersensorssqlite_bind_bytes(
                statement, CInt(index), bytes.baseAddress, CInt(clamping: bytes.count))
        }
        try database.check(code)
    }

    /// Goes on to the next row.
    ///
    /// - Returns: Whether there is one.
    func step() throws(HistoryError) -> Bool {
        switch unsafe cpowersensorssqlite_step(statement) {
        case CInt(CPOWERSENSORSSQLITE_ROW): return true
        case CInt(CPOWERSENSORSSQLITE_DONE): return false
        case let code:
            try database.check(code)
            return false
        }
    }

    /// Runs it to its end with numbers as its parameters, and makes it ready again.
    func run(_ values: Int64...) throws(HistoryError) {
        defer { reset() }
        for (index, value) in values.enumerated() { try bind(index + 1, value) }
        while try step() {}
    }

    /// The number in a column of the row, from 0.
    func integer(_ column: Int) -> Int64 { unsafe cpowersensorssqlite_integer(statement, CInt(column)) }

    /// The bytes in a column of the row.
    func bytes(_ column: Int) -> [UInt8] {
        var count: CInt = 0
        let bytes = unsafe cpowersensorssqlite_bytes(statement, CInt(column), &count)
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count)))
    }

    /// The text in a column of the row.
    func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }
}
#endif
