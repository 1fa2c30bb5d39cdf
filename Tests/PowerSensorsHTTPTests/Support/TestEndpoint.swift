#if Exporters
import PowerSensors
import PowerSensorsHTTP
import Testing

/// Records what an endpoint reports to its operator.
final class NoticeRecorder: Sendable {
    private let notices = Locked<[EndpointNotice]>([])

    var all: [EndpointNotice] { notices.withLock { $0 } }

    var report: @Sendable (EndpointNotice) -> Void {
        { [notices] notice in notices.withLock { $0.append(notice) } }
    }
}

/// Whether a condition becomes true within a minute.
func becomesTrue(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1200 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(50))
    }
    return false
}

/// Serves pages on a free port of this machine while `body` runs.
func withEndpoint<Result>(
    _ pages: StubPages = StubPages(),
    web: WebConfiguration? = nil,
    limits: EndpointConfiguration.Limits = .init(),
    notices: NoticeRecorder = NoticeRecorder(),
    configure: (inout EndpointConfiguration) -> Void = { _ in },
    _ body: (PrometheusEndpoint) async throws -> Result
) async throws -> Result {
    var configuration = EndpointConfiguration(address: EndpointAddress(port: 0), web: web)
    configuration.limits = limits
    configure(&configuration)
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
