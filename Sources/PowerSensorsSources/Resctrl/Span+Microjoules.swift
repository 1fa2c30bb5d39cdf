import PowerSensorsMachine

extension Span<UInt8> {
    /// Parses decimal joules, such as `1234.567890`, as resctrl's counters show them, into whole microjoules. Further digits are
    /// cut off.
    ///
    /// Nil for anything but digits with at most one point among them. No allocation.
    package var microjoules: UInt64? {
        var position = 0
        guard let whole = decimal(at: &position), !whole.overflows else { return nil }
        if position < count, self[position] != UInt8(ascii: ".") { return nil }
        var fraction: UInt64 = 0
        // The microjoules that the next digit counts: 0 from the seventh digit on.
        var unit: UInt64 = 100_000
        position += 1
        while position < count {
            let digit = self[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            fraction += UInt64(digit) * unit
            unit /= 10
            position += 1
        }
        let (product, overflow) = whole.value.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carried) = product.addingReportingOverflow(fraction)
        return overflow || carried ? nil : sum
    }
}
