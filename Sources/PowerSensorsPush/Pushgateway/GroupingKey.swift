#if Exporters
/// What a Pushgateway keeps a page under: `/metrics/job/JOB/instance/NODE`. A page replaces the one before of the same key.
package struct GroupingKey: Sendable {
    private let job: String
    private let instance: String

    package init(job: String, instance: String) {
        self.job = job
        self.instance = instance
    }

    /// The path of the key.
    package var path: String { "/metrics/job\(part(job))/instance\(part(instance))" }

    /// A slash, and no text at all, cannot stand in a path: then the value is in base64, in the alphabet for URLs
    /// (the Pushgateway's documentation, "URL").
    private func part(_ value: String) -> String {
        if value.isEmpty { return "@base64/=" }
        return value.contains("/") ? "@base64/\(base64URL(Array(value.utf8)))" : "/\(percentEncoded(value))"
    }
}

/// A text with all but the characters that RFC 3986 reserves for nothing written as `%XX`.
private func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
        default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Base64 in the alphabet for URLs, without padding (RFC 4648, section 5).
private func base64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let part = bytes[start..<min(start + 3, bytes.count)]
        let bits = part.reduce(0) { $0 << 8 | UInt32($1) } << UInt32((3 - part.count) * 8)
        for index in 0...part.count { text.append(alphabet[Int(bits >> UInt32(18 - index * 6)) & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
}
#endif
