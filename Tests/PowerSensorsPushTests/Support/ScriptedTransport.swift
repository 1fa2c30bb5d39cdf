#if Exporters
import PowerSensors
import PowerSensorsPush

/// A server that is no more than a function.
final class ScriptedTransport: PushTransport {
    struct Sent: Sendable {
        let request: PushRequest
        let at: Duration
    }

    /// There is nobody there.
    struct Unreachable: Error {}

    private let environment: PushEnvironment
    private let answer: @Sendable (Int, PushRequest) async throws -> PushResponse
    private let log = Guarded<[Sent]>([])

    /// - Parameter answer: What becomes of a request, by its number from 0.
    init(
        _ environment: PushEnvironment,
        answer: @escaping @Sendable (Int, PushRequest) async throws -> PushResponse = { _, _ in
            PushResponse(status: 204)
        }
    ) {
        self.environment = environment
        self.answer = answer
    }

    /// What was sent so far.
    var sent: [Sent] { log.withLock { $0 } }

    func send(_ request: PushRequest) async throws -> PushResponse {
        let sent = Sent(request: request, at: environment.elapsed())
        let number = log.withLock { log in
            log.append(sent)
            return log.count - 1
        }
        return try await answer(number, request)
    }

    func close() async {}
}
#endif
