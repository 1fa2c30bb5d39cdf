#if !Exporters
/// The endpoint is not here, since this package is used without the trait `Exporters`.
@available(
    *, unavailable, message: "Add the trait Exporters to the dependency: .package(…, traits: [\"Exporters\"])."
)
public struct PrometheusEndpoint {}
#endif
