#if Exporters
import PowerSensors

/// Delivers from a queue to a server.
///
/// The delivering task holds this rather than the ``PushSender``, so that a sender can be released while its task runs.
struct DeliveryLoop: Sendable {
    let queue: any PushQueue
    let transport: any PushTransport
    let environment: PushEnvironment
    let advice: PushAdvice
    /// How long to wait for more before sending a request that is not full.
    let batchInterval: Duration
    /// How long a response may take.
    let timeout: Duration
    /// The delays between retries.
    let backOff: PushBackOff

    let isFinishing = Locked(false)
    let failures = Locked(FailureLog())
    /// Keeps a notification that arrives while the task does not wait.
    private let notifications = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Wakes the delivering task. If it does not wait now, its next wait ends at once.
    func notify() { notifications.continuation.yield() }

    /// Delivers until the task is cancelled, or until the queue is empty and `isFinishing` is set.
    func run() async {
        var backOff = backOff
        while !Task.isCancelled {
            if queue.isEmpty {
                if isEnding { return }
                await waitForNotification()
                continue
            }
            await pause(batchInterval) { isEnding || queue.isFull }
            guard let request = queue.next() else { continue }
            let outcome = await send(request)
            queue.complete(outcome)
            switch outcome {
            case .delivered: backOff.reset()
            case .cancelled: return
            case .refused(let failure):
                record(failure)
                backOff.reset()
            case .failed(var failure, let retryAfter):
                failure.isRetried = true
                record(failure)
                let delay = backOff.next(fraction: environment.fraction(), atLeast: retryAfter)
                // When the exporter finishes, the current delay is cut short; later delays take their full time, which
                // only the time limit for finishing ends.
                let wasEnding = isEnding
                await pause(delay) { isEnding && !wasEnding }
            }
        }
    }

    /// Sends one request, and gives up if no response comes in time.
    func send(_ request: PushRequest) async -> PushOutcome {
        let sending = Task { try await transport.send(request) }
        let timer = Task { if (try? await environment.sleep(timeout)) != nil { sending.cancel() } }
        let result = await withTaskCancellationHandler {
            await sending.result
        } onCancel: {
            sending.cancel()
        }
        timer.cancel()
        switch result {
        case .success(let response):
            return PushOutcome(response, from: request.url, advice: advice, now: environment.wallNanoseconds())
        case .failure(let error):
            if Task.isCancelled { return .cancelled }
            let cause = sending.isCancelled ? "no answer within \(timeout)" : "no connection (\(oneLine("\(error)")))"
            let failure = PushFailure(
                reason: .unreachable, url: request.url, text: cause,
                remedy: "Start \(advice.server), or fix the address or the network.")
            return .failed(failure, retryAfter: nil)
        }
    }

    private var isEnding: Bool { isFinishing.withLock { $0 } }

    private func record(_ failure: PushFailure) {
        let now = environment.elapsed()
        failures.withLock { $0.record(failure, at: now) }
    }

    /// Waits for a notification or for the task's cancellation, which ends all later waits as well.
    private func waitForNotification() async {
        for await _ in notifications.stream { return }
    }

    /// Waits for a time. The condition for stopping early is checked at each notification.
    private func pause(_ time: Duration, until isOver: () -> Bool) async {
        let end = environment.elapsed() + time
        while !Task.isCancelled, !isOver() {
            let remaining = end - environment.elapsed()
            guard remaining > .zero else { return }
            let timer = Task { if (try? await environment.sleep(remaining)) != nil { notify() } }
            await waitForNotification()
            timer.cancel()
        }
    }
}
#endif
