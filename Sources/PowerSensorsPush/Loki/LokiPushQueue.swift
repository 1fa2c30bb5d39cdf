#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The lines to deliver to Loki.
final class LokiPushQueue: PushQueue {
    private struct State: Sendable {
        var queue: LokiQueue
        var statistics = LokiStatistics()
    }

    private let url: String
    private let node: String
    private let configuration: LokiConfiguration
    private let wallNanoseconds: @Sendable () -> Int64
    private let state: Locked<State>

    init(
        url: String, node: String, configuration: LokiConfiguration, wallNanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.url = url
        self.node = node
        self.configuration = configuration
        self.wallNanoseconds = wallNanoseconds
        state = Locked(State(queue: LokiQueue(limit: max(configuration.maximumQueuedBytes, 1 << 16))))
    }

    var statistics: LokiStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.queued = state.queue.count
            statistics.queuedBytes = state.queue.bytes
            return statistics
        }
    }

    /// Adds a line.
    func append(_ line: LokiLines.Line) {
        let entry = LokiQueue.Entry(
            nanoseconds: line.nanoseconds, provenance: line.provenance, json: rendered(line))
        state.withLock { $0.statistics.dropped += $0.queue.append(entry) }
    }

    /// Discards the remaining lines and returns how many there were.
    func abandon() -> Int {
        state.withLock { state in
            _ = state.queue.nextBatch(maximumBytes: .max)
            let count = state.queue.complete(removing: true)
            state.statistics.abandoned += count
            return count
        }
    }

    // MARK: Delivery

    var isEmpty: Bool { state.withLock { $0.queue.count == 0 } }

    var isFull: Bool { state.withLock { $0.queue.bytes >= batchBytes } }

    func next() -> PushRequest? {
        let body: [UInt8]? = state.withLock { state in
            let oldest = wallNanoseconds() &- configuration.maximumAge.wholeNanoseconds
            state.statistics.expired += state.queue.removeFirst(before: oldest)
            guard state.queue.count > 0 else { return nil }
            return self.body(state.queue.nextBatch(maximumBytes: batchBytes))
        }
        return body.map { request($0) }
    }

    func complete(_ outcome: PushOutcome) {
        state.withLock { state in
            switch outcome {
            case .delivered: state.statistics.sent += state.queue.complete(removing: true)
            case .refused: state.statistics.refused += state.queue.complete(removing: true)
            case .failed:
                _ = state.queue.complete(removing: false)
                state.statistics.retried += 1
            case .cancelled: _ = state.queue.complete(removing: false)
            }
        }
    }

    /// A request without lines. Loki answers 422 to it if this program is allowed to push.
    var probe: PushRequest { request(Array("{\"streams\":[]}".utf8)) }

    /// The most bytes of lines in a request; 1 KiB of the request is left for labels.
    private var batchBytes: Int { min(max(configuration.maximumBatchBytes, 1 << 10), 1 << 20) - 1024 }

    private func request(_ body: [UInt8]) -> PushRequest {
        var request = PushRequest(method: .post, url: url, headers: [("Content-Type", "application/json")], body: body)
        if configuration.isCompressed, let compressed = GzipCompressor()?.compress(body) {
            request.headers.append(("Content-Encoding", "gzip"))
            request.body = compressed
        }
        if let tenant = configuration.tenant { request.headers.append(("X-Scope-OrgID", tenant)) }
        return request
    }

    // MARK: JSON

    /// `{"streams":[{"stream":{…},"values":[…]}]}`, with the entries of each stream in order.
    ///
    /// The labels are few and never change, since Loki keeps an index for every set of labels.
    private func body(_ entries: [LokiQueue.Entry]) -> [UInt8] {
        let values = Dictionary(grouping: entries, by: \.provenance)
        return JSONWriter.rendering { json in
            json.object { json in
                json.member("streams", each: entries.map(\.provenance).unique(by: \.self)) { provenance, json in
                    json.name("stream")
                    json.object { json in
                        json.member("job", "powersensors")
                        json.member("host", node)
                        json.member("provenance", provenance.name)
                    }
                    json.name("values")
                    json.array { json in
                        for entry in values[provenance] ?? [] { json.rendered(entry.json) }
                    }
                }
            }
        }
    }

    /// `["nanoseconds","line"]`, with structured metadata as a third element if configured.
    ///
    /// The time is a string of nanoseconds: Loki refuses a number, and mistakes seconds or milliseconds for a time in 1970.
    private func rendered(_ line: LokiLines.Line) -> [UInt8] {
        let hasMetadata = configuration.usesStructuredMetadata
        let fields = hasMetadata ? line.fields.filter { !$0.isWord } : line.fields
        return JSONWriter.rendering { json in
            json.array { json in
                json.string(String(line.nanoseconds))
                json.string(configuration.lineFormat == .json ? fields.json : fields.logfmt)
                if hasMetadata { json.object(line.fields.filter(\.isWord)) }
            }
        }
    }
}
#endif
