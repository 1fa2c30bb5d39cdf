#if Exporters
import PowerSensors

/// The lines to deliver to Loki, and what has become of those before.
final class LokiStore: Sendable {
    struct State: Sendable {
        var backlog: LokiBacklog
        var statistics = LokiStatistics()
    }

    let state: Locked<State>

    /// Limits the memory for the lines, in bytes.
    init(limit: Int) { state = Locked(State(backlog: LokiBacklog(limit: limit))) }

    var statistics: LokiStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.queued = state.backlog.count
            statistics.queuedBytes = state.backlog.bytes
            return statistics
        }
    }

    /// Adds a line.
    func append(_ entry: LokiQueue.Entry) {
        let part: LokiBacklog.Part = entry.provenance == .attributed ? .consumers : .host
        state.withLock { $0.statistics.dropped += $0.backlog.append(entry, to: part) }
    }

    /// Counts snapshots that the exporter did not get.
    func skip(_ snapshots: Int) { state.withLock { $0.statistics.skippedSnapshots += snapshots } }

    /// Discards the remaining lines.
    func abandon() {
        state.withLock { state in
            for part in LokiBacklog.Part.allCases {
                _ = state.backlog[part].nextBatch(maximumBytes: .max)
                state.statistics.abandoned += state.backlog[part].complete(removing: true)
            }
        }
    }
}
#endif
