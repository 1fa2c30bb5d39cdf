public import PowerSensors

/// A rendered page, and a number that changes with it.
public struct MetricsPage: Sendable {
    /// The page's text.
    public let bytes: [UInt8]

    /// Another for each other text, so that what is made of one page need not be made twice.
    public let version: UInt64

    /// A page of one's own, for a server of pages.
    public init(bytes: [UInt8], version: UInt64) {
        self.bytes = bytes
        self.version = version
    }
}

/// The pages that scrapers are given, made of the newest snapshot when somebody asks.
///
/// It is an exporter that takes a snapshot a second, or as often as ``interval`` says, and keeps it. A scrape touches no
/// hardware: it renders at most once an interval for all scrapers together, since to show finer power to everybody
/// would open a side channel (CVE-2020-8694).
public final class MetricsPages: Exporter {
    private struct State {
        var page: PrometheusPage
        var snapshot: Snapshot?
        var rendered: [MetricsFormat: (page: MetricsPage, at: ContinuousClock.Instant)] = [:]
        var version: UInt64 = 0
    }

    /// `prometheus`.
    public let name = "prometheus"

    /// How old a page may be.
    public let interval: Duration

    private let state: Guarded<State>

    /// Pages by a template.
    ///
    /// - Parameters:
    ///   - page: The template.
    ///   - interval: How old a page may be.
    public init(_ page: PrometheusPage, interval: Duration = .seconds(1)) {
        self.interval = interval
        state = Guarded(State(page: page))
    }

    /// Renders the names and labels.
    public func prepare(for topology: Topology) { state.withLock { $0.page.prepare(for: topology) } }

    /// Keeps the snapshot for whoever asks.
    public func export(_ snapshot: Snapshot) {
        state.withLock { state in
            state.snapshot = snapshot
            state.rendered = [:]
        }
    }

    /// Counts what befell a channel.
    public func export(_ event: MonitorEvent) { state.withLock { $0.page.note(event) } }

    /// The newest page; nil before the first snapshot.
    public func page(_ format: MetricsFormat) -> MetricsPage? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let snapshot = state.snapshot else { return nil }
            // Where no snapshots come any more, the page must go on to say how old they are.
            if let rendered = state.rendered[format], now - rendered.at < interval { return rendered.page }
            state.version += 1
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4096)
            state.page.append(snapshot, in: format, age: now - snapshot.instant.continuous, to: &bytes)
            let page = MetricsPage(bytes: bytes, version: state.version)
            state.rendered[format] = (page, now)
            return page
        }
    }
}
