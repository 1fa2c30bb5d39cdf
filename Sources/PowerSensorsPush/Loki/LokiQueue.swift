#if Exporters
import NIOCore
package import PowerSensors

/// Lines waiting for delivery, oldest first, in bounded memory.
package struct LokiQueue: Sendable {
    /// A line as it appears in a request.
    package struct Entry: Sendable {
        package let nanoseconds: Int64
        /// Identifies its stream: what Loki calls the lines with the same labels.
        package let provenance: Provenance
        /// `["1795356000042000001","host_power_w=41.2"]`
        package let json: [UInt8]

        package init(nanoseconds: Int64, provenance: Provenance, json: [UInt8]) {
            self.nanoseconds = nanoseconds
            self.provenance = provenance
            self.json = json
        }
    }

    /// The memory for an entry besides its text: the array around the text, and its element in the queue.
    private static let overhead = 80

    private let limit: Int
    private var entries = CircularBuffer<Entry>()
    /// How many of the oldest lines are being delivered.
    private var inFlight = 0
    package private(set) var bytes = 0

    package init(limit: Int) { self.limit = limit }

    package var count: Int { entries.count }

    /// Appends a line and returns how many of the oldest were dropped for it. Lines in flight are kept.
    package mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        bytes += Self.cost(entry)
        var dropped = 0
        while bytes > limit, count > inFlight + 1 {
            bytes -= Self.cost(entries.remove(at: entries.index(entries.startIndex, offsetBy: inFlight)))
            dropped += 1
        }
        return dropped
    }

    /// Removes lines older than a time and returns how many there were. Stops at the first that is not.
    package mutating func removeFirst(before nanoseconds: Int64) -> Int {
        removeFirst(entries.prefix { $0.nanoseconds < nanoseconds }.count)
    }

    /// The oldest lines that fit, at least one; they are in flight until ``complete(removing:)``.
    package mutating func nextBatch(maximumBytes limit: Int) -> [Entry] {
        var size = 0
        let batch = entries.prefix { entry in
            let isFirst = size == 0
            size += entry.json.count + 1
            return isFirst || size <= limit
        }
        inFlight = batch.count
        return Array(batch)
    }

    /// Removes the lines in flight, or makes them wait again, and returns how many there were.
    package mutating func complete(removing: Bool) -> Int {
        defer { inFlight = 0 }
        return removing ? removeFirst(inFlight) : inFlight
    }

    private mutating func removeFirst(_ count: Int) -> Int {
        for _ in 0..<count { bytes -= Self.cost(entries.removeFirst()) }
        return count
    }

    private static func cost(_ entry: Entry) -> Int { entry.json.count + overhead }
}
#endif
