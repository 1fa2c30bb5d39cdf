#if Exporters
/// Wakes a waiting task. A notification that arrives while no task waits is kept for the next one.
struct AsyncSignal: Sendable {
    private let notifications = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    func notify() { notifications.continuation.yield() }

    /// Waits for a notification or for the task's cancellation, which ends all later waits as well.
    func wait() async {
        for await _ in notifications.stream { return }
    }

    /// Waits for a notification, but at most for the given time. It may return early, so callers check the clock.
    func wait(atMost limit: Duration, in environment: PushEnvironment) async {
        let timeout = Task { if (try? await environment.sleep(limit)) != nil { notify() } }
        await wait()
        timeout.cancel()
    }
}
#endif
