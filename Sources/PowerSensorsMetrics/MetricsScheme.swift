#if Metrics
/// The naming scheme of a ``MetricsExporter``'s metrics.
public struct MetricsScheme: Hashable, Sendable {
    /// The scheme's name, as used for options.
    public let name: String

    /// The names and labels of the Prometheus page, such as `powersensors_host_power_watts` with `scope`.
    public static let powersensors = MetricsScheme(name: "powersensors")

    /// The names and attributes of OpenTelemetry's semantic conventions for hardware, 1.44.0 (status: development): `hw.energy` and `hw.power` with `hw.id`, `hw.type`, `hw.parent`, and `hw.host.…` for the whole machine.
    public static let openTelemetry = MetricsScheme(name: "opentelemetry")

    /// All schemes.
    public static let all: [MetricsScheme] = [.powersensors, .openTelemetry]
}
#endif
