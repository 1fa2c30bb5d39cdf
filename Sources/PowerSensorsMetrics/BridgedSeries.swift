#if Metrics
import PowerSensors
import PowerSensorsExporters

/// One number of each snapshot, bridged to swift-metrics: with the label and dimensions that the backend gets for it.
struct BridgedSeries: Sendable {
    /// The identity of a series: its label and its dimensions.
    typealias Key = [String]

    let label: String
    /// A counter becomes a counter of the backend; every other kind becomes a gauge.
    let kind: MetricFamily.Kind
    let dimensions: [(String, String)]
    let source: MetricSeries.Source

    var key: Key { [label] + dimensions.flatMap { [$0.0, $0.1] } }

    /// The series of a topology, without duplicates.
    static func series(
        of topology: Topology, carbonIntensity: CarbonIntensity?, scheme: MetricsScheme
    ) -> [BridgedSeries] {
        let all =
            scheme == .openTelemetry
            ? HardwareConventions.series(of: topology) : pageSeries(of: topology, carbonIntensity)
        return all.unique(by: \.key)
    }

    /// The series of the Prometheus page, with the same names.
    private static func pageSeries(of topology: Topology, _ carbonIntensity: CarbonIntensity?) -> [BridgedSeries] {
        PrometheusFormat.machineSeries(topology, carbonIntensity).map { series in
            BridgedSeries(
                label: series.family.sampleName,
                kind: series.family.kind,
                dimensions: series.labels.pairs.map { ($0.name, $0.value) }, source: series.source)
        }
    }
}
#endif
