extension [UInt8] {
    /// Appends a whole number, without a temporary string.
    mutating func append(number: UInt64) {
        var digit: UInt64 = 1
        while number / digit >= 10 { digit *= 10 }
        while digit > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / digit % 10))
            digit /= 10
        }
    }

    /// Appends a decimal number without trailing zeros and without a temporary string.
    ///
    /// It has six decimals below 2³², three below 1000 · 2³², and beyond that the shortest form that round-trips.
    package mutating func append(decimal value: Double) {
        // Within these limits a Double represents every such decimal, and the product can be rounded.
        switch value.magnitude {
        case ..<4_294_967_296: append(value, parts: 1_000_000)
        case ..<4_294_967_296_000: append(value, parts: 1000)
        default: append(special: value)
        }
    }

    private mutating func append(_ value: Double, parts: UInt64) {
        let rounded = (value * Double(parts)).rounded()
        if rounded < 0 { append(UInt8(ascii: "-")) }
        let number = UInt64(rounded.magnitude)
        append(number: number / parts)
        var fraction = number % parts
        if fraction == 0 { return }
        append(UInt8(ascii: "."))
        var digit = parts / 10
        while fraction > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / digit))
            fraction %= digit
            digit /= 10
        }
    }

    private mutating func append(special value: Double) {
        if value.isNaN { return append("NaN" as StaticString) }
        if value.isInfinite { return append(value < 0 ? "-Inf" : "+Inf" as StaticString) }
        append(value.description)
    }
}
