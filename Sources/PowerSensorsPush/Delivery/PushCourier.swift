#if Exporters
import PowerSensors

/// Delivers what an outbox holds, from a task of its own, so that whoever fills it never waits.
///
/// One request at a time, in order. What may work later is tried again until it does; meanwhile the outbox bounds itself.
final class PushCourier: Sendable {
    private let route: PushRoute
    private let worker = Guarded<Task<Void, Never>?>(nil)

    init(_ route: PushRoute) { self.route = route }

    // An exporter that is dropped without an end delivers no more.
    deinit { worker.withLock { $0.take()?.cancel() } }

    /// Says that there is something new to deliver.
    func wake() {
        let route = route
        worker.withLock { worker in
            if worker == nil { worker = Task { await route.run() } }
        }
        route.bell.ring()
    }

    /// A failure that was not told yet.
    func takeFailure() -> PushFailure? { route.log.withLock { $0.take() } }

    /// A refusal that was not told yet, at the end: what was to be tried again was either delivered or is unfinished.
    func takeRefusal() -> PushFailure? { route.log.withLock { $0.takeRefusal() } }

    /// The failure to blame for what is unfinished at the end.
    func unfinished(_ text: String, remedy: String, url: String) -> PushFailure {
        let cause = route.log.withLock { $0.last?.text }
        return PushFailure(
            reason: .unfinished, url: url, text: cause.map { "\(text); at last \($0)" } ?? text, remedy: remedy)
    }

    /// Delivers what is left, but takes no longer than this.
    ///
    /// It runs its time also in a task that is cancelled, as one is that runs exporters until the program's end.
    func finish(within limit: Duration) async {
        let worker = worker.withLock { $0.take() }
        if let worker {
            route.isFinishing.withLock { $0 = true }
            route.bell.ring()
            let environment = route.environment
            let alarm = Task { if (try? await environment.sleep(limit)) != nil { worker.cancel() } }
            await worker.value
            alarm.cancel()
        }
        await route.transport.close()
    }
}

/// From an outbox to a server: what a courier's task needs, and nothing that would keep the courier alive.
struct PushRoute: Sendable {
    let outbox: any Outbox
    let transport: any PushTransport
    let environment: PushEnvironment
    let advice: PushAdvice
    /// How long to wait for more before what there is goes out.
    let batchInterval: Duration
    /// How long an answer may take.
    let timeout: Duration
    /// The waits between tries.
    let backOff: PushBackOff

    let bell = Bell()
    let isFinishing = Guarded(false)
    let log = Guarded(FailureLog())

    func run() async {
        var backOff = backOff
        while !Task.isCancelled {
            switch outbox.fill {
            case .empty:
                if isEnding { return }
                await bell.wait()
                continue
            case .some: await pause(batchInterval) { isEnding || outbox.fill == .full }
            case .full: break
            }
            guard let request = outbox.next() else { continue }
            let outcome = await send(request)
            outbox.settle(outcome)
            switch outcome {
            case .delivered: backOff.reset()
            case .cancelled: return
            case .refused(let failure):
                note(failure)
                backOff.reset()
            case .failed(var failure, let retryAfter):
                failure.isTriedAgain = true
                note(failure)
                let wait = backOff.next(fraction: environment.fraction(), askedFor: retryAfter)
                // The end cuts a wait short once; after that its limit does.
                let wasEnding = isEnding
                await pause(wait) { isEnding && !wasEnding }
            }
        }
    }

    /// Sends one request, and gives up where no answer comes in time.
    func send(_ request: PushRequest) async -> PushOutcome {
        let sending = Task { try await transport.send(request) }
        let alarm = Task { if (try? await environment.sleep(timeout)) != nil { sending.cancel() } }
        let result = await withTaskCancellationHandler {
            await sending.result
        } onCancel: {
            sending.cancel()
        }
        alarm.cancel()
        switch result {
        case .success(let response):
            return PushOutcome(response, from: request.url, advice, now: environment.wallNanoseconds())
        case .failure(let error):
            if Task.isCancelled { return .cancelled }
            let cause = sending.isCancelled ? "no answer within \(timeout)" : "no connection (\(oneLine("\(error)")))"
            let failure = PushFailure(
                reason: .unreachable, url: request.url, text: cause,
                remedy: "Start \(advice.server), or mend the address or the network.")
            return .failed(failure, retryAfter: nil)
        }
    }

    private var isEnding: Bool { isFinishing.withLock { $0 } }

    private func note(_ failure: PushFailure) {
        let now = environment.elapsed()
        log.withLock { $0.note(failure, at: now) }
    }

    /// Waits; each ring is a chance to stop.
    private func pause(_ time: Duration, until isOver: () -> Bool) async {
        let end = environment.elapsed() + time
        while !Task.isCancelled, !isOver() {
            let left = end - environment.elapsed()
            guard left > .zero else { return }
            await bell.wait(atMost: left, in: environment)
        }
    }
}

/// The failures to tell: each reason once an hour at most, however often it comes.
struct FailureLog: Sendable {
    private static let silence = Duration.seconds(3600)

    private var untold: [PushFailure] = []
    private var toldAt: [PushFailure.Reason: Duration] = [:]

    /// The newest, told or not.
    private(set) var last: PushFailure?

    mutating func note(_ failure: PushFailure, at time: Duration) {
        last = failure
        if let last = toldAt[failure.reason], time - last < Self.silence { return }
        toldAt[failure.reason] = time
        untold.append(failure)
    }

    mutating func take() -> PushFailure? { untold.isEmpty ? nil : untold.removeFirst() }

    mutating func takeRefusal() -> PushFailure? {
        untold.firstIndex { !$0.isPassing }.map { untold.remove(at: $0) }
    }
}
#endif
