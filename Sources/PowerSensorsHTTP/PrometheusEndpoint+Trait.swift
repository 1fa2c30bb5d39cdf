#if !Exporters
/// The endpoint is not here, since this package is used without the trait `Exporters`.
@available(*, unavailable, message: "add traits: [\"Exporters\"]") public struct PrometheusEndpoint {}
#endif
