#if History
/// The numbers of the series, which rows have in place of names.
struct SeriesTable {
    private let database: Database
    private let insertion: Statement
    private var numbers: [SeriesKey: Int] = [:]
    /// Those added in the open transaction.
    private var added: [SeriesKey] = []
    private var next = 1

    /// Reads the table.
    init(_ database: Database) throws(HistoryError) {
        self.database = database
        insertion = try database.prepare("INSERT INTO series VALUES (?1, ?2, ?3, ?4)")
        try read()
    }

    /// How many series there are.
    var count: Int { numbers.count }

    /// The number of a series, which is added if it is new. A transaction must be open.
    mutating func number(of key: SeriesKey) throws(HistoryError) -> Int {
        if let number = numbers[key] { return number }
        // Rows have no greater numbers.
        guard next < Int32.max else { throw .damaged(database.path, "the numbers of its series are used up") }
        defer { insertion.reset() }
        try insertion.bind(1, Int64(next))
        try insertion.bind(2, Int64(key.kind.rawValue))
        try insertion.bind(3, key.name)
        try insertion.bind(4, key.detail)
        while try insertion.step() {}
        numbers[key] = next
        added.append(key)
        next += 1
        return next - 1
    }

    /// Keeps what was added in a transaction, or forgets it.
    mutating func end(isCommitted: Bool) {
        if !isCommitted { for key in added { numbers[key] = nil } }
        added.removeAll(keepingCapacity: true)
    }

    /// Removes every series but some. A transaction must be open.
    mutating func remove(except kept: Set<Int>) throws(HistoryError) {
        let deletion = try database.prepare("DELETE FROM series WHERE id = ?1")
        for (key, number) in numbers where !kept.contains(number) && !added.contains(key) {
            try deletion.run(Int64(number))
        }
    }

    /// Reads the table again.
    mutating func read() throws(HistoryError) {
        let keys = try Self.keys(database)
        numbers = Dictionary(keys.map { ($1, $0) }) { first, _ in first }
        // Also beyond the series of kinds that a later version has added.
        let last = try database.number("SELECT max(id) FROM series") ?? 0
        next = Int(clamping: max(last, 0).clampedSum(1))
    }

    /// The series of some kinds, by their numbers.
    static func keys(
        _ database: Database, of kinds: [SeriesKind] = SeriesKind.allCases
    ) throws(HistoryError) -> [Int: SeriesKey] {
        // A store may have thousands of consumers, which a query about the host need not look at.
        let numbers = kinds.map { "\($0.rawValue)" }.joined(separator: ", ")
        let rows = try database.prepare("SELECT id, kind, name, detail FROM series WHERE kind IN (\(numbers))")
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
