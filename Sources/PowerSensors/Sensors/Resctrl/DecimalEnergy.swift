/// An energy as a decimal of joules, such as `1234.567890`, in which resctrl shows its counters.
package struct DecimalEnergy {
    /// The whole microjoules; digits beyond them are cut off.
    package let microjoules: UInt64

    /// Reads a text without the white space around it; nil for anything but digits with at most one point among them.
    package init?(_ text: [UInt8]) { self.init(text, from: 0, to: text.count) }

    /// Reads a part of a buffer. No allocation.
    init?(_ text: [UInt8], from start: Int, to end: Int) {
        var sum: UInt64 = 0
        var decimals: Int?
        var digits = 0
        for index in start..<end {
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
            guard let next = Self.appended(byte - UInt8(ascii: "0"), to: sum) else { return nil }
            sum = next
        }
        guard digits > 0 else { return nil }
        for _ in (decimals ?? 0)..<6 {
            guard let next = Self.appended(0, to: sum) else { return nil }
            sum = next
        }
        microjoules = sum
    }

    private static func appended(_ digit: UInt8, to number: UInt64) -> UInt64? {
        let (product, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
        return overflow || carried ? nil : sum
    }
}
