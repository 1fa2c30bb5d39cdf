/// What a host tells one of its guests about the guest's energy: the content of the file `share`.
///
/// A record is 4096 bytes, little-endian, written by a single `pwrite`, so that a guest which reads while it is written
/// finds either a whole one or one whose check sum is wrong. `Docs/GuestShare.md` has its layout and test vectors. It
/// holds neither the host's identity nor its wall time: tenants must not learn that they are neighbours.
package struct ShareRecord: Hashable, Sendable {
    /// The file in a guest's folder.
    package static let fileName = "share"

    /// The bytes of a record in its file; those behind the check sum are 0.
    package static let size = 4096

    /// The most entries that a record holds.
    package static let mostEntries = 64

    /// What tells one life of a share from the next: 128 random bits, drawn anew whenever the directory or its publisher
    /// begins to live. Sums of two epochs have nothing to do with each other.
    package struct Epoch: Hashable, Sendable {
        /// The first eight bytes, read as a little-endian number.
        package let first: UInt64

        /// The last eight bytes, read as a little-endian number.
        package let second: UInt64

        /// An epoch of known bits.
        package init(_ first: UInt64, _ second: UInt64) {
            self.first = first
            self.second = second
        }

        /// An epoch that nobody had before.
        package static func random() -> Epoch {
            Epoch(.random(in: .min ... .max), .random(in: .min ... .max))
        }
    }

    /// How the host divides what nobody's work used. The set may grow.
    package struct Policy: Hashable, Sendable {
        /// The number in the record.
        package let code: UInt8

        /// A policy by its number.
        package init(code: UInt8) { self.code = code }

        /// Guests are given the energy of their own work; what an idle machine uses stays with the host.
        package static let active = Policy(code: 1)

        /// What an idle machine uses is divided among the guests, too.
        package static let proportional = Policy(code: 2)
    }

    /// Where the host has its own figures from. The set may grow.
    package struct Origin: Hashable, Sendable {
        /// The number in the record.
        package let code: UInt8

        /// An origin by its number.
        package init(code: UInt8) { self.code = code }

        /// A sensor of a machine measured them.
        package static let measured = Origin(code: 1)

        /// A model computed them.
        package static let estimated = Origin(code: 2)

        /// The provenance that this stands for; nil for a number that is not known here.
        package var provenance: Provenance? {
            switch self {
            case .measured: .measured
            case .estimated: .estimated
            default: nil
            }
        }
    }

    /// The share's life that this record belongs to.
    package let epoch: Epoch

    /// Counts the records of one epoch, from 1.
    package let sequence: UInt64

    /// When the energy was measured: nanoseconds of the host's boot-time clock since the epoch's start.
    package let nanoseconds: UInt64

    /// The time from one record to the next, in nanoseconds.
    package let period: UInt64

    /// How the host divides what nobody's work used.
    package let policy: Policy

    /// How many machines the figures went through: 1 where the host has its own sensors, and one more a level.
    package let hops: UInt8

    /// Where the host has its figures from.
    package let origin: Origin

    /// The energy, domain by domain; at most ``mostEntries``.
    package let entries: [Entry]

    /// Puts a record together.
    ///
    /// - Precondition: There are at most ``mostEntries`` entries.
    package init(
        epoch: Epoch, sequence: UInt64, nanoseconds: UInt64, period: UInt64, policy: Policy, hops: UInt8,
        origin: Origin,
        entries: [Entry]
    ) {
        precondition(entries.count <= Self.mostEntries, "a record holds at most 64 entries")
        self.epoch = epoch
        self.sequence = sequence
        self.nanoseconds = nanoseconds
        self.period = period
        self.policy = policy
        self.hops = hops
        self.origin = origin
        self.entries = entries
    }
}
