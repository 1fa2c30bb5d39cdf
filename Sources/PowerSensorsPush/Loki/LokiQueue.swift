#if Exporters
import NIOCore
package import PowerSensors

/// Lines waiting for delivery, oldest first.
package struct LokiQueue: Sendable {
    /// A line as it appears in a request.
    package struct Entry: Sendable {
        package let nanoseconds: Int64
        /// Identifies its stream: what Loki calls the lines with the same labels.
        package let provenance: Provenance
        /// `["1795356000042000001","host_power_w=41.2"]`
        package let json: [UInt8]
        /// Which line of its queue it is, counted from the first that was appended.
        package fileprivate(set) var number = 0

        package init(nanoseconds: Int64, provenance: Provenance, json: [UInt8]) {
            self.nanoseconds = nanoseconds
            self.provenance = provenance
            self.json = json
        }

        /// The memory that it takes: its text, the array around that, and its element in the queue.
        package var cost: Int { json.count + 80 }

        /// What it adds to the size of a request: its text and a comma.
        package var size: Int { json.count + 1 }
    }

    private var entries = CircularBuffer<Entry>()
    /// The oldest lines, which are being delivered.
    private var inFlight: [Entry] = []
    /// The line before these, which stays for now.
    private var skipped: Entry?
    /// Whether there is one.
    package var isSkipping: Bool { skipped != nil }
    package private(set) var bytes = 0
    private var appended = 0

    package init() {}

    package var count: Int { entries.count + inFlight.count + (skipped == nil ? 0 : 1) }

    /// Appends a line.
    package mutating func append(_ entry: Entry) {
        var entry = entry
        entry.number = appended
        appended += 1
        entries.append(entry)
        bytes += entry.cost
    }

    /// Removes the oldest line that is not in flight, unless it is among the newest ones to keep.
    ///
    /// - Returns: Whether there was one.
    package mutating func removeOldest(keeping newest: Int) -> Bool {
        guard entries.count > newest else { return false }
        bytes -= entries.removeFirst().cost
        return true
    }

    /// Removes lines older than a time that are not in flight, and returns how many there were. Stops at the first that is
    /// not older.
    package mutating func removeFirst(before nanoseconds: Int64) -> Int {
        let count = count
        while let first = entries.first, first.nanoseconds < nanoseconds { bytes -= entries.removeFirst().cost }
        return count - self.count
    }

    /// The oldest lines that fit, at least one; they are in flight until ``complete(removing:)``.
    ///
    /// - Parameters:
    ///   - limit: The most bytes, unless the first line alone has more.
    ///   - number: A line that stays, if it is the oldest and there are others; nil for none.
    package mutating func nextBatch(maximumBytes limit: Int, skipping number: Int? = nil) -> [Entry] {
        _ = complete(removing: false)
        if let first = entries.first, first.number == number, entries.count > 1 { skipped = entries.removeFirst() }
        var size = 0
        while let first = entries.first, inFlight.isEmpty || size + first.size <= limit {
            size += first.size
            inFlight.append(entries.removeFirst())
        }
        return inFlight
    }

    /// Removes the lines in flight, or makes them wait again, and returns how many there were.
    package mutating func complete(removing: Bool) -> Int {
        defer { (inFlight, skipped) = ([], nil) }
        for entry in inFlight.reversed() {
            if removing { bytes -= entry.cost } else { entries.prepend(entry) }
        }
        if let skipped { entries.prepend(skipped) }
        return inFlight.count
    }
}

/// The lines of the host and those of its consumers, in separate queues that share a bounded amount of memory.
///
/// When it is used up, the oldest lines of consumers are dropped first. There are many more of these, and the host's alone
/// say what the whole machine used.
package struct LokiBacklog: Sendable {
    /// Whose lines a queue has.
    package enum Part: CaseIterable, Sendable {
        case host, consumers
    }

    private let limit: Int
    private var host = LokiQueue()
    private var consumers = LokiQueue()

    /// Limits the memory, in bytes.
    package init(limit: Int) { self.limit = limit }

    package subscript(part: Part) -> LokiQueue {
        get { part == .host ? host : consumers }
        _modify {
            switch part {
            case .host: yield &host
            case .consumers: yield &consumers
            }
        }
    }

    package var count: Int { host.count + consumers.count }

    package var bytes: Int { host.bytes + consumers.bytes }

    /// Appends a line and returns how many were dropped for it. Lines in flight are kept, and so is the newest of the host.
    package mutating func append(_ entry: LokiQueue.Entry, to part: Part) -> Int {
        self[part].append(entry)
        var dropped = 0
        while bytes > limit, consumers.removeOldest(keeping: 0) || host.removeOldest(keeping: 1) { dropped += 1 }
        return dropped
    }
}
#endif
