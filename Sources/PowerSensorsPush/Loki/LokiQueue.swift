#if Exporters
/// Lines waiting for delivery, oldest first, in bounded memory.
package struct LokiQueue: Sendable {
    /// A line as it appears in a request.
    package struct Entry: Sendable {
        package let nanoseconds: Int64
        /// The index of its stream.
        package let stream: Int
        /// `["1795356000042000001","host_power_w=41.2"]`
        package let json: [UInt8]

        package init(nanoseconds: Int64, stream: Int, json: [UInt8]) {
            self.nanoseconds = nanoseconds
            self.stream = stream
            self.json = json
        }
    }

    /// The memory for an entry besides its text: the array around the text, and its element in the queue.
    private static let overhead = 80

    private let limit: Int
    private var entries: [Entry] = []
    /// The index of the oldest line; elements before it are empty.
    private var first = 0
    /// How many of the oldest lines are being delivered.
    private var inFlight = 0
    package private(set) var bytes = 0

    package init(limit: Int) { self.limit = limit }

    package var count: Int { entries.count - first }

    /// Appends a line and returns how many of the oldest were dropped for it. Lines in flight are kept.
    package mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        bytes += cost(entry)
        var dropped = 0
        while bytes > limit, count > inFlight + 1 {
            remove(at: first + inFlight)
            dropped += 1
        }
        return dropped
    }

    /// Removes lines older than a time and returns how many there were. Stops at the first that is not.
    package mutating func removeFirst(before nanoseconds: Int64) -> Int {
        var removed = 0
        while count > 0, entries[first].nanoseconds < nanoseconds {
            remove(at: first)
            removed += 1
        }
        return removed
    }

    /// The oldest lines that fit, at least one; they are in flight until ``complete(removing:)``.
    package mutating func nextBatch(maximumBytes limit: Int) -> ArraySlice<Entry> {
        var end = first
        var size = 0
        while end < entries.count {
            size += entries[end].json.count + 1
            if size > limit, end > first { break }
            end += 1
        }
        inFlight = end - first
        return entries[first..<end]
    }

    /// Removes the lines in flight, or makes them wait again, and returns how many there were.
    package mutating func complete(removing: Bool) -> Int {
        let count = inFlight
        inFlight = 0
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
        // Empty elements are removed once they are the majority, so that each line is moved about once.
        if first > 64, first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
    }

    private func cost(_ entry: Entry) -> Int { entry.json.count + Self.overhead }
}
#endif
