#if !Metrics
/// The bridge to swift-metrics is not here, since this package is used without the trait `Metrics`.
@available(*, unavailable, message: "add traits: [\"Metrics\"]") public struct MetricsExporter {}
#endif
