#if Exporters
import PowerSensors
import PowerSensorsExporters

/// One number of each snapshot, and what a metrics backend knows it by.
struct BridgedSeries: Sendable {
    enum Kind: Sendable {
        /// A total that only grows; the backend is given what came to it.
        case counter

        /// A number of the moment.
        case gauge
    }

    /// What tells series apart.
    struct Key: Hashable, Sendable {
        let label: String
        let dimensions: [String]
    }

    let label: String
    let kind: Kind
    let dimensions: [(String, String)]
    let number: @Sendable (Snapshot) -> Double?

    var key: Key { Key(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] }) }

    /// The series of a topology, each once.
    static func series(of topology: Topology, _ scheme: MetricsScheme) -> [BridgedSeries] {
        var seen: Set<Key> = []
        let all = scheme == .openTelemetry ? HardwareConventions.series(of: topology) : pageSeries(of: topology)
        return all.filter { seen.insert($0.key).inserted }
    }

    /// What the Prometheus page shows, by the same names.
    private static func pageSeries(of topology: Topology) -> [BridgedSeries] {
        PrometheusPage.machineSeries(topology).map { series in
            BridgedSeries(
                label: series.family.sampleName,
                kind: series.family.kind == .counter ? .counter : .gauge,
                dimensions: series.labels.pairs.map { ($0.name, $0.value) },
                number: { series.number($0, age: 0) })
        }
    }
}
#endif
