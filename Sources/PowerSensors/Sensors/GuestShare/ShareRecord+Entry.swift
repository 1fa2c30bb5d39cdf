#if canImport(Glibc)
import Glibc
#endif

extension ShareRecord {
    /// What a part of the energy was used by: up to 16 characters of printable ASCII.
    package struct Domain: Hashable, Sendable, CustomStringConvertible {
        /// The first eight characters, read as a little-endian number; none is 0.
        let first: UInt64

        /// The last eight characters.
        let second: UInt64

        /// All processor packages of the host, as far as they worked for the guest.
        package static let package = Domain(first: 0x65_6761_6B63_6170, second: 0)

        /// Their memory.
        package static let dram = Domain(first: 0x6D61_7264, second: 0)

        /// The whole machine, where only that is known.
        package static let host = Domain(first: 0x7473_6F68, second: 0)

        private static let printable: ClosedRange<UInt8> = 0x21...0x7E

        init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }

        /// A domain by its name; nil for an empty or longer one, and for other characters than `!` to `~`.
        package init?(_ name: String) {
            let characters = Array(name.utf8)
            guard (1...16).contains(characters.count), characters.allSatisfy(Self.printable.contains) else {
                return nil
            }
            func number(of characters: ArraySlice<UInt8>) -> UInt64 {
                characters.reversed().reduce(0) { $0 << 8 | UInt64($1) }
            }
            self.init(first: number(of: characters.prefix(8)), second: number(of: characters.dropFirst(8)))
        }

        /// The name; each byte that is not printable is shown as a question mark.
        package var description: String {
            let bytes = [first, second].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) } }
            let shown = bytes.prefix { $0 != 0 }.map { Self.printable.contains($0) ? $0 : UInt8(ascii: "?") }
            return String(decoding: shown, as: UTF8.self)
        }
    }

    /// The energy of one domain.
    package struct Entry: Hashable, Sendable {
        /// What used it.
        package let domain: Domain

        /// The sum since the epoch's start or earlier, in nanojoules, modulo 2⁶⁴.
        package let energy: UInt64

        /// The least that the sum may truly be, in nanojoules, modulo 2⁶⁴; the sum itself where it is exact.
        package let low: UInt64

        /// The most that the sum may truly be, in nanojoules, modulo 2⁶⁴; the sum itself where it is exact.
        package let high: UInt64

        /// Whether the sum is known and, where not, why. Of an input or output error only that it is one is told.
        package let status: ReadingStatus

        /// Puts an entry together. The bounds are the energy itself unless given.
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

extension ReadingStatus {
    /// The number by which a share's record says it.
    var shareCode: UInt8 {
        switch self {
        case .ok: 0
        case .partial: 1
        case .absent: 2
        case .forbidden: 3
        case .io: 4
        case .implausible: 5
        case .stale: 6
        case .warmingUp: 7
        }
    }

    /// What a share's record says by a number; one that is not known here says that there is no value.
    init(shareCode: UInt8) {
        self =
            switch shareCode {
            case 0: .ok
            case 1: .partial
            case 3: .forbidden
            case 4: .io(errno: EIO)
            case 5: .implausible
            case 6: .stale
            case 7: .warmingUp
            default: .absent
            }
    }
}
