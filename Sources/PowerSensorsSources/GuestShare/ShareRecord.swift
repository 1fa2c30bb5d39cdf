package import PowerSensorsCore

/// The content of the file `share`, in which a host tells one of its guests how much energy the guest uses.
///
/// A record is 4096 bytes, little-endian, written by a single `pwrite`: a guest that reads during the write sees either
/// a complete record or a wrong check sum. `Docs/GuestShare.md` has its layout and test vectors. It contains neither
/// the host's identity nor its wall time, so that tenants do not learn that they are neighbours.
@dynamicMemberLookup
package struct ShareRecord: Hashable, Sendable {
    /// The name of the file in a guest's folder.
    static let fileName = "share"

    /// The size of the file in bytes. The bytes after the check sum are 0.
    package static let size = 4096

    /// The most entries that a record holds.
    static let maximumEntries = 64

    /// Identifies, by 128 random bits, the time in which a share's sums can be compared: from one start of its
    /// publisher, or creation of its folder, to the next. Sums of different epochs are unrelated.
    package typealias Epoch = UInt128

    /// The part of a record before its entries.
    package struct Header: Hashable, Sendable {
        package let epoch: Epoch

        /// Counts the records of an epoch, from 1.
        package let sequence: UInt64

        /// When the energy was measured: nanoseconds of the host's boot-time clock since the epoch's start.
        package let nanoseconds: UInt64

        /// The time from one record to the next, in nanoseconds.
        package let period: UInt64

        /// What happens to the energy that the host uses while its processors are idle.
        package let policy: AttributionPolicy

        /// How many machines the figures have passed through: 1 if the host itself has sensors or a model, and one more
        /// for each level of nested virtual machines.
        package let hops: UInt8

        /// Where the host's own figures come from: measured or estimated. One that is unknown here counts as estimated.
        package let origin: Provenance

        /// The number of entries.
        let count: Int
    }

    package let header: Header

    /// The energy, domain by domain.
    package let entries: [Entry]

    /// The header's fields.
    package subscript<Value>(dynamicMember field: KeyPath<Header, Value>) -> Value { header[keyPath: field] }
}

extension ShareRecord {
    /// A record with at most 64 entries.
    package init(
        epoch: Epoch, sequence: UInt64, nanoseconds: UInt64, period: UInt64, policy: AttributionPolicy, hops: UInt8,
        origin: Provenance, entries: [Entry]
    ) {
        precondition(entries.count <= Self.maximumEntries, "a record holds at most 64 entries")
        let header = Header(
            epoch: epoch, sequence: sequence, nanoseconds: nanoseconds, period: period, policy: policy, hops: hops,
            origin: origin, count: entries.count)
        self.init(header: header, entries: entries)
    }
}
