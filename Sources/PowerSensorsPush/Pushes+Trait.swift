#if !Exporters
/// The push to Loki is not here, since this package is used without the trait `Exporters`.
@available(*, unavailable, message: "add traits: [\"Exporters\"]") public struct LokiExporter {}

/// The push to a Pushgateway is not here, since this package is used without the trait `Exporters`.
@available(*, unavailable, message: "add traits: [\"Exporters\"]") public struct PushgatewayExporter {}
#endif
