/// The CRC-32C checksum of RFC 3720 (appendix B.4): Castagnoli's polynomial, reflected, with initial value and final
/// XOR of all ones.
package enum CRC32C {
    /// The checksum of the first bytes of a buffer.
    ///
    /// - Parameters:
    ///   - bytes: The buffer.
    ///   - count: How many bytes from its start are covered; at most the buffer's length.
    package static func checksum(of bytes: Span<UInt8>, count: Int) -> UInt32 {
        precondition(count <= bytes.count, "a check sum covers no more bytes than there are")
        let table = table.span
        var sum = UInt32.max
        for index in 0..<max(count, 0) {
            sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ bytes[index])] ^ (sum >> 8)
        }
        return ~sum
    }

    /// By what the sum changes for each value of a byte.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0x82F6_3B78 }
    }
}
