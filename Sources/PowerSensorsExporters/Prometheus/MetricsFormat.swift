/// A text format that Prometheus reads.
public enum MetricsFormat: CaseIterable, Hashable, Sendable {
    /// The text exposition format, version 0.0.4.
    case text

    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The value of HTTP's Content-Type header; Prometheus 3 refuses a page without it.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
