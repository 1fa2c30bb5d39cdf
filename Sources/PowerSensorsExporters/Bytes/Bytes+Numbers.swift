extension [UInt8] {
    /// Appends a whole number.
    ///
    /// Like the next, it makes no string: a page has hundreds of numbers.
    mutating func append(number: UInt64) {
        var digit: UInt64 = 1
        while number / digit >= 10 { digit *= 10 }
        while digit > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / digit % 10))
            digit /= 10
        }
    }

    /// Appends a number without zeros at its end: to a millionth, from four thousand million on to a thousandth, and
    /// beyond four million million as the shortest text that gives it back.
    package mutating func append(decimal value: Double) {
        // So far a Double holds every such part, and the product with room to round.
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
