import Glibc
package import PowerSensorsCore

extension ShareRecord {
    /// The part of the machine whose energy an entry holds: a name of up to 16 characters of printable ASCII.
    package struct Domain: Hashable, Sendable, CustomStringConvertible {
        /// The characters as a little-endian number, padded with 0.
        let characters: UInt128

        /// All processor packages of the host.
        package static let package = Domain(characters: 0x65_6761_6B63_6170)

        /// The memory of the packages.
        package static let dram = Domain(characters: 0x6D61_7264)

        /// The whole machine, if only that is known.
        package static let host = Domain(characters: 0x7473_6F68)

        fileprivate static let printable: ClosedRange<UInt8> = 0x21...0x7E

        /// The name, with a question mark for each byte that is not printable.
        package var description: String {
            let bytes = (0..<16).map { UInt8(truncatingIfNeeded: characters >> ($0 * 8)) }
            let shown = bytes.prefix { $0 != 0 }.map { Self.printable.contains($0) ? $0 : UInt8(ascii: "?") }
            return String(decoding: shown, as: UTF8.self)
        }
    }

    /// The energy of one domain.
    package struct Entry: Hashable, Sendable {
        package let domain: Domain

        /// The energy since some moment before or at the epoch's start, in nanojoules, modulo 2⁶⁴. Only differences
        /// between records are meaningful.
        package let energy: UInt64

        /// The least that the sum may be, in nanojoules, modulo 2⁶⁴; the sum itself if that is exact.
        package let low: UInt64

        /// The most that the sum may be, in nanojoules, modulo 2⁶⁴; the sum itself if that is exact.
        package let high: UInt64

        /// Whether the sum is known and, if not, why. The record does not hold the `errno` of an input or output error.
        package let status: ReadingStatus

        package init(
            domain: Domain, energy: UInt64, low: UInt64? = nil, high: UInt64? = nil, status: ReadingStatus = .ok
        ) {
            self.domain = domain
            self.energy = energy
            self.low = low ?? energy
            self.high = high ?? energy
            self.status = status
        }
    }
}

extension ShareRecord.Domain {
    /// A domain with a name; nil if the name is empty, too long, or has other characters than `!` to `~`.
    package init?(_ name: String) {
        guard (1...16).contains(name.utf8.count), name.utf8.allSatisfy(Self.printable.contains) else { return nil }
        self.init(characters: name.utf8.reversed().reduce(0) { $0 << 8 | UInt128($1) })
    }
}

extension ReadingStatus {
    /// The statuses, in the order of their numbers in a record.
    private static let byShareCode: [ReadingStatus] = [
        .ok, .partial, .absent, .forbidden, .io(errno: EIO), .implausible, .stale, .warmingUp,
    ]

    /// The status's number in a record.
    var shareCode: UInt8 { UInt8(Self.byShareCode.firstIndex { $0.name == name } ?? 2) }

    /// The status with a number in a record. A number that is unknown here means that there is no value.
    init(shareCode: UInt8) {
        let known = Self.byShareCode
        self = known.indices.contains(Int(shareCode)) ? known[Int(shareCode)] : .absent
    }
}
