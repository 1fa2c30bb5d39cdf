/// What has become of the lines or pages of an exporter that delivers them to a server, for the Prometheus page.
package struct DeliveryCounts: Sendable {
    private let exporter: String
    private let server: String
    private let items: String
    private let outcomes: [(name: String, count: Int)]
    private let queued: Int?
    private let retries: Int
    private let skippedSnapshots: Int?

    /// Creates the counts of an exporter.
    ///
    /// - Parameters:
    ///   - exporter: Its name, such as `loki`.
    ///   - server: What it delivers to, for the descriptions.
    ///   - items: What it delivers, in the plural, such as `lines`.
    ///   - outcomes: How many were delivered or lost, by a word for each.
    ///   - queued: How many are waiting; nil if only the newest one ever is.
    ///   - retries: How many requests had to be repeated.
    ///   - skippedSnapshots: How many snapshots came too fast for it; nil if that loses nothing.
    package init(
        exporter: String, server: String, items: String, outcomes: KeyValuePairs<String, Int>, queued: Int? = nil,
        retries: Int, skippedSnapshots: Int? = nil
    ) {
        self.exporter = exporter
        self.server = server
        self.items = items
        self.outcomes = outcomes.map { ($0.key, $0.value) }
        self.queued = queued
        self.retries = retries
        self.skippedSnapshots = skippedSnapshots
    }

    /// The series, whose labels never change: all outcomes are there from the start.
    var series: [MetricSeries] {
        let counter = MetricFamily(
            "\(exporter)_\(items)", .counter, "How many \(items) for \(server) no longer wait, by what became of them.")
        let repeated = MetricFamily(
            "\(exporter)_retries", .counter, "How many requests to \(server) failed and were repeated.")
        var series = outcomes.map {
            MetricSeries(counter, MetricLabels([("outcome", $0.name)]), .constant(Double($0.count)))
        }
        if let queued {
            let gauge = MetricFamily(
                "\(exporter)_queued_\(items)", .gauge, "How many \(items) wait for delivery to \(server).")
            series.append(MetricSeries(gauge, MetricLabels(), .constant(Double(queued))))
        }
        series.append(MetricSeries(repeated, MetricLabels(), .constant(Double(retries))))
        if let skippedSnapshots {
            let skipped = MetricFamily(
                "\(exporter)_skipped_snapshots", .counter, "How many snapshots came too fast for \(exporter).")
            series.append(MetricSeries(skipped, MetricLabels(), .constant(Double(skippedSnapshots))))
        }
        return series
    }
}
