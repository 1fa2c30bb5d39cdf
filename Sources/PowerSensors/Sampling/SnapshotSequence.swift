/// The snapshots of one subscription, each of the interval since the one before.
///
/// Whoever is slow gets the newest few, and reads in ``Snapshot/skipped`` how many are missing before each. Energy is
/// cumulative, so what is skipped costs resolution and never joules. It ends when the monitor stops.
public struct SnapshotSequence: AsyncSequence, Sendable {
    /// What it gives.
    public typealias Element = Snapshot

    let stream: AsyncStream<Snapshot>

    /// Takes the snapshots out, one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: AsyncStream<Snapshot>.Iterator
        var next = 0

        /// The next snapshot, or nil once the monitor has stopped or the task was cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Snapshot? {
            guard var snapshot = await iterator.next(isolation: actor) else { return nil }
            snapshot.skipped = snapshot.sequence - next
            next = snapshot.sequence + 1
            return snapshot
        }
    }

    /// Starts taking snapshots out. One task at a time may do so.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: stream.makeAsyncIterator())
    }
}
