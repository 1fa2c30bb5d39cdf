#if Exporters
/// The greatest size of a request: halved when the server refuses one for its size or its rate, and raised again after
/// successes.
struct BatchLimit: Sendable {
    /// How many large requests must succeed in a row before the limit is raised at all.
    private static let patience = 16

    private let maximum: Int

    /// The limit in bytes, of lines before compression.
    private(set) var bytes: Int

    /// How many large requests have succeeded since one was refused.
    private var successes = 0

    /// Starts with the greatest limit.
    init(_ maximum: Int) { (self.maximum, bytes) = (maximum, maximum) }

    /// Halves the limit after a request of a size was refused.
    mutating func halve(from size: Int) {
        bytes = max(min(size, bytes) / 2, 1)
        successes = 0
    }

    /// Raises the limit by an eighth after a request of a size was accepted.
    ///
    /// A request of less than half the limit shows nothing, and is ignored.
    mutating func raise(after size: Int) {
        guard bytes < maximum, size >= bytes / 2 else { return }
        successes += 1
        if successes > Self.patience { bytes = min(bytes + max(bytes / 8, 1), maximum) }
    }
}
#endif
