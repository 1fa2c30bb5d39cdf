#if Exporters
import PowerSensors

/// A clock that only moves when told to.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var time = Duration.zero

        func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
        func duration(to other: Instant) -> Duration { other.time - time }
        static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
    }

    private struct Sleeper: Sendable {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable {
        var now = Instant()
        var sleepers: [Int: Sleeper] = [:]
        var count = 0
    }

    private let state = Locked(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }

    /// Advances the time and resumes the tasks whose sleep is over.
    func advance(by time: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: time)
            let now = state.now
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = Task.isCancelled
                let isDue = state.withLock { state in
                    if !isCancelled, state.now < deadline {
                        state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                        return false
                    }
                    return true
                }
                guard isDue else { return }
                if isCancelled { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Advances the time step by step until a condition is true.
    func run(step: Duration = .milliseconds(100), until isDone: () -> Bool) async throws {
        while !isDone() {
            advance(by: step)
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Waits until a condition is true, or for the suite's time limit.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
}
#endif
