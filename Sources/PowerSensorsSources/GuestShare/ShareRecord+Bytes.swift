import PowerSensorsCore

/// Why bytes are not a valid record of a share.
package enum ShareRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes end before the record does.
    case short

    /// The bytes do not begin like a record.
    case notARecord

    /// The record is of another major version, whose layout is unknown.
    case otherMajor(UInt16)

    /// The check sum or the lengths do not match: the record was read while it was being written, or it is damaged.
    case torn

    package var description: String {
        switch self {
        case .short: "ends before the record does"
        case .notARecord: "does not begin like a share's record"
        case .otherMajor(let major):
            "is a record of version \(major), and only version \(ShareRecord.major) is known here"
        case .torn: "has a wrong check sum"
        }
    }
}

extension ShareRecord {
    /// The version of the layout. Readers reject any other.
    static let major: UInt16 = 1

    /// The version of additions to the layout, which readers ignore. Readers accept any.
    static let minor: UInt16 = 0

    /// `PWRSHARE`, as a little-endian number.
    static let magic: UInt64 = 0x4552_4148_5352_5750

    /// The size of a header, in bytes.
    fileprivate static let headerSize = 64

    /// The size of an entry, in bytes.
    fileprivate static let entrySize = 48

    /// Whether a file begins like a record of any version.
    package static func isRecord(_ bytes: [UInt8]) -> Bool {
        var position = 0
        return bytes.count >= 8 && bytes.span.number(at: &position) == magic
    }

    /// Decodes the content of a record's file. Bytes beyond the known layout are ignored.
    package static func decode(_ bytes: [UInt8]) throws(ShareRecordError) -> ShareRecord {
        let bytes = bytes.span
        let header = try Header(bytes)
        return ShareRecord(header: header, entries: (0..<header.count).map { Entry(number: $0, of: bytes) })
    }

    /// The content of the record's file: always ``size`` bytes.
    package func encoded() -> [UInt8] {
        let length = Self.headerSize + entries.count * Self.entrySize
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.append(number: Self.magic)
        bytes.append(number: Self.major)
        bytes.append(number: Self.minor)
        bytes.append(number: UInt32(length))
        bytes.append(number: header.epoch)
        for number in [header.sequence, header.nanoseconds, header.period] { bytes.append(number: number) }
        bytes += [header.policy == .active ? 1 : 2, header.hops, header.origin == .measured ? 1 : 2, 0]
        bytes.append(number: UInt32(entries.count))
        for entry in entries { entry.encode(into: &bytes) }
        bytes.append(number: CRC32C.checksum(of: bytes.span, count: length))
        return bytes + [UInt8](repeating: 0, count: Self.size - bytes.count)
    }
}

extension ShareRecord.Header {
    /// Verifies a whole record, including its check sum, and decodes its header. No allocation.
    init(_ bytes: Span<UInt8>) throws(ShareRecordError) {
        guard bytes.count >= 10 else { throw .short }
        var position = 0
        guard bytes.number(at: &position) == ShareRecord.magic else { throw .notARecord }
        let major: UInt16 = bytes.number(at: &position)
        guard major == ShareRecord.major else { throw .otherMajor(major) }
        guard bytes.count >= ShareRecord.headerSize else { throw .short }
        let _: UInt16 = bytes.number(at: &position)  // The minor version.
        let length = Int(bytes.number(at: &position) as UInt32)
        epoch = bytes.number(at: &position)
        sequence = bytes.number(at: &position)
        nanoseconds = bytes.number(at: &position)
        period = bytes.number(at: &position)
        policy = bytes[position] == 2 ? .proportional : .active
        hops = bytes[position + 1]
        origin = bytes[position + 2] == 1 ? .measured : .estimated
        position += 4
        count = Int(bytes.number(at: &position) as UInt32)
        guard count <= ShareRecord.maximumEntries,
            length >= ShareRecord.headerSize + count * ShareRecord.entrySize, length <= ShareRecord.size - 4
        else { throw .torn }
        guard bytes.count >= length + 4 else { throw .short }
        position = length
        guard CRC32C.checksum(of: bytes, count: length) == bytes.number(at: &position) else { throw .torn }
    }
}

extension ShareRecord.Entry {
    /// Decodes an entry, given its number from 0, of a verified record.
    init(number: Int, of bytes: Span<UInt8>) {
        var position = ShareRecord.headerSize + number * ShareRecord.entrySize
        domain = ShareRecord.Domain(characters: bytes.number(at: &position))
        energy = bytes.number(at: &position)
        low = bytes.number(at: &position)
        high = bytes.number(at: &position)
        status = ReadingStatus(shareCode: bytes[position])
    }

    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(number: domain.characters)
        for number in [energy, low, high, UInt64(status.shareCode)] { bytes.append(number: number) }
    }
}

extension Span<UInt8> {
    /// Reads a little-endian number, and moves the position behind it.
    fileprivate func number<Number: FixedWidthInteger & BitwiseCopyable>(at position: inout Int) -> Number {
        defer { position += MemoryLayout<Number>.size }
        return unsafe Number(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: Number.self))
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger & UnsignedInteger>(number: Number) {
        for index in 0..<MemoryLayout<Number>.size { append(UInt8(truncatingIfNeeded: number >> (index * 8))) }
    }
}
