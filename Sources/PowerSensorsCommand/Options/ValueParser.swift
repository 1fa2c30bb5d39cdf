#if Exporters
import PowerSensors

/// The values that an option allows.
struct ValueParser<Value: Sendable>: Sendable {
    /// What the help calls a value.
    let valueName: String

    /// What the user is told about any other text.
    let allowed: String

    /// Whether `-1` is a value, to be refused with what is allowed, and not an option that does not exist.
    var takesDashes = false

    /// The value of a text; nil for one that is not allowed.
    let parse: @Sendable (String) -> Value?

    /// The value of an option.
    func value(of option: OptionValue) throws(CommandFailure) -> Value {
        guard let value = parse(option.value) else { throw option.refused(allowed) }
        return value
    }

    /// The same values, for an option that may be left out.
    var optional: ValueParser<Value?> {
        ValueParser<Value?>(valueName: valueName, allowed: allowed, takesDashes: takesDashes) { [parse] text in
            parse(text).map { .some($0) }
        }
    }

    /// One of a few values, by its name.
    static func choice(
        _ valueName: String, of values: [Value], name: @escaping @Sendable (Value) -> String
    ) -> ValueParser {
        let names = values.map(name)
        let allowed = "\(names.count > 1 ? "allowed are" : "allowed is") \(list(names, "and"))."
        return ValueParser(valueName: valueName, allowed: allowed) { text in values.first { name($0) == text } }
    }
}

extension ValueParser<String> {
    /// Any text; an empty one only where there is no complaint about it.
    static func text(_ valueName: String, ifEmpty complaint: String? = nil) -> ValueParser {
        ValueParser(valueName: valueName, allowed: complaint ?? "") { $0.isEmpty && complaint != nil ? nil : $0 }
    }
}

extension ValueParser where Value: LosslessStringConvertible & Comparable {
    /// A number of a range.
    static func number(_ valueName: String, _ range: ClosedRange<Value>, _ allowed: String) -> ValueParser {
        ValueParser(valueName: valueName, allowed: "allowed is \(allowed).", takesDashes: true) { text in
            Value(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueParser<Int> {
    static func count(_ valueName: String) -> ValueParser {
        .number(valueName, 1...10_000_000, "a whole number from 1")
    }
}

extension ValueParser<Double> {
    static func positive(_ valueName: String) -> ValueParser {
        .number(valueName, 0.nextUp...1e9, "a number above 0")
    }
}

extension ValueParser<Watts> {
    static var watts: ValueParser {
        let allowed = "allowed is a number of watts from 0.001 to 1000000000, such as 2000."
        return ValueParser(valueName: "watts", allowed: allowed, takesDashes: true) { text in
            Double(text).flatMap { (0.001...1e9).contains($0) ? Watts($0) : nil }
        }
    }
}

extension ValueParser<Duration> {
    /// A duration; the limits are written as a user would.
    static func duration(from shortest: String, to longest: String, such example: String) -> ValueParser {
        let range = (DurationText.duration(shortest) ?? .zero)...(DurationText.duration(longest) ?? .zero)
        let allowed = "allowed is \(shortest) to \(longest): an integer and ms, s, m, h or d, such as \(example)."
        return ValueParser(valueName: "time", allowed: allowed, takesDashes: true) { text in
            DurationText.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

/// Names in a row: `a, b and c`.
func list(_ names: [String], _ last: String) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " \(last) " + names[names.count - 1]
}
#endif
