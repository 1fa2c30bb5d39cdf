public import PowerSensors

/// A format that writes snapshots as bytes.
///
/// Implementations render names and other constant text in ``prepare(for:)``, so that writing a snapshot mostly appends
/// digits to a buffer.
public protocol SnapshotFormat: Sendable {
    /// Prepares for snapshots of a topology. Call it before the first snapshot of each generation; without it the channels
    /// are missing.
    mutating func prepare(for topology: Topology)

    /// Prepares for the next file.
    ///
    /// - Parameter continuing: Whether the file already holds snapshots.
    mutating func begin(continuing: Bool)

    /// Appends one snapshot of the prepared topology, followed by a line end.
    mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8])
}

extension SnapshotFormat {
    /// Does nothing, for formats without a file header.
    public mutating func begin(continuing: Bool) {}
}
