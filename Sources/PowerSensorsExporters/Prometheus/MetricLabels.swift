/// The labels of a series, rendered once.
package struct MetricLabels: Sendable {
    private(set) var bytes: [UInt8] = []

    /// The labels as they were given, without those that have no value.
    package let pairs: [(name: String, value: String)]

    /// Labels in their order; one that has no value is left out, as Prometheus takes both for the same.
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

    /// More than this of a label is no name of anything; Prometheus' own limits are settable.
    private static let longestValue = 256

    /// Escapes what both formats want escaped. A carriage return, which OpenMetrics forbids, and other controls become `�`.
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
