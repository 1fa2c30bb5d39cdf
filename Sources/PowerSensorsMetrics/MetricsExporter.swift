#if Metrics
public import CoreMetrics
public import PowerSensors
public import PowerSensorsExporters

/// Feeds the machine's figures into a swift-metrics backend, alongside a program's own metrics.
///
/// Power, voltage and the like become gauges; energy becomes a floating-point counter that is incremented by the joules since
/// the previous snapshot. A gauge whose value is unknown is destroyed, so that it does not keep showing the previous one, and
/// created again when the value is known. A counter does not change meanwhile, and then catches up.
public struct MetricsExporter: Exporter {
    /// `metrics`.
    public let name = "metrics"

    /// How often the metrics are updated.
    public let interval: Duration

    private let factory: any MetricsFactory
    private let scheme: MetricsScheme
    private var series: [BridgedSeries] = []
    private var carbonIntensity: CarbonIntensity?
    private var gauges: [BridgedSeries.Key: Gauge] = [:]
    /// Each counter, and the total that it has counted so far.
    private var counters: [BridgedSeries.Key: (counter: FloatingPointCounter, total: Double)] = [:]

    /// An exporter to a backend.
    ///
    /// - Parameters:
    ///   - factory: The backend; by default the one that the program has bootstrapped.
    ///   - scheme: The names and dimensions of the metrics.
    ///   - interval: How often to update the metrics; at least 1 ms.
    public init(
        factory: any MetricsFactory = MetricsSystem.factory, scheme: MetricsScheme = .powersensors,
        interval: Duration = .seconds(5)
    ) {
        self.factory = factory
        self.scheme = scheme
        self.interval = interval
    }

    /// Prepares the series of a topology, and destroys the gauges that it no longer has.
    public mutating func prepare(for topology: Topology) {
        series = BridgedSeries.series(of: topology, carbonIntensity: carbonIntensity, scheme: scheme)
        let keys = Set(series.map(\.key))
        for key in gauges.keys where !keys.contains(key) { destroyGauge(key) }
    }

    /// Updates the metrics.
    public mutating func export(_ snapshot: Snapshot) {
        if carbonIntensity != snapshot.carbonIntensity {
            carbonIntensity = snapshot.carbonIntensity
            prepare(for: snapshot.topology)
        }
        for entry in series {
            let number = entry.source.number(snapshot, 0).flatMap { $0.isFinite ? $0 : nil }
            switch entry.kind {
            case .counter: if let number { updateCounter(entry, to: number) }
            default: updateGauge(entry, to: number)
            }
        }
    }

    /// Destroys the gauges, which would otherwise keep showing the last figures.
    public mutating func finish() { for key in gauges.keys { destroyGauge(key) } }

    private mutating func updateGauge(_ series: BridgedSeries, to number: Double?) {
        guard let number else { return destroyGauge(series.key) }
        let gauge = gauges[series.key] ?? Gauge(label: series.label, dimensions: series.dimensions, factory: factory)
        gauges[series.key] = gauge
        gauge.record(number)
    }

    private mutating func destroyGauge(_ key: BridgedSeries.Key) { gauges.removeValue(forKey: key)?.destroy() }

    private mutating func updateCounter(_ series: BridgedSeries, to total: Double) {
        var counted =
            counters[series.key]
            ?? (
                counter: FloatingPointCounter(label: series.label, dimensions: series.dimensions, factory: factory),
                total: 0
            )
        // A total that fell has restarted at 0, as after rediscovery.
        let increment = total < counted.total ? total : total - counted.total
        if increment > 0 { counted.counter.increment(by: increment) }
        counted.total = total
        counters[series.key] = counted
    }
}
#endif
