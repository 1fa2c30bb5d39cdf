#if History
/// The numbers that were asked for lately, within a bound: of many names few are used at a time.
package struct RecentNumbers<Key: Hashable & Sendable>: Sendable {
    /// How many there are at most.
    package let limit: Int

    /// Those of late, and those before them, which are forgotten next.
    private var recent: [Key: Int] = [:]
    private var older: [Key: Int] = [:]

    /// Knows nothing yet.
    package init(limit: Int) { self.limit = max(limit, 2) }

    /// How many are known.
    package var count: Int { recent.count + older.count }

    /// The number of a key; nil if it was not asked for lately.
    package mutating func number(of key: Key) -> Int? {
        if let number = recent[key] { return number }
        guard let number = older.removeValue(forKey: key) else { return nil }
        insert(number, for: key)
        return number
    }

    /// Keeps a number, and forgets others if there are too many.
    package mutating func insert(_ number: Int, for key: Key) {
        if recent.count >= limit / 2 { (older, recent) = (recent, [:]) }
        older[key] = nil
        recent[key] = number
    }

    /// Forgets a key.
    package mutating func remove(_ key: Key) { (recent[key], older[key]) = (nil, nil) }

    /// Forgets everything.
    package mutating func removeAll() { (recent, older) = ([:], [:]) }
}
#endif
