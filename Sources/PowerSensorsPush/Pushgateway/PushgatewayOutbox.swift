#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The page that a Pushgateway has not got yet: only the newest matters.
final class PushgatewayOutbox: Outbox {
    private struct State: Sendable {
        var page: [UInt8]?
        /// The page that is on its way just now, unless it is a deletion.
        var travelling: [UInt8]?
        /// Whether the Pushgateway may hold a page of ours.
        var isThere = false
        var isDeleting = false
        var statistics = PushgatewayStatistics()
    }

    private let url: String
    private let state = Guarded(State())

    init(url: String) { self.url = url }

    var statistics: PushgatewayStatistics { state.withLock { $0.statistics } }

    /// Puts a page in the place of the one that waits.
    func put(_ page: [UInt8]) {
        state.withLock { state in
            if state.page != nil { state.statistics.replaced += 1 }
            state.page = page
        }
    }

    /// From now on there is nothing to push, but what is there to delete.
    func deletePage() {
        state.withLock { state in
            state.page = nil
            state.isDeleting = state.isThere
        }
    }

    /// Whether something was left undone.
    var isUnfinished: Bool { fill != .empty }

    var fill: OutboxFill { state.withLock { $0.page != nil || $0.isDeleting ? .full : .empty } }

    func next() -> PushRequest? {
        state.withLock { state in
            if state.isDeleting { return PushRequest(method: .delete, url: url) }
            guard let page = state.page.take() else { return nil }
            state.travelling = page
            state.isThere = true
            return PushRequest(
                method: .put, url: url, headers: [("Content-Type", MetricsFormat.text.contentType)], body: page)
        }
    }

    func settle(_ outcome: PushOutcome) {
        state.withLock { state in
            let page = state.travelling.take()
            switch outcome {
            case .delivered where page == nil: (state.isDeleting, state.isThere) = (false, false)
            case .delivered: state.statistics.sent += 1
            case .refused where page == nil: state.isDeleting = false
            case .refused: state.statistics.refused += 1
            case .failed, .cancelled:
                if case .failed = outcome { state.statistics.retried += 1 }
                guard let page, !state.isDeleting else { return }
                if state.page == nil { state.page = page } else { state.statistics.replaced += 1 }
            }
        }
    }
}
#endif
