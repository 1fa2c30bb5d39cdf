#if Exporters
package import PowerSensors

extension LokiExporter {
    /// The bytes of a consumer's line where there is none to measure.
    private static let typicalConsumerBytes = 300

    /// How long Loki may be unreachable before lines are lost.
    ///
    /// - Parameters:
    ///   - snapshot: A typical snapshot.
    ///   - count: How many lines of consumers a snapshot may have, if that is more than it has.
    /// - Returns: The time for all lines, and that for the host's lines alone, since those of consumers are dropped first.
    package func longestOutage(_ snapshot: Snapshot, consumers count: Int) -> (all: Duration, host: Duration) {
        let entries = LokiLines(snapshot.topology).lines(snapshot).map(requests.entry)
        let host = entries.filter { $0.provenance != .attributed }.reduce(0) { $0 + $1.cost }
        let consumers = entries.filter { $0.provenance == .attributed }
        let bytes = consumers.reduce(0) { $0 + $1.cost }
        let typical = consumers.isEmpty ? Self.typicalConsumerBytes : bytes / consumers.count
        let greatest = max(bytes, count * typical)
        return (time(toFillAt: host + greatest), time(toFillAt: host))
    }

    /// The time until lines are dropped, if each snapshot adds this many bytes.
    private func time(toFillAt bytes: Int) -> Duration {
        let snapshots = Double(configuration.maximumQueuedBytes) / Double(max(bytes, 1))
        return min(interval * snapshots, configuration.maximumAge)
    }
}
#endif
