#if Exporters
#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

/// The path of a page in a Pushgateway: `/metrics/job/JOB/instance/NODE`. A page replaces the previous one of the same path.
package func groupingPath(job: String, instance: String) -> String {
    "/metrics/job\(component(job))/instance\(component(instance))"
}

/// A value with a slash or without characters cannot be part of a path, so it is encoded in base64 with the alphabet for
/// URLs (the Pushgateway's documentation, "URL").
private func component(_ value: String) -> String {
    if value.isEmpty { return "@base64/=" }
    guard value.contains("/") else { return "/\(percentEncoded(value))" }
    let digits = Data(value.utf8).base64EncodedString().prefix { $0 != "=" }
    return "@base64/" + digits.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
}

/// A text in which all but RFC 3986's unreserved characters are written as `%XX`.
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
#endif
