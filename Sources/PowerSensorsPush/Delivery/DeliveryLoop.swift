#if Exporters
import PowerSensors

/// Delivers from queues to a server.
///
/// The delivering task holds this rather than the ``PushSender``, so that a sender can be released while its task runs.
struct DeliveryLoop: Sendable {
    /// What waits, the most important first. While the requests of one fail, those of the others go on.
    let queues: [any PushQueue]
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

    /// A queue, and when its next request may be sent.
    private struct ScheduledQueue {
        let queue: any PushQueue
        var backOff: PushBackOff
        /// The earliest time for its next request.
        private var earliest = Duration.zero
        /// Whether the exporter was finishing when that was set.
        private var wasEnding = false

        init(_ queue: any PushQueue, _ backOff: PushBackOff) { (self.queue, self.backOff) = (queue, backOff) }

        /// The earliest time for its next request; nil if it has none.
        ///
        /// When the exporter finishes, the current delay is cut short; later delays take their full time, which only the
        /// time limit for finishing ends.
        func next(isEnding: Bool) -> Duration? {
            queue.isEmpty ? nil : isEnding && !wasEnding ? .zero : earliest
        }

        /// Sets the time for the next request after a failure.
        mutating func delay(from now: Duration, fraction: Double, atLeast minimum: Duration?, isEnding: Bool) {
            earliest = now + backOff.next(fraction: fraction, atLeast: minimum)
            wasEnding = isEnding
        }
    }

    /// Delivers until the task is cancelled, or until the queues are empty and `isFinishing` is set.
    func run() async {
        var schedule = queues.map { ScheduledQueue($0, backOff) }
        while !Task.isCancelled {
            let isEndingNow = isEnding
            guard let next = schedule.compactMap({ $0.next(isEnding: isEndingNow) }).min() else {
                if isEndingNow { return }
                await waitForNotification()
                continue
            }
            let now = environment.elapsed()
            if next > now {
                await pause(next - now) { schedule.contains { isDue($0) } }
                continue
            }
            await pause(batchInterval) { isEnding || schedule.contains { isDue($0) && $0.queue.isFull } }
            for index in schedule.indices where isDue(schedule[index]) {
                guard await deliver(&schedule[index]) else { return }
            }
        }
    }

    private func isDue(_ scheduled: ScheduledQueue) -> Bool {
        scheduled.next(isEnding: isEnding).map { $0 <= environment.elapsed() } ?? false
    }

    /// Sends one request of a queue.
    ///
    /// - Returns: Whether to go on.
    private func deliver(_ scheduled: inout ScheduledQueue) async -> Bool {
        guard let request = scheduled.queue.next() else { return true }
        let outcome = scheduled.queue.complete(await send(request))
        func delay(_ scheduled: inout ScheduledQueue, atLeast minimum: Duration? = nil) {
            scheduled.delay(
                from: environment.elapsed(), fraction: environment.fraction(), atLeast: minimum, isEnding: isEnding)
        }
        switch outcome {
        case .delivered: scheduled.backOff.reset()
        case .cancelled: return false
        case .refused(let failure), .tooLarge(let failure, _):
            record(failure)
            // A server that is overloaded is not asked for the next one at once.
            if failure.isTemporary {
                delay(&scheduled)
            } else {
                scheduled.backOff.reset()
            }
        case .divided(var failure, let retryAfter):
            scheduled.backOff.reset()
            guard failure.isTemporary || retryAfter != nil else { break }
            (failure.isRetried, failure.isDivided) = (true, true)
            record(failure)
            delay(&scheduled, atLeast: retryAfter)
        case .failed(var failure, let retryAfter):
            failure.isRetried = true
            record(failure)
            delay(&scheduled, atLeast: retryAfter)
        }
        return true
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
            let problem = sending.isCancelled ? nil : ConnectionProblem(error)
            let failure = PushFailure(
                reason: .unreachable, url: request.url, text: problem?.text ?? "no answer within \(timeout)",
                remedy: problem?.remedy ?? "Start \(advice.server), or fix the address or the network.")
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
