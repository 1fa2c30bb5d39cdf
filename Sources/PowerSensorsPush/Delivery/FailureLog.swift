#if Exporters
/// The failures to report. Each reason is reported at most once an hour, and again if what was retried is now lost.
struct FailureLog: Sendable {
    private struct Kind: Hashable {
        let reason: PushFailure.Reason
        let isRetried: Bool
    }

    private static let repeatInterval = Duration.seconds(3600)

    private var unreported: [PushFailure] = []
    private var recordedAt: [Kind: Duration] = [:]

    /// The most recent failure, reported or not.
    private(set) var last: PushFailure?

    mutating func record(_ failure: PushFailure, at time: Duration) {
        last = failure
        let kind = Kind(reason: failure.reason, isRetried: failure.isRetried)
        if let previous = recordedAt[kind], time - previous < Self.repeatInterval { return }
        recordedAt[kind] = time
        unreported.append(failure)
    }

    mutating func popFirst() -> PushFailure? { unreported.isEmpty ? nil : unreported.removeFirst() }

    mutating func popFirstRefusal() -> PushFailure? {
        unreported.firstIndex { !$0.isRetried }.map { unreported.remove(at: $0) }
    }

    /// Reports the next refusal even if the last one is less than an hour ago.
    mutating func forgetRefusals() { recordedAt = recordedAt.filter(\.key.isRetried) }
}
#endif
