#if Exporters
package import PowerSensorsExporters

/// What has become of the lines of a ``LokiExporter`` since it was created. The first six counts add up to all lines.
public struct LokiStatistics: Hashable, Sendable {
    /// Lines that Loki accepted.
    public internal(set) var sent = 0

    /// Lines waiting for delivery.
    public internal(set) var queued = 0

    /// Lines dropped because too many were waiting, the oldest of consumers first, and then the oldest of the host.
    public internal(set) var dropped = 0

    /// Lines dropped because they were too old for Loki.
    public internal(set) var expired = 0

    /// Lines of requests that Loki refused, except those that a smaller request could deliver. It may have stored some of them, since it keeps the valid lines of a request.
    public internal(set) var refused = 0

    /// Lines left undelivered at the end.
    public internal(set) var abandoned = 0

    /// Bytes waiting for delivery.
    public internal(set) var queuedBytes = 0

    /// Requests that failed and were, or will be, retried.
    public internal(set) var retried = 0

    /// Snapshots without lines, since the exporter was still busy with those before. Energy is cumulative, so none is lost.
    public internal(set) var skippedSnapshots = 0

    /// The counts for the Prometheus page.
    package var counts: DeliveryCounts {
        DeliveryCounts(
            exporter: "loki", server: "Loki", items: "lines",
            outcomes: ["delivered": sent, "dropped": dropped, "expired": expired, "refused": refused], queued: queued,
            retries: retried, skippedSnapshots: skippedSnapshots)
    }
}
#endif
