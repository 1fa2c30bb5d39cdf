public import PowerSensorsCore

/// The snapshots of one subscription, each of the interval since the previous one.
///
/// A slow subscriber receives only the newest snapshots, and ``Snapshot/skipped`` is the number that are missing before each.
/// Energy is cumulative, so skipped snapshots cost resolution but no energy. The sequence ends when the monitor stops.
public struct SnapshotSequence: AsyncSequence, Sendable {
    /// The sequence consists of snapshots.
    public typealias Element = Snapshot

    let stream: AsyncStream<Snapshot>

    /// Waits for one snapshot after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: AsyncStream<Snapshot>.Iterator
        var next = 0

        /// Waits for the next snapshot; nil after the monitor has stopped or the task was cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Snapshot? {
            guard var snapshot = await iterator.next(isolation: actor) else { return nil }
            snapshot.skipped = snapshot.sequence - next
            next = snapshot.sequence + 1
            return snapshot
        }
    }

    /// Starts iterating, which only one task may do.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: stream.makeAsyncIterator())
    }
}
