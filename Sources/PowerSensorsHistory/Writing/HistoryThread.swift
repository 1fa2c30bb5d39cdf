#if History
import PowerSensors

/// The thread on which a history is written, since a disk may be slow or hang.
final class HistoryThread: Sendable {
    /// What happened to a snapshot.
    enum Outcome: Equatable, Sendable {
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
        /// How many snapshots there were.
        var count = 0
        /// The snapshot by its number that is no longer waited for.
        var timedOut = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let path: String
    private let limits: HistoryLimits
    let usualPower: UsualPower
    private let state = Locked(State())
    private let wakeUp = InterruptibleTimer()
    private let thread = Locked<OwnedThread?>(nil)

    init(_ path: String, limits: HistoryLimits, usualPower: UsualPower) {
        (self.path, self.limits, self.usualPower) = (path, limits, usualPower)
    }

    deinit { end(within: .zero) }

    /// Records a snapshot, and waits for it for a while.
    func record(_ snapshot: Snapshot, _ events: [StoredEvent], within limit: Duration) async -> Outcome {
        guard !state.withLock({ $0.isWorking || $0.work != nil }) else { return .refused }
        guard start() else {
            return .failed(
                HistoryError(path: path, reason: .failed, problem: "No thread can be started to write it."))
        }
        let number = state.withLock { state in
            state.work = (snapshot, events)
            state.count += 1
            return state.count
        }
        wakeUp.wake()
        let timeout = Task.detached { [state] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                // A late one must not end the wait for the next snapshot.
                guard state.count == number else { return nil }
                state.timedOut = number
                return state.waiter.take()
            }
            waiter?.resume()
        }
        await withCheckedContinuation { waiter in
            let isWaiting = state.withLock { state in
                let isWaiting = (state.isWorking || state.work != nil) && state.timedOut != number
                if isWaiting { state.waiter = waiter }
                return isWaiting
            }
            if !isWaiting { waiter.resume() }
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
            let (path, limits, state, wakeUp, usualPower) = (path, limits, state, wakeUp, usualPower)
            thread = try? OwnedThread(name: "powersensors-hi") {
                Self.run(HistoryRecorder(path, limits: limits, usualPower: usualPower), state, wakeUp)
            }
            return thread != nil
        }
    }

    private static func run(_ recorder: HistoryRecorder, _ state: Locked<State>, _ wakeUp: InterruptibleTimer) {
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
