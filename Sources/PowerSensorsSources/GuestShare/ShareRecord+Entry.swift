import Glibc
package import PowerSensorsCore

extension ShareRecord {
    /// The part of the machine whose energy an entry holds: a name of up to 16 characters of printable ASCII.
    package struct Domain: Hashable, Sendable, CustomStringConvertible {
        /// The first eight characters, as a little-endian number padded with 0.
        let first: UInt64

        /// The last eight characters.
        let second: UInt64

        /// All processor packages of the host.
        package static let package = Domain(first: 0x65_6761_6B63_6170, second: 0)

        /// The memory of the packages.
        package static let dram = Domain(first: 0x6D61_7264, second: 0)

        /// The whole machine, if only that is known.
        package static let host = Domain(first: 0x7473_6F68, second: 0)

        fileprivate static let printable: ClosedRange<UInt8> = 0x21...0x7E

        /// The name, with a question mark for each byte that is not printable.
        package var description: String {
            let bytes = [first, second].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) } }
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
        let characters = Array(name.utf8)
        guard (1...16).contains(characters.count), characters.allSatisfy(Self.printable.contains) else { return nil }
        func number(of characters: ArraySlice<UInt8>) -> UInt64 {
            characters.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(first: number(of: characters.prefix(8)), second: number(of: characters.dropFirst(8)))
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
