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
        /// The line that was last refused alone for its rate.
        var tried: Tried?
        /// Whether that line is older than those in flight, and waits for their outcome.
        var isSkipping = false
    }

    /// A line that was refused alone for its rate.
    fileprivate struct Tried: Sendable {
        /// How often it may be refused before other lines are tried. With the delays between tries, that takes two
        /// minutes at least: long enough for the limit of a rate.
        static let maximum = 10

        let number: Int
        var tries = 0
        /// Whether other lines passed after so many tries, so that this is a limit that the line can never meet.
        var doOthersPass = false
        /// Whether it is to be seen whether others pass.
        var isDoubtful: Bool { tries >= Self.maximum && !doOthersPass }
    }

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
        let (limit, doubtful) = batch.withLock { batch in
            (batch.limit.bytes, batch.tried.flatMap { $0.isDoubtful ? $0.number : nil })
        }
        let oldest = wallNanoseconds() &- requests.configuration.maximumAge.wholeNanoseconds
        let (entries, isSkipping) = store.state.withLock { state in
            state.statistics.expired += state.backlog[part].removeFirst(before: oldest)
            let entries = state.backlog[part].nextBatch(maximumBytes: limit, skipping: doubtful)
            return (entries, state.backlog[part].isSkipping)
        }
        if entries.isEmpty { return nil }
        batch.withLock {
            ($0.lines, $0.bytes, $0.first) = (entries.count, entries.reduce(0) { $0 + $1.size }, entries[0].number)
            $0.isSkipping = isSkipping
        }
        return requests.request(entries)
    }

    func complete(_ outcome: PushOutcome) -> PushOutcome {
        let outcome = batch.withLock { $0.complete(outcome) }
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
    fileprivate mutating func complete(_ outcome: PushOutcome) -> PushOutcome {
        switch outcome {
        case .delivered:
            limit.raise(after: bytes)
            if isSkipping { tried?.doOthersPass = true }
        case .tooLarge(let failure, _) where lines <= 1: return .refused(failure)
        case .tooLarge(let failure, let retryAfter):
            limit.halve(from: bytes)
            return .divided(failure, retryAfter: retryAfter)
        case .failed(let failure, let retryAfter) where failure.reason == .status(429):
            if lines > 1 {
                limit.halve(from: bytes)
                return .divided(failure, retryAfter: retryAfter)
            }
            return countTry() ? outcome : .refused(failure)
        case .failed, .refused, .divided, .cancelled: break
        }
        return outcome
    }

    /// Counts that a line alone was refused for its rate, and returns whether it may pass later.
    private mutating func countTry() -> Bool {
        if isSkipping {
            // Others do not pass either.
            tried?.tries = 0
            return true
        }
        var line = tried.flatMap { $0.number == first ? $0 : nil } ?? LokiPushQueue.Tried(number: first)
        line.tries += 1
        tried = line
        return !line.doOthersPass
    }
}
#endif
