public import PowerSensors

/// Takes snapshots somewhere: to a file, a server, another program. Conform to it to add one of your own.
///
/// ``PowerSensors/PowerMonitor/export(to:reporting:)`` runs any number of exporters at once. Each has a task of its
/// own, which makes one call at a time, so an exporter may be a struct that keeps what it prepared. One that is slow
/// or fails is its own affair: it skips snapshots, but since energy is cumulative it loses no joules, and the
/// others go on at their own pace.
public protocol Exporter: Sendable {
    /// What it is called in messages, such as `loki`.
    var name: String { get }

    /// How often it wants a snapshot; 1 ms at least.
    var interval: Duration { get }

    /// Prepares names, labels and all else that does not change between the snapshots of one generation.
    ///
    /// Called before the first snapshot of each generation.
    ///
    /// - Throws: An error of the exporter's own, whose description names what failed and what mends it. The
    ///   generation's next snapshot is preceded by another call.
    mutating func prepare(for topology: Topology) async throws

    /// Takes a snapshot of the generation that was prepared for.
    ///
    /// What it cannot deliver now it may keep for later, within bounds of its own.
    ///
    /// - Throws: An error of the exporter's own; the next snapshot comes all the same.
    mutating func export(_ snapshot: Snapshot) async throws

    /// Takes an event: a sensor lost or back, a reset, a finding. Called before the snapshot that follows it.
    ///
    /// - Throws: An error of the exporter's own; the next event comes all the same.
    mutating func export(_ event: MonitorEvent) async throws

    /// Delivers what is still kept, and lets go of what it holds. Called once, at the end.
    ///
    /// - Throws: An error of the exporter's own.
    mutating func finish() async throws
}

extension Exporter {
    /// Nothing: the exporter has no use for events.
    public mutating func export(_ event: MonitorEvent) async throws {}

    /// Nothing: the exporter keeps nothing back.
    public mutating func finish() async throws {}
}

/// Something that an exporter could not do.
public struct ExporterFailure: Error, Sendable, CustomStringConvertible {
    /// The exporter's name.
    public let exporter: String

    /// What it threw.
    public let error: any Error

    /// The exporter and the error, as one line.
    public var description: String { "\(exporter): \(error)" }
}
