#if Exporters
/// Answers that were given a moment ago, within a number of bytes.
package struct RecentAnswers<Query: Hashable, Answer> {
    private struct Entry {
        let query: Query
        let answer: Answer
        let size: Int
        /// When it becomes too old, in nanoseconds.
        let end: UInt64
    }

    /// For how many nanoseconds an answer is used again.
    package let maximumAge: UInt64

    private let maximumSize: Int
    /// The answers, the oldest first. There are few of them.
    private var entries: [Entry] = []

    /// The size of all answers in bytes.
    package private(set) var size = 0

    /// Keeps nothing yet.
    package init(maximumAge: UInt64, maximumSize: Int) {
        (self.maximumAge, self.maximumSize) = (maximumAge, maximumSize)
    }

    /// Whether nothing is kept.
    package var isEmpty: Bool { entries.isEmpty }

    /// The answer to a query; nil if none is kept, or it is too old.
    ///
    /// - Parameter now: The moment in nanoseconds.
    package func answer(_ query: Query, at now: UInt64) -> Answer? {
        entries.last { $0.query == query && now < $0.end }?.answer
    }

    /// Keeps an answer in place of the oldest ones; one that is larger than all room is not kept.
    package mutating func insert(_ answer: Answer, of size: Int, to query: Query, at now: UInt64) {
        remove { $0.query == query || now >= $0.end }
        if size > maximumSize { return }
        while self.size + size > maximumSize, !entries.isEmpty { self.size -= entries.removeFirst().size }
        entries.append(Entry(query: query, answer: answer, size: size, end: now + maximumAge))
        self.size += size
    }

    /// Removes what is too old.
    package mutating func removeOld(at now: UInt64) { remove { now >= $0.end } }

    private mutating func remove(_ isUnwanted: (Entry) -> Bool) {
        entries.removeAll(where: isUnwanted)
        size = entries.reduce(0) { $0 + $1.size }
    }
}
#endif
