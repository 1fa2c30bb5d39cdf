#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The page to deliver to a Pushgateway: only the newest one matters.
final class PushgatewayPushQueue: PushQueue {
    private struct State: Sendable {
        var page: [UInt8]?
        /// The page being delivered; nil during a deletion.
        var inFlight: [UInt8]?
        /// Whether the Pushgateway may hold a page of ours.
        var isPushed = false
        var isDeleting = false
        var statistics = PushgatewayStatistics()
    }

    private let url: String
    private let state = Locked(State())

    init(url: String) { self.url = url }

    var statistics: PushgatewayStatistics { state.withLock { $0.statistics } }

    /// Queues a page in place of the one that is waiting.
    func replacePage(with page: [UInt8]) {
        state.withLock { state in
            if state.page != nil { state.statistics.replaced += 1 }
            state.page = page
        }
    }

    /// Discards the waiting page, and queues the deletion of one that may have been pushed.
    func deletePage() {
        state.withLock { state in
            state.page = nil
            state.isDeleting = state.isPushed
        }
    }

    var isEmpty: Bool { state.withLock { $0.page == nil && !$0.isDeleting } }

    var isFull: Bool { !isEmpty }

    func next() -> PushRequest? {
        state.withLock { state in
            if state.isDeleting { return PushRequest(method: .delete, url: url) }
            guard let page = state.page.take() else { return nil }
            state.inFlight = page
            state.isPushed = true
            return PushRequest(
                method: .put, url: url, headers: [("Content-Type", MetricsFormat.text.contentType)], body: page)
        }
    }

    func complete(_ outcome: PushOutcome) -> PushOutcome {
        var outcome = outcome
        // A page cannot be divided.
        if case .tooLarge(let failure, _) = outcome { outcome = .refused(failure) }
        update(outcome)
        return outcome
    }

    private func update(_ outcome: PushOutcome) {
        state.withLock { state in
            let page = state.inFlight.take()
            switch outcome {
            case .delivered where page == nil: (state.isDeleting, state.isPushed) = (false, false)
            case .delivered: state.statistics.sent += 1
            case .refused where page == nil: state.isDeleting = false
            case .refused: state.statistics.refused += 1
            case .failed, .cancelled, .tooLarge, .divided:
                if case .failed = outcome { state.statistics.retried += 1 }
                guard let page, !state.isDeleting else { return }
                if state.page == nil { state.page = page } else { state.statistics.replaced += 1 }
            }
        }
    }
}
#endif
