#if Exporters
import ArgumentParser
import PowerSensors

/// Parses the values that an option allows.
struct ValueParser<Value: Sendable>: Sendable {
    /// The name of a value in the help, such as `time`.
    let valueName: String

    /// The message for a text that is not allowed, such as `must be a or b.`
    let failure: String

    /// Whether `-1` is a value, which is then refused with ``failure``, rather than an option that does not exist.
    var takesDashes = false

    /// The values, where there are few; empty otherwise.
    var choices: [String] = []

    /// What a shell offers for a value.
    var completion: CompletionKind {
        switch valueName {
        case "file", "path", "time-or-file": .file()
        case "dir": .directory
        default: choices.isEmpty ? .default : .list(choices)
        }
    }

    /// The value of a text; nil for one that is not allowed.
    let parse: @Sendable (String) -> Value?

    /// The value of an option.
    func value(of option: OptionValue) throws(CommandFailure) -> Value {
        guard let value = parse(option.value) else { throw option.refused(failure) }
        return value
    }

    /// The same values, for an option that may be left out.
    var optional: ValueParser<Value?> {
        ValueParser<Value?>(valueName: valueName, failure: failure, takesDashes: takesDashes, choices: choices) {
            [parse] text in parse(text).map { .some($0) }
        }
    }

    /// One of a few values, by its name.
    static func choice(
        _ valueName: String, of values: [Value], name: @escaping @Sendable (Value) -> String
    ) -> ValueParser {
        let names = values.map(name)
        return ValueParser(valueName: valueName, failure: "must be \(list(names, "or")).", choices: names) { text in
            values.first { name($0) == text }
        }
    }
}

extension ValueParser<String> {
    /// Any text.
    ///
    /// - Parameter failure: The message for an empty text; nil to allow it.
    static func text(_ valueName: String, ifEmpty failure: String? = nil) -> ValueParser {
        ValueParser(valueName: valueName, failure: failure ?? "") { $0.isEmpty && failure != nil ? nil : $0 }
    }
}

extension ValueParser where Value: LosslessStringConvertible & Comparable {
    /// A number in a range; the description follows `must be`.
    static func number(_ valueName: String, _ range: ClosedRange<Value>, _ description: String) -> ValueParser {
        ValueParser(valueName: valueName, failure: "must be \(description).", takesDashes: true) { text in
            Value(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueParser<Int> {
    static func count(_ valueName: String) -> ValueParser {
        .number(valueName, 1...10_000_000, "a whole number from 1 to 10000000")
    }
}

extension ValueParser<Double> {
    static func positive(_ valueName: String) -> ValueParser {
        .number(valueName, 0.nextUp...1e9, "a number above 0, and at most 1000000000")
    }
}

extension ValueParser<Watts> {
    static var watts: ValueParser {
        let failure = "must be a number of watts from 0.001 to 1000000000, such as 2000."
        return ValueParser(valueName: "watts", failure: failure, takesDashes: true) { text in
            Double(text).flatMap { (0.001...1e9).contains($0) ? Watts($0) : nil }
        }
    }
}

extension ValueParser<Duration> {
    /// A duration; the limits and the example are written as a user would write them.
    static func duration(from shortest: String, to longest: String, example: String) -> ValueParser {
        let range = (DurationText.duration(shortest) ?? .zero)...(DurationText.duration(longest) ?? .zero)
        let failure = "must be from \(shortest) to \(longest): a number and ms, s, m, h or d, such as \(example)."
        return ValueParser(valueName: "time", failure: failure, takesDashes: true) { text in
            DurationText.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

/// A channel that measures a whole, by its `id`, and the scope whose figure it makes up.
struct Whole: Sendable {
    let channel: String
    let scope: Scope

    /// Parses `CHANNEL=SCOPE`; nil for anything else.
    init?(_ text: String) {
        guard let sign = text.lastIndex(of: "="), sign > text.startIndex,
            let scope = Scope.all.first(where: { $0.name == text[text.index(after: sign)...] })
        else { return nil }
        (channel, self.scope) = (String(text[..<sign]), scope)
    }
}

extension ValueParser<Whole> {
    static var whole: ValueParser {
        let scopes = list(Scope.all.map(\.name), "or")
        return ValueParser(
            valueName: "channel=scope",
            failure: "must be a channel's id, as in list --json, an equals sign, and \(scopes).",
            parse: { Whole($0) })
    }
}

/// Joins names with commas and a word before the last one: `a, b or c`.
func list(_ names: [String], _ word: String) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " \(word) " + names[names.count - 1]
}
#endif
