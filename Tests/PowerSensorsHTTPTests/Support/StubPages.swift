#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Pages that a test sets.
final class StubPages: Sendable {
    private struct State {
        var version: UInt64?
        var text: String
    }

    private let state: Locked<State>

    init(version: UInt64? = 1, text: String = "power_watts 42\n") {
        state = Locked(State(version: version, text: text))
    }

    func set(version: UInt64?, text: String) {
        state.withLock { $0 = State(version: version, text: text) }
    }

    func page(_ format: MetricsFormat) -> MetricsPage? {
        state.withLock { state in
            guard let version = state.version else { return nil }
            let end = format == .openMetrics ? "# EOF\n" : ""
            return MetricsPage(bytes: Array((state.text + end).utf8), version: version)
        }
    }
}
#endif
