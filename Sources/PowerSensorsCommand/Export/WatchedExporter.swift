#if Exporters
import PowerSensors
import PowerSensorsExporters

/// An exporter that tells when a snapshot has been exported, and when it has finished.
struct WatchedExporter: Exporter {
    var exporter: any Exporter
    let worked: @Sendable (_ exporter: String) -> Void
    let finished: @Sendable (_ exporter: String) -> Void

    var name: String { exporter.name }
    var interval: Duration { exporter.interval }

    mutating func prepare(for topology: Topology) async throws { try await exporter.prepare(for: topology) }
    mutating func export(_ event: MonitorEvent) async throws { try await exporter.export(event) }

    mutating func export(_ snapshot: Snapshot) async throws {
        try await exporter.export(snapshot)
        worked(name)
    }

    mutating func finish() async throws {
        defer { finished(name) }
        try await exporter.finish()
    }
}
#endif
