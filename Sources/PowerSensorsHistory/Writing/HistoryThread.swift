#if History
import PowerSensors

/// The thread on which a history is written, since a disk may be slow or hang.
final class HistoryThread: Sendable {
    /// What happened to a snapshot.
    enum Outcome: Sendable {
        case recorded
        case failed(HistoryError)
        /// It was taken, and is not written yet.
        case unfinished
        /// It was not taken, since one before it is not written yet.
        case refused
    }

    private struct State: Sendable {
        var work: (snapshot: Snapshot, events: [StoredEvent])?
        var isWorking = false
        var isEnding = false
        /// The failure of the latest work; nil if it succeeded.
        var failure: HistoryError?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let path: String
    private let limits: HistoryLimits
    private let state = Locked(State())
    private let wakeUp = InterruptibleTimer()
    private let thread = Locked<OwnedThread?>(nil)

    init(_ path: String, limits: HistoryLimits) { (self.path, self.limits) = (path, limits) }

    deinit { end(within: .zero) }

    /// Records a snapshot, and waits for it for a while.
    func record(_ snapshot: Snapshot, _ events: [StoredEvent], within limit: Duration) async -> Outcome {
        guard !state.withLock({ $0.isWorking || $0.work != nil }) else { return .refused }
        guard start() else {
            return .failed(
                HistoryError(path: path, reason: .failed, problem: "No thread can be started to write it."))
        }
        state.withLock { $0.work = (snapshot, events) }
        wakeUp.wake()
        let timeout = Task.detached { [state] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            state.withLock { $0.waiter.take() }?.resume()
        }
        await withCheckedContinuation { waiter in
            let isBusy = state.withLock { state in
                let isBusy = state.isWorking || state.work != nil
                if isBusy { state.waiter = waiter }
                return isBusy
            }
            if !isBusy { waiter.resume() }
        }
        timeout.cancel()
        return state.withLock { state in
            if state.isWorking || state.work != nil { return .unfinished }
            return state.failure.map { .failed($0) } ?? .recorded
        }
    }

    /// Ends the thread, which closes the file.
    ///
    /// - Returns: Whether it has ended within the time.
    @discardableResult
    func end(within limit: Duration) -> Bool {
        state.withLock { $0.isEnding = true }
        wakeUp.wake()
        return thread.withLock { $0.take()?.join(within: limit) } ?? true
    }

    /// Starts the thread, unless it runs.
    private func start() -> Bool {
        thread.withLock { thread in
            if thread != nil { return true }
            let (path, limits, state, wakeUp) = (path, limits, state, wakeUp)
            thread = try? OwnedThread(name: "powersensors-hi") { Self.run(path, limits, state, wakeUp) }
            return thread != nil
        }
    }

    private static func run(
        _ path: String, _ limits: HistoryLimits, _ state: Locked<State>, _ wakeUp: InterruptibleTimer
    ) {
        let recorder = HistoryRecorder(path, limits: limits)
        while true {
            let wakeCount = wakeUp.wakeCount
            let (work, isEnding) = state.withLock { state in
                state.isWorking = state.work != nil
                return (state.work.take(), state.isEnding)
            }
            guard let work else {
                if isEnding { return recorder.close() }
                wakeUp.wait(until: .max, unlessWokenSince: wakeCount)
                continue
            }
            var failure: HistoryError?
            do throws(HistoryError) {
                try recorder.record(work.snapshot, work.events)
            } catch {
                failure = error
            }
            let waiter = state.withLock { state in
                (state.isWorking, state.failure) = (false, failure)
                return state.waiter.take()
            }
            waiter?.resume()
        }
    }
}
#endif
