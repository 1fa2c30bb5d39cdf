#if Exporters
import PowerSensors

/// Delivers a queue in a background task, so that callers never wait for the server.
///
/// Requests go out one at a time and in order. Temporary failures are retried until they succeed; meanwhile the queue limits
/// its own size.
final class PushSender: Sendable {
    let delivery: DeliveryLoop
    private let worker = Locked<Task<Void, Never>?>(nil)

    init(_ delivery: DeliveryLoop) { self.delivery = delivery }

    // An exporter that goes away without `finish()` delivers nothing more.
    deinit { worker.withLock { $0.take()?.cancel() } }

    /// Sends a request at once, without the queue.
    ///
    /// - Parameter reason: The reason for a refusal that counts as success.
    func check(_ request: PushRequest, allowing reason: PushFailure.Reason? = nil) async throws(PushFailure) {
        switch await delivery.send(request) {
        case .delivered, .cancelled: return
        case .refused(let failure) where failure.reason == reason: return
        case .refused(let failure), .tooLarge(let failure, _), .divided(let failure, _), .failed(let failure, _):
            throw failure
        }
    }

    /// Starts or wakes the delivery, unless it has finished, and throws a failure that was not reported yet.
    func wake() throws(PushFailure) {
        let delivery = delivery
        // Later failures are thrown by the next call.
        let failure = delivery.failures.withLock { $0.popFirst() }
        worker.withLock { worker in
            if worker == nil, !delivery.isFinishing.withLock({ $0 }) { worker = Task { await delivery.run() } }
        }
        delivery.notify()
        if let failure { throw failure }
    }

    /// Throws the oldest refusal that was not reported yet. Called at the end, when temporary failures no longer matter.
    func throwRefusal() throws(PushFailure) {
        if let failure = delivery.failures.withLock({ $0.popFirstRefusal() }) { throw failure }
    }

    /// The most recent failure of a request, reported or not.
    var lastFailure: PushFailure? { delivery.failures.withLock { $0.last } }

    /// The failure to report at the end, for what is lost.
    ///
    /// - Parameters:
    ///   - reason: The kind of loss.
    ///   - text: What is lost.
    ///   - remedy: How to fix it.
    ///   - url: The server's address.
    func ending(_ reason: PushFailure.Reason, _ text: String, remedy: String, url: String) -> PushFailure {
        let cause = lastFailure?.text
        return PushFailure(
            reason: reason, url: url, text: cause.map { "\(text); the last failure: \($0)" } ?? text,
            remedy: remedy)
    }

    /// Delivers what is left, for at most this time.
    ///
    /// It delivers even in a cancelled task, because an exporter typically finishes in one.
    func finish(within limit: Duration) async {
        delivery.isFinishing.withLock { $0 = true }
        let worker = worker.withLock { $0.take() }
        if let worker {
            delivery.notify()
            let environment = delivery.environment
            let timeout = Task { if (try? await environment.sleep(limit)) != nil { worker.cancel() } }
            await worker.value
            timeout.cancel()
        }
        await delivery.transport.close()
    }
}
#endif
