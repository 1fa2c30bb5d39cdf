/// Why bytes are no record of a share that can be believed.
package enum ShareRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// They end before the record does.
    case short

    /// They do not begin as a record does.
    case notARecord

    /// The record is of another major version, whose layout is not known here.
    case otherMajor(UInt16)

    /// The check sum or the lengths do not fit: it was read while it was written, or damaged.
    case torn

    /// What is wrong, as one line.
    package var description: String {
        switch self {
        case .short: "ends before the record does"
        case .notARecord: "does not begin as a share's record does"
        case .otherMajor(let major):
            "is a record of version \(major), and only version \(ShareRecord.major) is known here"
        case .torn: "has a wrong check sum"
        }
    }
}

extension ShareRecord {
    /// The version of the layout. A reader takes no other.
    package static let major: UInt16 = 1

    /// The version of what stands behind the entries. A reader takes any.
    package static let minor: UInt16 = 0

    /// `PWRSHARE`, read as a little-endian number.
    static let magic: UInt64 = 0x4552_4148_5352_5750

    /// Whether a file begins as a record does, whatever its version.
    package static func isRecord(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes.span.number(at: 0, size: 8) == magic
    }

    /// Where each part stands, in bytes from the start.
    enum Offset {
        static let major = 8
        static let minor = 10
        static let length = 12
        static let epoch = 16
        static let sequence = 32
        static let nanoseconds = 40
        static let period = 48
        static let policy = 56
        static let hops = 57
        static let origin = 58
        static let count = 60
        static let entries = 64
        static let entrySize = 48
    }

    /// What stands before the entries. It is taken from bytes without an allocation.
    package struct Header: Hashable, Sendable {
        /// The share's life.
        package let epoch: Epoch

        /// Counts the records of one epoch, from 1.
        package let sequence: UInt64

        /// Nanoseconds of the host's boot-time clock since the epoch's start.
        package let nanoseconds: UInt64

        /// The time from one record to the next, in nanoseconds.
        package let period: UInt64

        /// How the host divides what nobody's work used.
        package let policy: Policy

        /// How many machines the figures went through.
        package let hops: UInt8

        /// Where the host has its figures from.
        package let origin: Origin

        /// How many entries follow.
        package let count: Int

        /// Checks the whole record that bytes begin with, and takes its header.
        package init(_ bytes: Span<UInt8>) throws(ShareRecordError) {
            guard bytes.count >= Offset.minor else { throw .short }
            guard bytes.number(at: 0, size: 8) == magic else { throw .notARecord }
            let major = UInt16(truncatingIfNeeded: bytes.number(at: Offset.major, size: 2))
            guard major == ShareRecord.major else { throw .otherMajor(major) }
            guard bytes.count >= Offset.entries else { throw .short }
            let length = Int(bytes.number(at: Offset.length, size: 4))
            count = Int(bytes.number(at: Offset.count, size: 4))
            guard count <= mostEntries, length >= Offset.entries + count * Offset.entrySize,
                length <= size - MemoryLayout<UInt32>.size
            else { throw .torn }
            guard bytes.count >= length + MemoryLayout<UInt32>.size else { throw .short }
            let checksum = UInt32(truncatingIfNeeded: bytes.number(at: length, size: 4))
            guard CRC32C.checksum(of: bytes, count: length) == checksum else { throw .torn }
            epoch = Epoch(
                bytes.number(at: Offset.epoch, size: 8), bytes.number(at: Offset.epoch + 8, size: 8))
            sequence = bytes.number(at: Offset.sequence, size: 8)
            nanoseconds = bytes.number(at: Offset.nanoseconds, size: 8)
            period = bytes.number(at: Offset.period, size: 8)
            policy = Policy(code: bytes[Offset.policy])
            hops = bytes[Offset.hops]
            origin = Origin(code: bytes[Offset.origin])
        }
    }

    /// Takes a record from the bytes of its file. Those behind what is known of its version are ignored.
    package static func decode(_ bytes: Span<UInt8>) throws(ShareRecordError) -> ShareRecord {
        let header = try Header(bytes)
        return ShareRecord(
            epoch: header.epoch, sequence: header.sequence, nanoseconds: header.nanoseconds, period: header.period,
            policy: header.policy, hops: header.hops, origin: header.origin,
            entries: (0..<header.count).map { Entry(number: $0, of: bytes) })
    }

    /// Takes a record from the bytes of its file. Those behind what is known of its version are ignored.
    package static func decode(_ bytes: [UInt8]) throws(ShareRecordError) -> ShareRecord {
        try decode(bytes.span)
    }

    /// The bytes of the file: always ``size``.
    package func encoded() -> [UInt8] {
        let length = Offset.entries + entries.count * Offset.entrySize
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.append(number: Self.magic)
        bytes.append(number: Self.major)
        bytes.append(number: Self.minor)
        bytes.append(number: UInt32(length))
        bytes.append(number: epoch.first)
        bytes.append(number: epoch.second)
        bytes.append(number: sequence)
        bytes.append(number: nanoseconds)
        bytes.append(number: period)
        bytes += [policy.code, hops, origin.code, 0]
        bytes.append(number: UInt32(entries.count))
        for entry in entries { entry.encode(into: &bytes) }
        bytes.append(number: CRC32C.checksum(of: bytes.span, count: length))
        return bytes + [UInt8](repeating: 0, count: Self.size - bytes.count)
    }
}

extension ShareRecord.Entry {
    /// The entry of a number, from 0, in the bytes of a record that was checked.
    package init(number: Int, of bytes: Span<UInt8>) {
        let start = ShareRecord.Offset.entries + number * ShareRecord.Offset.entrySize
        domain = ShareRecord.Domain(
            first: bytes.number(at: start, size: 8), second: bytes.number(at: start + 8, size: 8))
        energy = bytes.number(at: start + 16, size: 8)
        low = bytes.number(at: start + 24, size: 8)
        high = bytes.number(at: start + 32, size: 8)
        status = ReadingStatus(shareCode: bytes[start + 40])
    }

    fileprivate func encode(into bytes: inout [UInt8]) {
        for number in [domain.first, domain.second, energy, low, high] { bytes.append(number: number) }
        bytes.append(number: UInt64(status.shareCode))
    }
}

extension Span<UInt8> {
    /// The little-endian number of up to eight bytes that begins at an offset, and lies inside.
    fileprivate func number(at offset: Int, size: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<size { number |= UInt64(self[offset + index]) &<< UInt64(8 &* index) }
        return number
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger & UnsignedInteger>(number: Number) {
        for index in 0..<MemoryLayout<Number>.size { append(UInt8(truncatingIfNeeded: number >> (index * 8))) }
    }
}
