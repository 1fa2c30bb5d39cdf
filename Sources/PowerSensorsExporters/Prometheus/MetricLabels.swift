/// The labels of a series, rendered once.
package struct MetricLabels: Sendable {
    private(set) var bytes: [UInt8] = []

    /// The given labels, without those that have no value.
    package let pairs: [(name: String, value: String)]

    /// Renders labels in the given order. A label without a value is omitted: to Prometheus both are the same.
    init(_ labels: [(name: String, value: String?)] = []) {
        pairs = labels.compactMap { label in
            label.value.flatMap { $0.isEmpty ? nil : (label.name, $0) }
        }
        for (name, value) in pairs {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            bytes.append(name)
            bytes.append("=\"" as StaticString)
            Self.append(value, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "}")) }
    }

    /// Longer values are truncated: no real name is longer.
    private static let longestValue = 256

    /// Appends a value with the escapes of both formats. Control characters become `�`; OpenMetrics forbids carriage returns.
    private static func append(_ value: String, to bytes: inout [UInt8]) {
        for (index, scalar) in value.unicodeScalars.enumerated() {
            if index == longestValue {
                bytes.append("…")
                return
            }
            switch scalar {
            case "\\": bytes.append("\\\\" as StaticString)
            case "\"": bytes.append("\\\"" as StaticString)
            case "\n": bytes.append("\\n" as StaticString)
            case _ where scalar.isUnsafeToShow: bytes.append("\u{FFFD}")
            default: bytes.append(String(scalar))
            }
        }
    }
}
