#if Exporters
import PowerSensors
import PowerSensorsPush

/// A transport to a server that is just a function.
final class ScriptedTransport: PushTransport {
    struct Sent: Sendable {
        let request: PushRequest
        let time: Duration
    }

    /// The server does not respond.
    struct Unreachable: Error {}

    private let environment: PushEnvironment
    private let answer: @Sendable (Int, PushRequest) async throws -> PushResponse
    private let log = Locked<[Sent]>([])

    /// - Parameter answer: The response to a request and its number, which starts at 0.
    init(
        _ environment: PushEnvironment,
        answer: @escaping @Sendable (Int, PushRequest) async throws -> PushResponse = { _, _ in
            PushResponse(status: 204)
        }
    ) {
        self.environment = environment
        self.answer = answer
    }

    /// The requests so far.
    var sent: [Sent] { log.withLock { $0 } }

    func send(_ request: PushRequest) async throws -> PushResponse {
        let sent = Sent(request: request, time: environment.elapsed())
        let number = log.withLock { log in
            log.append(sent)
            return log.count - 1
        }
        return try await answer(number, request)
    }

    func close() async {}
}
#endif
