#if Exporters
public import PowerSensors
public import PowerSensorsExporters

/// Keeps the newest snapshot and the last minutes for the endpoint's live page and its JSON documents.
///
/// Like ``PowerSensorsExporters/PrometheusExporter`` it receives a snapshot every ``interval``, and renders a document at most
/// once for each, when the first client asks for it. A request never reads hardware.
public final class LiveExporter: Exporter {
    private struct State {
        var format: JSONFormat
        var snapshot: Snapshot?
        var recent: RecentFigures
        var findings: [Finding] = []
        var documents: [LiveDocument: MetricsPage] = [:]
        var version: UInt64 = 0
    }

    /// `page`.
    public let name = "page"

    /// The time between two snapshots, and the maximum age of a document.
    public let interval: Duration

    /// The machine's name.
    let node: String
    private let currentFindings: @Sendable () -> [Finding]
    private let state: Locked<State>

    /// Creates an exporter without a snapshot.
    ///
    /// - Parameters:
    ///   - monitor: The monitor whose snapshots it receives, and whose findings it shows.
    ///   - node: The machine's name.
    ///   - interval: The time between two snapshots, at least a second: people do not read faster, and finer figures would
    ///     open a side channel (CVE-2020-8694).
    public convenience init(of monitor: PowerMonitor, node: String, interval: Duration = .seconds(1)) {
        self.init(node: node, interval: interval) { [weak monitor] in monitor?.findings ?? [] }
    }

    /// Creates an exporter without a snapshot.
    ///
    /// - Parameter findings: Returns what is missing or limited now. It must not block.
    package init(node: String, interval: Duration = .seconds(1), findings: @escaping @Sendable () -> [Finding]) {
        self.node = node
        self.interval = max(interval, .seconds(1))
        currentFindings = findings
        state = Locked(
            State(
                format: JSONFormat(node: node), recent: RecentFigures(hasSeconds: interval <= .seconds(1))))
    }

    /// Renders the channels' names.
    public func prepare(for topology: Topology) {
        state.withLock { $0.format.prepare(for: topology) }
    }

    /// Replaces the snapshot, and records its host figures.
    public func export(_ snapshot: Snapshot) {
        let findings = currentFindings()
        state.withLock { state in
            if snapshot.topology.generation != state.snapshot?.topology.generation {
                state.documents[.topology] = nil
                state.documents[.findings] = nil
            }
            state.snapshot = snapshot
            state.recent.record(snapshot)
            state.documents[.snapshot] = nil
            state.documents[.recent] = nil
            if state.recent.showEvents() { state.documents[.events] = nil }
            if findings != state.findings { state.documents[.findings] = nil }
            state.findings = findings
        }
    }

    /// Records an event, which is shown at once or, if ``interval`` is longer than a second, with the next snapshot.
    public func export(_ event: MonitorEvent) {
        let time = event.instant.wallNanoseconds
        state.withLock { state in
            state.recent.record(event, at: time)
            if state.recent.hasSeconds, state.recent.showEvents() { state.documents[.events] = nil }
        }
    }

    /// The newest form of a document; nil before the first snapshot. It has another version only if it may have changed.
    package func document(_ document: LiveDocument) -> MetricsPage? {
        state.withLock { state in
            guard let snapshot = state.snapshot else { return nil }
            if let rendered = state.documents[document] { return rendered }
            state.version += 1
            var bytes: [UInt8] = []
            switch document {
            case .snapshot: state.format.append(snapshot, to: &bytes)
            case .topology: bytes = snapshot.topology.json(node: node)
            case .findings: bytes = state.findings.json(node: node, generation: snapshot.topology.generation)
            case .recent: bytes = state.recent.points(node: node, interval: interval)
            case .events: bytes = state.recent.events(node: node)
            }
            let page = MetricsPage(bytes: bytes, version: state.version)
            state.documents[document] = page
            return page
        }
    }
}
#endif
