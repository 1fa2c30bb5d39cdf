#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import Testing

/// Pages that a test turns.
final class TurnedPages: Sendable {
    private struct State {
        var version: UInt64?
        var text: String
    }

    private let state: Guarded<State>

    init(version: UInt64? = 1, text: String = "power_watts 42\n") {
        state = Guarded(State(version: version, text: text))
    }

    func turn(to version: UInt64?, text: String) {
        state.withLock {
            $0.version = version
            $0.text = text
        }
    }

    func page(_ format: MetricsFormat) -> MetricsPage? {
        state.withLock { state in
            guard let version = state.version else { return nil }
            let end = format == .openMetrics ? "# EOF\n" : ""
            return MetricsPage(bytes: Array((state.text + end).utf8), version: version)
        }
    }
}

/// What an endpoint told its operator.
final class Notices: Sendable {
    private let heard = Guarded<[EndpointNotice]>([])

    var all: [EndpointNotice] { heard.withLock { $0 } }

    var report: @Sendable (EndpointNotice) -> Void {
        { [heard] notice in heard.withLock { $0.append(notice) } }
    }
}

/// Whether something becomes true within a minute.
func becomesTrue(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1200 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(50))
    }
    return false
}

/// Serves pages at a free port of this machine for as long as `body` runs.
func withEndpoint<Result>(
    _ pages: TurnedPages = TurnedPages(),
    web: WebConfiguration? = nil,
    limits: EndpointConfiguration.Limits = .init(),
    notices: Notices = Notices(),
    _ body: (PrometheusEndpoint) async throws -> Result
) async throws -> Result {
    var configuration = EndpointConfiguration(address: EndpointAddress(port: 0), web: web)
    configuration.limits = limits
    let endpoint = try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: notices.report)
    do {
        let result = try await body(endpoint)
        await endpoint.stop(within: .seconds(1))
        return result
    } catch {
        await endpoint.stop(within: .zero)
        throw error
    }
}
#endif
