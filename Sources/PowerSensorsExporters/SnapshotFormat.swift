package import PowerSensors

/// A way to write snapshots as bytes.
///
/// An implementor renders in ``prepare(for:)`` what does not change between snapshots, so that writing one appends
/// digits to a buffer and little else.
package protocol SnapshotFormat {
    /// Takes in what the channels of the snapshots to come mean. Called before the first, and again for each
    /// new generation.
    mutating func prepare(for topology: Topology)

    /// Takes note of whether the next snapshot begins a file, or goes on behind what is in it already.
    mutating func begin(continuing: Bool)

    /// Appends one snapshot of the topology that was prepared for, with the line end after it.
    mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8])
}

extension SnapshotFormat {
    /// Nothing: each snapshot speaks for itself.
    package mutating func begin(continuing: Bool) {}
}
