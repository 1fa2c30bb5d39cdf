#if History
/// How much a history keeps.
package struct HistoryLimits: Hashable, Sendable {
    /// The greatest size in bytes, of the file and its companions.
    package let size: Int64

    /// How many snapshots: two hours of one a second.
    package var snapshots: Int64 = 7200

    /// How many minutes: a week.
    package var minutes: Int64 = 7 * 24 * 60

    /// How many events.
    package var events: Int64 = 5000

    /// How many new series there may be before those that have no row any more are removed.
    var seriesSpare = 1000

    /// The smallest size.
    static let smallest: Int64 = 1 << 20

    /// The longest time for which snapshots are in the log only, which a power failure may take.
    static let checkpointNanoseconds: Int64 = 5 * 60 * 1_000_000_000

    private static let pageBytes: Int64 = 4096

    package init(size: Int64) { self.size = max(size, Self.smallest) }

    /// The size of the log in pages. For a moment it may have twice as many.
    var logPages: Int { Int(min(4 << 20, size / 8) / Self.pageBytes / 2) }

    /// The size in bytes to which the log is cut.
    var logBytes: Int64 { Int64(logPages) * Self.pageBytes }

    /// The pages of the file that may be in use; more are pruned.
    var pages: Int64 { (size - logBytes * 2 - Self.sharedBytes) / Self.pageBytes - sparePages }

    /// The pages beyond those that a transaction may take before room is made.
    var sparePages: Int64 { max(16, size / Self.pageBytes / 50) }

    /// The index of the log in memory, which is a file too.
    private static let sharedBytes: Int64 = 64 << 10
}
#endif
