extension [UInt8] {
    /// Appends a whole number.
    ///
    /// Like the next, it makes no string: a page has hundreds of numbers.
    mutating func append(number: UInt64) {
        var rest = number
        let first = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[first...].reverse()
    }

    /// Appends a number to a millionth, without zeros at its end; larger ones as the shortest text that gives them back.
    mutating func append(decimal value: Double) {
        // 2⁵³ millionths are still whole numbers of a Double.
        guard value.magnitude < 9_007_199_254 else { return append(special: value) }
        let millionths = (value * 1e6).rounded()
        if millionths < 0 { append(UInt8(ascii: "-")) }
        let number = UInt64(millionths.magnitude)
        append(number: number / 1_000_000)
        var fraction = number % 1_000_000
        if fraction == 0 { return }
        append(UInt8(ascii: "."))
        var digit: UInt64 = 100_000
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
