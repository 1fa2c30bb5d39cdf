#if History
/// The numbers of the series, which rows have in place of names.
///
/// Names are in the file, where an index finds them: a year may have hundreds of thousands.
struct SeriesTable {
    private let database: Database
    private let insertion: Statement
    private let selection: Statement
    private var recent = RecentNumbers<SeriesKey>(limit: 1024)
    /// Those added in the open transaction.
    private var added: [SeriesKey: Int] = [:]
    private var next = 1

    /// How many series there are.
    private(set) var count = 0

    /// Prepares the statements.
    init(_ database: Database) throws(HistoryError) {
        self.database = database
        insertion = try database.prepare("INSERT INTO series VALUES (?1, ?2, ?3, ?4)")
        selection = try database.prepare(
            "SELECT id FROM series WHERE name = ?1 AND kind = ?2 AND detail = ?3 AND id > 0 ORDER BY id LIMIT 1")
        try read()
    }

    /// How many names are in memory.
    var rememberedCount: Int { recent.count }

    /// The number of a series, which is added if it is new. A transaction must be open.
    mutating func number(of key: SeriesKey) throws(HistoryError) -> Int {
        if let number = recent.number(of: key) { return number }
        let number = if let known = try stored(key) { known } else { try insert(key) }
        recent.insert(number, for: key)
        return number
    }

    private func stored(_ key: SeriesKey) throws(HistoryError) -> Int? {
        defer { selection.reset() }
        try selection.bind(1, key.name)
        try selection.bind(2, Int64(key.kind.rawValue))
        try selection.bind(3, key.detail)
        return try selection.step() ? Int32(exactly: selection.integer(0)).map { Int($0) } : nil
    }

    private mutating func insert(_ key: SeriesKey) throws(HistoryError) -> Int {
        // Rows have no greater numbers.
        guard next < Int32.max else { throw .damaged(database.path, "the numbers of its series are used up") }
        defer { insertion.reset() }
        try insertion.bind(1, Int64(next))
        try insertion.bind(2, Int64(key.kind.rawValue))
        try insertion.bind(3, key.name)
        try insertion.bind(4, key.detail)
        while try insertion.step() {}
        added[key] = next
        next += 1
        count += 1
        return next - 1
    }

    /// Keeps what was added in a transaction, or forgets it.
    mutating func end(isCommitted: Bool) {
        if !isCommitted {
            for key in added.keys { recent.remove(key) }
            count -= added.count
        }
        added.removeAll(keepingCapacity: true)
    }

    /// Removes every series but some. A transaction must be open.
    mutating func remove(except kept: Set<Int>) throws(HistoryError) {
        // A later version may add kinds, whose rows are its own.
        let rows = try database.prepare("SELECT id FROM series WHERE kind IN (\(Self.numbers(SeriesKind.allCases)))")
        let added = Set(added.values)
        var unused: [Int64] = []
        while try rows.step() {
            let number = Int(clamping: rows.integer(0))
            if !kept.contains(number), !added.contains(number) { unused.append(rows.integer(0)) }
        }
        rows.reset()
        let deletion = try database.prepare("DELETE FROM series WHERE id = ?1")
        for number in unused { try deletion.run(number) }
    }

    /// Reads how many there are, after some were removed.
    mutating func read() throws(HistoryError) {
        recent.removeAll()
        count = Int(clamping: try database.number("SELECT count(*) FROM series") ?? 0)
        // Also beyond the series of kinds that a later version has added.
        let last = try database.number("SELECT max(id) FROM series") ?? 0
        next = Int(clamping: max(last, 0).clampedSum(1))
    }

    private static func numbers(_ kinds: [SeriesKind]) -> String {
        kinds.map { "\($0.rawValue)" }.joined(separator: ", ")
    }

    /// The series of some kinds, by their numbers.
    static func keys(
        _ database: Database, of kinds: [SeriesKind] = SeriesKind.allCases
    ) throws(HistoryError) -> [Int: SeriesKey] {
        // A store may have thousands of consumers, which a query about the host need not look at.
        let rows = try database.prepare(
            "SELECT id, kind, name, detail FROM series WHERE kind IN (\(numbers(kinds)))")
        var keys: [Int: SeriesKey] = [:]
        while try rows.step() {
            // A later version may add kinds.
            guard let number = Int32(exactly: rows.integer(0)), number > 0,
                let kind = Int(exactly: rows.integer(1)).flatMap({ SeriesKind(rawValue: $0) })
            else { continue }
            keys[Int(number)] = SeriesKey(kind: kind, name: rows.text(2), detail: rows.text(3))
        }
        return keys
    }
}
#endif
