#if Exporters
import PowerSensors

/// Wakes a waiting task. A notification that arrives while no task waits is kept for the next one.
final class AsyncSignal: Sendable {
    private struct State: Sendable {
        var isNotified = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func notify() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isNotified = true }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a notification or for the task's cancellation.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNotified = state.withLock { state in
                    if !state.isNotified { state.waiter = continuation }
                    defer { state.isNotified = false }
                    return state.isNotified
                }
                if isNotified { continuation.resume() }
            }
        } onCancel: {
            notify()
        }
    }

    /// Waits for a notification, but at most for the given time. It may return early, so callers check the clock.
    func wait(atMost limit: Duration, in environment: PushEnvironment) async {
        let timeout = Task { if (try? await environment.sleep(limit)) != nil { notify() } }
        await wait()
        timeout.cancel()
    }
}
#endif
