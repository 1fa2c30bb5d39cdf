public import PowerSensors

/// Sends snapshots to a destination, such as a file or a server. Conform to it to add your own.
///
/// ``PowerSensors/PowerMonitor/export(to:reporting:)`` runs any number of exporters concurrently. Each has its own task,
/// which makes one call at a time, so an exporter may be a struct with mutable state. A slow or failing exporter does not
/// affect the others: it skips snapshots, but loses no energy, because energy is cumulative.
public protocol Exporter: Sendable {
    /// The name in messages, such as `loki`.
    var name: String { get }

    /// The interval between snapshots; at least 1 ms.
    var interval: Duration { get }

    /// Prepares names, labels and everything else that depends only on the topology.
    ///
    /// Called before the first snapshot of each generation, that is, of each topology that a discovery found.
    ///
    /// - Throws: Any error; its description should name the failure and the remedy. The call is repeated before the
    ///   generation's next snapshot.
    mutating func prepare(for topology: Topology) async throws

    /// Exports a snapshot of the prepared generation.
    ///
    /// An exporter may queue what it cannot deliver now, up to a limit.
    ///
    /// - Throws: Any error; the next snapshot follows as usual.
    mutating func export(_ snapshot: Snapshot) async throws

    /// Exports an event, such as a lost sensor, a reset or a finding. Called before the snapshot that follows it.
    ///
    /// - Throws: Any error; the next event follows as usual.
    mutating func export(_ event: MonitorEvent) async throws

    /// Delivers what is still queued and releases resources. Called once, at the end.
    ///
    /// - Throws: Any error.
    mutating func finish() async throws
}

extension Exporter {
    /// Ignores the event.
    public mutating func export(_ event: MonitorEvent) async throws {}

    /// Does nothing, for exporters that queue nothing.
    public mutating func finish() async throws {}
}

/// An exporter's failure.
public struct ExporterFailure: Error, Sendable, CustomStringConvertible {
    /// The exporter's name.
    public let exporter: String

    /// The error that it threw.
    public let error: any Error

    /// The exporter's name and the error.
    public var description: String { "\(exporter): \(error)" }
}
