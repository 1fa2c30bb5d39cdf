import PowerSensorsMachine

/// An energy that was written as a decimal number of joules, such as `1234.567890`, as resctrl's counters are.
package struct DecimalEnergy {
    /// The whole microjoules. Further digits are cut off.
    package let microjoules: UInt64

    /// Parses a text without surrounding white space; nil for anything but digits with at most one point among them.
    package init?(_ text: [UInt8]) { self.init(text, 0..<text.count) }

    /// The same for a part of a buffer. No allocation.
    init?(_ text: [UInt8], _ range: Range<Int>) {
        let number = text.span.extracting(range)
        var position = 0
        guard let whole = number.decimal(at: &position), !whole.overflows else { return nil }
        if position < number.count, number[position] != UInt8(ascii: ".") { return nil }
        var fraction: UInt64 = 0
        // The microjoules that the next digit counts: 0 from the seventh digit on.
        var unit: UInt64 = 100_000
        position += 1
        while position < number.count {
            let digit = number[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            fraction += UInt64(digit) * unit
            unit /= 10
            position += 1
        }
        let (product, overflow) = whole.value.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carried) = product.addingReportingOverflow(fraction)
        if overflow || carried { return nil }
        microjoules = sum
    }
}
