import PowerSensors
import PowerSensorsTestSupport
import Testing

struct ShareRecordTests {
    /// The first test vector of Docs/GuestShare.md.
    private let record = ShareRecord(
        epoch: 0x0F0E_0D0C_0B0A_0908_0706_0504_0302_0100, sequence: 3, nanoseconds: 10_000_000_000,
        period: 5_000_000_000, policy: .active, hops: 1, origin: .measured,
        entries: [.init(domain: .package, energy: 41_000_000_000), .init(domain: .dram, energy: 4_200_000_000)])

    /// The second: a guest of a guest, whose host estimates.
    private let estimated = ShareRecord(
        epoch: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF, sequence: 1, nanoseconds: 0, period: 10_000_000_000,
        policy: .proportional, hops: 2, origin: .estimated,
        entries: [
            .init(domain: .host, energy: 120_000_000_000, low: 84_000_000_000, high: 180_000_000_000, status: .partial)
        ])

    /// Both were computed by another program, from the layout in the guide alone.
    @Test func `records are encoded as the guide's test vectors`() {
        let first = """
            505752534841524501000000a0000000000102030405060708090a0b0c0d0e0f
            030000000000000000e40b540200000000f2052a010000000101010002000000
            7061636b616765000000000000000000005aca8b09000000005aca8b09000000
            005aca8b0900000000000000000000006472616d000000000000000000000000
            00ea56fa0000000000ea56fa0000000000ea56fa000000000000000000000000
            0de29a80
            """
        let second = """
            50575253484152450100000070000000ffeeddccbbaa99887766554433221100
            0100000000000000000000000000000000e40b54020000000202020001000000
            686f737400000000000000000000000000b08ef01b0000000048ca8e13000000
            0008d6e8290000000100000000000000aad4ed9a
            """
        for (record, vector) in [(record, first), (estimated, second)] {
            let digits = vector.filter { $0 != "\n" }.utf8.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
            let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
            #expect(record.encoded() == bytes + [UInt8](repeating: 0, count: 4096 - bytes.count))
            #expect(decoded(bytes) == .success(record))
        }
    }

    private func decoded(_ bytes: [UInt8]) -> Result<ShareRecord, ShareRecordError> {
        do throws(ShareRecordError) { return .success(try ShareRecord.decode(bytes)) } catch { return .failure(error) }
    }

    @Test(arguments: [0, 1, 2, 63, 64])
    func `a record is decoded as it was written`(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let statuses: [ReadingStatus] = [.ok, .partial, .absent, .forbidden, .implausible, .stale, .warmingUp]
        let entries = try (0..<count).map { number in
            ShareRecord.Entry(
                domain: try #require(.init("domain-\(number)")), energy: .random(in: .min ... .max, using: &random),
                low: .random(in: .min ... .max, using: &random), high: .random(in: .min ... .max, using: &random),
                status: statuses[number % statuses.count])
        }
        let record = ShareRecord(
            epoch: .random(in: .min ... .max, using: &random), sequence: .max, nanoseconds: .max, period: .max,
            policy: .proportional, hops: 255,
            origin: .estimated, entries: entries)
        let bytes = record.encoded()
        #expect(bytes.count == ShareRecord.size)
        #expect(decoded(bytes) == .success(record))
    }

    @Test func `every record that is cut off is recognized as short`() {
        let bytes = record.encoded()
        let end = 64 + 2 * 48 + 4
        for count in 0..<end { #expect(decoded(Array(bytes.prefix(count))) == .failure(.short), "\(count) bytes") }
        for count in end...bytes.count { #expect(decoded(Array(bytes.prefix(count))) == .success(record)) }
    }

    @Test func `every flipped bit is detected`() {
        let bytes = record.encoded()
        for bit in 0..<((64 + 2 * 48 + 4) * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: ShareRecordError.self, "bit \(bit)") { try ShareRecord.decode(flipped) }
        }
    }

    @Test func `half of one record and half of the next is torn`() {
        let next = ShareRecord(
            epoch: record.epoch, sequence: 4, nanoseconds: 15_000_000_000, period: record.period, policy: .active,
            hops: 1, origin: .measured, entries: record.entries)
        let (before, after) = (record.encoded(), next.encoded())
        // Both records are equal up to the sequence number, so a seam is only detected from there on.
        for seam in 33..<(64 + 2 * 48 + 4) {
            #expect(decoded(Array(after[..<seam] + before[seam...])) == .failure(.torn), "seam at \(seam)")
        }
    }

    @Test func `another major version is an error, whatever follows`() {
        var bytes = record.encoded()
        bytes[8] = 2
        #expect(decoded(bytes) == .failure(.otherMajor(2)))
        bytes[9] = 1
        #expect(decoded(Array(bytes.prefix(10))) == .failure(.otherMajor(258)))
    }

    @Test func `what a newer minor version adds is ignored`() {
        var bytes = Array(record.encoded().prefix(64 + 2 * 48))
        bytes[10] = 7
        bytes += [UInt8](repeating: 0xA5, count: 40)
        bytes[12] = UInt8(bytes.count)
        let checksum = CRC32C.checksum(of: bytes.span, count: bytes.count)
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
        #expect(decoded(bytes) == .success(record))
    }

    @Test func `more entries than a record holds are torn`() {
        var bytes = record.encoded()
        for count in [65, 66, 255] as [UInt8] {
            bytes[60] = count
            #expect(decoded(bytes) == .failure(.torn))
        }
        bytes[60...63] = [255, 255, 255, 255]
        #expect(decoded(bytes) == .failure(.torn))
    }

    @Test func `random bytes are not a record`() {
        var random = SeededGenerator(seed: 7)
        let bytes = record.encoded()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...200, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            #expect(throws: ShareRecordError.self) { try ShareRecord.decode(noise) }
            // Also behind a valid beginning, with random lengths.
            let kept = Int.random(in: 10...60, using: &random)
            #expect(throws: ShareRecordError.self) { try ShareRecord.decode(Array(bytes.prefix(kept)) + noise) }
        }
    }

    @Test(arguments: ["package", "dram", "host", "a", "0123456789abcdef"])
    func `a domain keeps its name`(name: String) throws {
        #expect(try #require(ShareRecord.Domain(name)).description == name)
    }

    @Test(arguments: ["", "0123456789abcdefg", "two words", "Größe", "tab\t"])
    func `a domain has a short and printable name`(name: String) {
        #expect(ShareRecord.Domain(name) == nil)
    }

    @Test func `the known domains have their names`() {
        #expect(ShareRecord.Domain("package") == .package)
        #expect(ShareRecord.Domain("dram") == .dram)
        #expect(ShareRecord.Domain("host") == .host)
    }
}
