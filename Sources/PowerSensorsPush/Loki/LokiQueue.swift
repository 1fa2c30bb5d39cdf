#if Exporters
/// Lines that wait, oldest first, in bounded memory.
package struct LokiQueue: Sendable {
    /// A line as it stands in a request.
    package struct Entry: Sendable {
        package let nanoseconds: Int64
        /// Which stream it belongs to.
        package let stream: Int
        /// `["1795356000042000001","host_power_w=41.2"]`
        package let json: [UInt8]

        package init(nanoseconds: Int64, stream: Int, json: [UInt8]) {
            self.nanoseconds = nanoseconds
            self.stream = stream
            self.json = json
        }
    }

    /// What an entry costs beside its text: the array around the text, and its place in the queue.
    private static let overhead = 80

    private let limit: Int
    private var entries: [Entry] = []
    /// What lies before it has been given away.
    private var first = 0
    /// How many of the oldest are on their way just now.
    private var travelling = 0
    package private(set) var bytes = 0

    package init(limit: Int) { self.limit = limit }

    package var count: Int { entries.count - first }

    /// Whether there is enough for a batch.
    package func isFull(_ batchBytes: Int) -> Bool { bytes >= batchBytes }

    /// Adds a line, and returns how many of the oldest had to go for it. What is on its way stays.
    package mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        bytes += cost(entry)
        var dropped = 0
        while bytes > limit, count > travelling + 1 {
            remove(at: first + travelling)
            dropped += 1
        }
        return dropped
    }

    /// Removes what is older than a moment, from the oldest on, and returns how many that were.
    package mutating func removeFirst(before nanoseconds: Int64) -> Int {
        var removed = 0
        while count > 0, entries[first].nanoseconds < nanoseconds {
            remove(at: first)
            removed += 1
        }
        return removed
    }

    /// The oldest lines, as many as fit, but one at least; they are on their way until ``settle(removing:)``.
    package mutating func take(bytes limit: Int) -> ArraySlice<Entry> {
        var end = first
        var size = 0
        while end < entries.count {
            size += entries[end].json.count + 1
            if size > limit, end > first { break }
            end += 1
        }
        travelling = end - first
        return entries[first..<end]
    }

    /// Ends the way of what was taken, and returns how many there were; they go, or are the oldest again.
    package mutating func settle(removing: Bool) -> Int {
        let count = travelling
        travelling = 0
        if removing { for _ in 0..<count { remove(at: first) } }
        return count
    }

    private mutating func remove(at index: Int) {
        bytes -= cost(entries[index])
        if index > first {
            entries.remove(at: index)
            return
        }
        entries[first] = Entry(nanoseconds: 0, stream: 0, json: [])
        first += 1
        // Now and then what was given away is cut off, so that each line is moved about once.
        if first > 64, first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
    }

    private func cost(_ entry: Entry) -> Int { entry.json.count + Self.overhead }
}
#endif
