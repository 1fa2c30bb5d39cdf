#if History
/// The bytes of a bucket, in as little room as numbers of variable length take.
///
/// Unsigned numbers have seven bits in each byte, the lowest first, and the highest bit set in all but the last. Signed ones
/// are doubled, and negative ones are odd: 0, −1, 1, −2 are 0, 1, 2, 3. A bucket is its time, its sampled time, its
/// carbon intensity plus one (0 for none), and for each kind in order the number of its series and these, in ascending order.
/// A series is the difference of its number to the one before, a byte of flags, and its values.
extension Bucket {
    /// Which values a series has, and which follow from others.
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasPower = Flags(rawValue: 1)
        static let isFlat = Flags(rawValue: 2)
        static let hasBand = Flags(rawValue: 4)
        static let hasTime = Flags(rawValue: 8)
        static let hasSampled = Flags(rawValue: 16)
    }

    /// Its bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(unsigned: time)
        bytes.append(unsigned: sampled)
        bytes.append(unsigned: carbon.map { $0.clampedSum(1) } ?? 0)
        for kind in SeriesKind.allCases {
            bytes.append(unsigned: Int64(self[kind].count))
            var last = 0
            for entry in self[kind] {
                bytes.append(unsigned: Int64(entry.series - last))
                append(entry.values, kind, to: &bytes)
                last = entry.series
            }
        }
        return bytes
    }

    private func append(_ values: SeriesValues, _ kind: SeriesKind, to bytes: inout [UInt8]) {
        var flags: Flags = []
        if let power = values.power {
            flags.insert(.hasPower)
            if power.minimum == power.maximum { flags.insert(.isFlat) }
            if power.band != nil { flags.insert(.hasBand) }
        }
        if !kind.isDivided, values.time != time { flags.insert(.hasTime) }
        if !kind.isDivided, values.sampled != sampled { flags.insert(.hasSampled) }
        bytes.append(flags.rawValue)
        bytes.append(signed: values.energy)
        if let power = values.power {
            bytes.append(signed: power.maximum)
            if !flags.contains(.isFlat) { bytes.append(signed: power.minimum) }
            if let band = power.band {
                bytes.append(signed: band.low)
                bytes.append(signed: band.high)
            }
        }
        if flags.contains(.hasTime) { bytes.append(unsigned: values.time) }
        if flags.contains(.hasSampled) { bytes.append(unsigned: values.sampled) }
    }

    /// Parses the bytes of a bucket; nil if they are none.
    package init?(_ bytes: [UInt8]) { self.init(bytes, kinds: Set(SeriesKind.allCases)) }

    /// Parses the bytes of a bucket, and no further than to the last of the kinds that are wanted.
    init?(_ bytes: [UInt8], kinds: Set<SeriesKind>) {
        var parser = BucketParser(bytes)
        guard let time = parser.unsigned(), let sampled = parser.unsigned(), let carbon = parser.unsigned() else {
            return nil
        }
        (self.time, self.sampled, self.carbon) = (time, sampled, carbon == 0 ? nil : carbon - 1)
        let last = kinds.map(\.rawValue).max() ?? -1
        for kind in SeriesKind.allCases where kind.rawValue <= last {
            let isWanted = kinds.contains(kind)
            guard let entries = Self.entries(time, sampled, isWanted, &parser) else { return nil }
            if isWanted { setEntries(entries, of: kind) }
        }
    }

    /// The series of a kind; none if they are not wanted, which costs no memory.
    private static func entries(
        _ time: Int64, _ sampled: Int64, _ areWanted: Bool, _ parser: inout BucketParser
    ) -> [Entry]? {
        // Each series takes three bytes at least.
        guard let count = parser.unsigned(), count <= parser.remaining / 3 else { return nil }
        var entries: [Entry] = []
        if areWanted { entries.reserveCapacity(Int(count)) }
        var series = 0
        for _ in 0..<count {
            guard let step = parser.unsigned(), step < Int32.max, series < Int32.max,
                let values = values(time, sampled, &parser)
            else { return nil }
            series += Int(step)
            if areWanted { entries.append(Entry(series: series, values: values)) }
        }
        return entries
    }

    private static func values(_ time: Int64, _ sampled: Int64, _ parser: inout BucketParser) -> SeriesValues? {
        guard let flags = parser.byte().map(Flags.init), let energy = parser.signed() else { return nil }
        var values = SeriesValues(energy: energy, time: time, sampled: sampled)
        if flags.contains(.hasPower) {
            guard let maximum = parser.signed() else { return nil }
            var power = PowerRange(minimum: maximum, maximum: maximum)
            if !flags.contains(.isFlat) {
                guard let minimum = parser.signed() else { return nil }
                power.minimum = minimum
            }
            if flags.contains(.hasBand) {
                guard let low = parser.signed(), let high = parser.signed() else { return nil }
                power.band = PowerRange.Band(low: low, high: high)
            }
            values.power = power
        }
        if flags.contains(.hasTime) {
            guard let own = parser.unsigned() else { return nil }
            values.time = own
        }
        if flags.contains(.hasSampled) {
            guard let own = parser.unsigned() else { return nil }
            values.sampled = own
        }
        return values
    }
}

/// Reads numbers of variable length.
private struct BucketParser {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - index }

    mutating func byte() -> UInt8? {
        guard index < bytes.count else { return nil }
        defer { index += 1 }
        return bytes[index]
    }

    /// A number that is not negative.
    mutating func unsigned() -> Int64? { raw().flatMap { Int64(exactly: $0) } }

    mutating func signed() -> Int64? {
        raw().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    private mutating func raw() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}

extension [UInt8] {
    /// Appends a number, as 0 if it is negative.
    fileprivate mutating func append(unsigned value: Int64) { append(raw: UInt64(clamping: value)) }

    fileprivate mutating func append(signed value: Int64) {
        append(raw: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    private mutating func append(raw value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
#endif
