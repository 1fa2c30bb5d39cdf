public import PowerSensors

/// A rendered page and its version.
public struct MetricsPage: Sendable {
    /// The page's text.
    public let bytes: [UInt8]

    /// A number that differs for each rendering, so that a compressed page can be cached.
    public let version: UInt64

    /// Creates a page from its text.
    public init(bytes: [UInt8], version: UInt64) {
        self.bytes = bytes
        self.version = version
    }
}

/// Keeps the newest snapshot and renders it for Prometheus on demand.
///
/// It receives a snapshot every ``interval``. A scrape does not read hardware: a page is rendered at most once per interval
/// for all scrapers together, because power figures of a finer resolution would open a side channel (CVE-2020-8694).
public final class PrometheusExporter: Exporter {
    private struct State {
        var format: PrometheusFormat
        var snapshot: Snapshot?
        var rendered: [MetricsFormat: (page: MetricsPage, at: ContinuousClock.Instant)] = [:]
        var version: UInt64 = 0
    }

    /// `prometheus`.
    public let name = "prometheus"

    /// The maximum age of a page.
    public let interval: Duration

    private let state: Locked<State>

    /// Creates an exporter without a snapshot.
    ///
    /// - Parameters:
    ///   - format: What renders the pages.
    ///   - interval: The maximum age of a page.
    public init(_ format: PrometheusFormat, interval: Duration = .seconds(1)) {
        self.interval = interval
        state = Locked(State(format: format))
    }

    /// Renders the names and labels.
    public func prepare(for topology: Topology) { state.withLock { $0.format.prepare(for: topology) } }

    /// Replaces the snapshot.
    public func export(_ snapshot: Snapshot) {
        state.withLock { state in
            state.snapshot = snapshot
            state.rendered = [:]
        }
    }

    /// Counts a channel's failures.
    public func export(_ event: MonitorEvent) { state.withLock { $0.format.record(event) } }

    /// The newest page in a format; nil before the first snapshot.
    public func page(_ format: MetricsFormat) -> MetricsPage? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let snapshot = state.snapshot else { return nil }
            // Pages expire even without new snapshots, because they show the snapshot's age.
            if let rendered = state.rendered[format], now - rendered.at < interval { return rendered.page }
            state.version += 1
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4096)
            state.format.append(snapshot, in: format, age: now - snapshot.instant.continuous, to: &bytes)
            let page = MetricsPage(bytes: bytes, version: state.version)
            state.rendered[format] = (page, now)
            return page
        }
    }
}
