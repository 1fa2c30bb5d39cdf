import PowerSensorsMachine

/// Parses the files in which sysfs describes how an event of a PMU is opened.
package enum EventTerms {
    /// Parses an event's terms, such as `event=0x02` or `event=1,umask=0x10,edge`.
    ///
    /// - Parameters:
    ///   - text: The terms.
    ///   - type: The PMU's type.
    ///   - format: Returns the bits that hold the value of a term, given its name; nil for a term that has no file in
    ///     the PMU's `format` folder. Such a term must be `config`, `config1` or `config2`.
    /// - Returns: The event's code; nil if the text is malformed, or a value does not fit into its bits.
    package static func code(of text: String, type: UInt32, format: (String) -> EventTermFormat?) -> EventCode? {
        var code = EventCode(type: type)
        for term in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            // The name becomes part of a path, so it must not contain a slash.
            let isFileName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
            guard !name.isEmpty, isFileName else { return nil }
            guard let value = parts.count > 1 ? number(parts[1]) : 1 else { return nil }
            guard (format(name) ?? EventTermFormat("\(name):0-63"))?.put(value, into: &code) == true else { return nil }
        }
        return code
    }

    /// Parses a scale, the joules of one count, of the form 2⁻ⁿ, and returns n, from 0 to 63; nil for any other text,
    /// with which counting would not be exact.
    package static func exponent(ofScale text: String) -> Int? {
        // The kernel writes 2⁻³² with 23 digits, which a Double holds exactly.
        guard text.utf8.count <= 64, let scale = Double(text), scale.isNormal, scale.significand == 1 else {
            return nil
        }
        let exponent = -Int(scale.exponent)
        return scale > 0 && (0...63).contains(exponent) ? exponent : nil
    }

    /// A number as in C: `0x` for hexadecimal, a leading 0 for octal.
    private static func number(_ text: Substring) -> UInt64? {
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        let digits = isHexadecimal ? text.dropFirst(2) : text
        if digits.hasPrefix("+") || digits.hasPrefix("-") { return nil }
        return UInt64(digits, radix: isHexadecimal ? 16 : digits.hasPrefix("0") ? 8 : 10)
    }
}

/// Which bits of an ``EventCode`` hold a term's value, such as `config:0-7` or, in parts, `config1:0-3,32-35`.
package struct EventTermFormat: Hashable, Sendable {
    private let field: Substring
    private let bits: [ClosedRange<Int>]

    /// Parses a file of a PMU's `format` folder; nil if the text is malformed or the field is unknown.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, ["config", "config1", "config2"].contains(parts[0]),
            let bits = ProcessorList.ranges(parts[1], below: 64)
        else { return nil }
        (field, self.bits) = (parts[0], bits)
    }

    /// Puts a value into its bits, beginning with the lowest; false if it does not fit.
    package func put(_ value: UInt64, into code: inout EventCode) -> Bool {
        var rest = value
        var placed: UInt64 = 0
        for range in bits {
            let mask: UInt64 = range.count == 64 ? .max : (1 << UInt64(range.count)) - 1
            placed |= (rest & mask) << UInt64(range.lowerBound)
            rest = range.count == 64 ? 0 : rest >> UInt64(range.count)
        }
        guard rest == 0 else { return false }
        switch field {
        case "config1": code.config1 |= placed
        case "config2": code.config2 |= placed
        default: code.config |= placed
        }
        return true
    }
}

extension String {
    /// The text in quotes, shortened, and safe to print on one line.
    var quoted: String {
        let plain = String(prefix(40).map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" })
        return "'\(plain)\(count > 40 ? "…" : "")'"
    }
}
