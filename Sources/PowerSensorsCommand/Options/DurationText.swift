/// A duration as typed: a number and `ms`, `s`, `m`, `h` or `d`; seconds without one.
package enum DurationText {
    private static let milliseconds: [Substring: Int64] = [
        "ms": 1, "": 1000, "s": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    /// Parses a duration; nil for any other text, and for a duration that does not fit into 64 bits.
    package static func duration(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let unit = milliseconds[text.dropFirst(number.count)], let whole = parts.first.flatMap({ Int64($0) })
        else {
            return nil
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        if parts.count == 1 { return .milliseconds(product) }
        guard let fraction = Double("0.\(parts[1])"), !parts[1].isEmpty else { return nil }
        return .milliseconds(product) + .milliseconds(Double(unit) * fraction)
    }
}
