#if Exporters
/// The failures to report. Each reason is reported at most once an hour.
struct FailureLog: Sendable {
    private static let repeatInterval = Duration.seconds(3600)

    private var unreported: [PushFailure] = []
    private var recordedAt: [PushFailure.Reason: Duration] = [:]

    /// The most recent failure, reported or not.
    private(set) var last: PushFailure?

    mutating func record(_ failure: PushFailure, at time: Duration) {
        last = failure
        if let previous = recordedAt[failure.reason], time - previous < Self.repeatInterval { return }
        recordedAt[failure.reason] = time
        unreported.append(failure)
    }

    mutating func popFirst() -> PushFailure? { unreported.isEmpty ? nil : unreported.removeFirst() }

    mutating func popFirstRefusal() -> PushFailure? {
        unreported.firstIndex { !$0.isTemporary }.map { unreported.remove(at: $0) }
    }
}
#endif
