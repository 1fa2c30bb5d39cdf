#if Exporters
import PowerSensors

/// The host's lines or those of its consumers, in requests as large as Loki accepts.
final class LokiPushQueue: PushQueue {
    fileprivate struct Batch: Sendable {
        var limit: BatchLimit
        /// The number and size of the lines in flight.
        var lines = 0
        var bytes = 0
        /// The number of the first.
        var first = 0
        /// The line that was last refused alone for its rate, and how often it has been.
        var tried: (number: Int, tries: Int)?
    }

    /// How often a line alone may be refused with 429 before it is given up. With the delays between tries, that takes
    /// four minutes at least: long enough for the limit of a rate, so it is one that the line can never meet.
    private static let maximumTries = 10

    private let store: LokiStore
    private let part: LokiBacklog.Part
    private let requests: LokiRequests
    private let wallNanoseconds: @Sendable () -> Int64
    private let batch: Locked<Batch>

    init(
        _ part: LokiBacklog.Part, of store: LokiStore, _ requests: LokiRequests,
        wallNanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.part = part
        self.requests = requests
        self.wallNanoseconds = wallNanoseconds
        // 1 KiB of a request is left for labels.
        let maximum = min(max(requests.configuration.maximumBatchBytes, 1 << 10), 1 << 20) - 1024
        batch = Locked(Batch(limit: BatchLimit(max(maximum, 1))))
    }

    var isEmpty: Bool { store.state.withLock { $0.backlog[part].count == 0 } }

    var isFull: Bool {
        let limit = batch.withLock(\.limit.bytes)
        return store.state.withLock { $0.backlog[part].bytes >= limit }
    }

    func next() -> PushRequest? {
        let limit = batch.withLock(\.limit.bytes)
        let oldest = wallNanoseconds() &- requests.configuration.maximumAge.wholeNanoseconds
        let entries = store.state.withLock { state in
            state.statistics.expired += state.backlog[part].removeFirst(before: oldest)
            return state.backlog[part].nextBatch(maximumBytes: limit)
        }
        if entries.isEmpty { return nil }
        batch.withLock {
            ($0.lines, $0.bytes, $0.first) = (entries.count, entries.reduce(0) { $0 + $1.size }, entries[0].number)
        }
        return requests.request(entries)
    }

    func complete(_ outcome: PushOutcome) -> PushOutcome {
        let outcome = batch.withLock { $0.complete(outcome, maximumTries: Self.maximumTries) }
        store.state.withLock { state in
            switch outcome {
            case .delivered: state.statistics.sent += state.backlog[part].complete(removing: true)
            case .refused: state.statistics.refused += state.backlog[part].complete(removing: true)
            case .divided, .failed, .tooLarge:
                _ = state.backlog[part].complete(removing: false)
                state.statistics.retried += 1
            case .cancelled: _ = state.backlog[part].complete(removing: false)
            }
        }
        return outcome
    }
}

extension LokiPushQueue.Batch {
    /// Adapts the limit to an outcome, and returns what is to be done about that.
    fileprivate mutating func complete(_ outcome: PushOutcome, maximumTries: Int) -> PushOutcome {
        switch outcome {
        case .delivered: limit.raise(after: bytes)
        case .tooLarge(let failure, _) where lines <= 1: return .refused(failure)
        case .tooLarge(let failure, let retryAfter):
            limit.halve(from: bytes)
            return .divided(failure, retryAfter: retryAfter)
        case .failed(let failure, let retryAfter) where failure.reason == .status(429):
            if lines > 1 {
                limit.halve(from: bytes)
                return .divided(failure, retryAfter: retryAfter)
            }
            let tries = tried.flatMap { $0.number == first ? $0.tries : nil } ?? 0
            tried = (first, tries + 1)
            return tries + 1 < maximumTries ? outcome : .refused(failure)
        case .failed, .refused, .divided, .cancelled: break
        }
        return outcome
    }
}
#endif
