import PowerSensors
import Testing

struct CRC32CTests {
    /// An example of RFC 3720, appendix B.4, or the customary `123456789`.
    struct Example: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let checksum: UInt32
    }

    @Test(arguments: [
        Example(testDescription: "nothing", bytes: [], checksum: 0),
        Example(testDescription: "zeros", bytes: .init(repeating: 0, count: 32), checksum: 0x8A91_36AA),
        Example(testDescription: "ones", bytes: .init(repeating: 0xFF, count: 32), checksum: 0x62A8_AB43),
        Example(testDescription: "counting up", bytes: .init(0..<32), checksum: 0x46DD_794E),
        Example(testDescription: "counting down", bytes: (0..<32).reversed(), checksum: 0x113F_DB5C),
        Example(testDescription: "digits", bytes: .init("123456789".utf8), checksum: 0xE306_9283),
    ])
    func `the checksums are those of RFC 3720`(example: Example) {
        #expect(CRC32C.checksum(of: example.bytes.span, count: example.bytes.count) == example.checksum)
    }

    @Test func `bytes behind the count are not covered`() {
        let bytes = [UInt8]("123456789 and more".utf8)
        #expect(CRC32C.checksum(of: bytes.span, count: 9) == 0xE306_9283)
    }
}
