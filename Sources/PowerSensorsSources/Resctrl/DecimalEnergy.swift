/// An energy as a decimal number of joules, such as `1234.567890`: the form of resctrl's counters.
package struct DecimalEnergy {
    /// The whole microjoules. Further digits are cut off.
    package let microjoules: UInt64

    /// Parses a text without surrounding white space; nil for anything but digits with at most one point among them.
    package init?(_ text: [UInt8]) { self.init(text, 0..<text.count) }

    /// The same for a part of a buffer. No allocation.
    init?(_ text: [UInt8], _ range: Range<Int>) {
        var sum: UInt64 = 0
        var decimals: Int?
        var digits = 0
        for index in range {
            let byte = text[index]
            if byte == UInt8(ascii: "."), decimals == nil, digits > 0 {
                decimals = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            digits += 1
            if let count = decimals {
                if count == 6 { continue }
                decimals = count + 1
            }
            guard Self.append(byte - UInt8(ascii: "0"), to: &sum) else { return nil }
        }
        guard digits > 0 else { return nil }
        for _ in (decimals ?? 0)..<6 where !Self.append(0, to: &sum) { return nil }
        microjoules = sum
    }

    /// Appends a digit; false if the number becomes too large.
    private static func append(_ digit: UInt8, to number: inout UInt64) -> Bool {
        let (product, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
        number = sum
        return !overflow && !carried
    }
}
