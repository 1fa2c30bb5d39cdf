#if Exporters
public import CoreMetrics
public import PowerSensors
public import PowerSensorsExporters

/// Gives the machine's figures to a backend of swift-metrics, which a program has for its own metrics already.
///
/// Power, voltage and the like become gauges, energy becomes a floating-point counter, which is told the joules that came
/// to it since the snapshot before. A gauge whose number is no longer known is destroyed, lest it show the last one for
/// ever; it comes back with the number. A counter stands still meanwhile, and then makes up for what it missed.
public struct MetricsExporter: Exporter {
    private struct Total: Sendable {
        let counter: FloatingPointCounter
        var counted: Double
    }

    /// `metrics`.
    public let name = "metrics"

    /// How often the metrics are renewed.
    public let interval: Duration

    private let factory: any MetricsFactory
    private let scheme: MetricsScheme
    private var series: [BridgedSeries] = []
    private var gauges: [BridgedSeries.Key: Gauge] = [:]
    private var totals: [BridgedSeries.Key: Total] = [:]

    /// A bridge to a backend.
    ///
    /// - Parameters:
    ///   - factory: The backend; what the program has bootstrapped, if none is given.
    ///   - scheme: Names and dimensions.
    ///   - interval: How often to renew the metrics; 1 ms at least.
    public init(
        factory: any MetricsFactory = MetricsSystem.factory, scheme: MetricsScheme = .powersensors,
        interval: Duration = .seconds(5)
    ) {
        self.factory = factory
        self.scheme = scheme
        self.interval = interval
    }

    /// Makes names and dimensions, and destroys the gauges of what is gone.
    public mutating func prepare(for topology: Topology) {
        series = BridgedSeries.series(of: topology, scheme)
        let keys = Set(series.map(\.key))
        for key in gauges.keys where !keys.contains(key) { destroyGauge(key) }
    }

    /// Renews the metrics.
    public mutating func export(_ snapshot: Snapshot) {
        for one in series {
            let number = one.number(snapshot).flatMap { $0.isFinite ? $0 : nil }
            switch one.kind {
            case .gauge: show(number, one)
            case .counter: if let number { count(number, one) }
            }
        }
    }

    /// Destroys the gauges: a figure that nobody renews any more is none.
    public mutating func finish() { for key in gauges.keys { destroyGauge(key) } }

    private mutating func show(_ number: Double?, _ one: BridgedSeries) {
        guard let number else { return destroyGauge(one.key) }
        let gauge = gauges[one.key] ?? Gauge(label: one.label, dimensions: one.dimensions, factory: factory)
        gauges[one.key] = gauge
        gauge.record(number)
    }

    private mutating func destroyGauge(_ key: BridgedSeries.Key) { gauges.removeValue(forKey: key)?.destroy() }

    private mutating func count(_ number: Double, _ one: BridgedSeries) {
        var total =
            totals[one.key]
            ?? Total(
                counter: FloatingPointCounter(label: one.label, dimensions: one.dimensions, factory: factory),
                counted: 0)
        // A number that fell was begun anew, as by a new discovery: all of it came since.
        let increment = number < total.counted ? number : number - total.counted
        if increment > 0 { total.counter.increment(by: increment) }
        total.counted = number
        totals[one.key] = total
    }
}
#endif
