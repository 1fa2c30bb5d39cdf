#if Exporters
import PowerSensors

/// Wakes one task that waits. A ring that finds nobody waiting is kept for the next who does.
final class Bell: Sendable {
    private struct State: Sendable {
        var isRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Guarded(State())

    func ring() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isRung = true }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a ring, or until the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if !state.isRung { state.waiter = continuation }
                    defer { state.isRung = false }
                    return state.isRung
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }

    /// Waits for a ring, but no longer than this. It may come back sooner, so whoever waits looks at the clock.
    func wait(atMost limit: Duration, in environment: PushEnvironment) async {
        let alarm = Task { if (try? await environment.sleep(limit)) != nil { ring() } }
        await wait()
        alarm.cancel()
    }
}
#endif
