#if !Exporters
/// The push to Loki is not here, since this package is used without the trait `Exporters`.
@available(
    *, unavailable, message: "Add the trait Exporters to the dependency: .package(…, traits: [\"Exporters\"])."
)
public struct LokiExporter {}

/// The push to a Pushgateway is not here, since this package is used without the trait `Exporters`.
@available(
    *, unavailable, message: "Add the trait Exporters to the dependency: .package(…, traits: [\"Exporters\"])."
)
public struct PushgatewayExporter {}
#endif
