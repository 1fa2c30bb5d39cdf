#if Exporters
import ArgumentParser

/// An option that an environment variable or a configuration file may set too; the flag wins.
///
/// One declaration is enough: `@Option("max-power", "The highest …", .watts) var maxPower: Setting<Watts?>` makes the flag
/// `--max-power` and the variable `POWERSENSORS_MAX_POWER`, with their help and the values they allow.
struct Setting<Value: Sendable>: Sendable {
    /// The option's name, such as `max-power`.
    let name: String
    /// The flag of one letter, such as `-i`; nil for none.
    fileprivate let short: Character?
    fileprivate let parser: ValueParser<Value>
    /// The default.
    fileprivate let fallback: Value?
    /// The flag's value as typed; nil if it is not given.
    fileprivate var text: String?

    /// The flags, long and short.
    fileprivate var names: NameSpecification {
        NameSpecification([.customLong(name)] + (short.map { [.customShort($0)] } ?? []))
    }

    /// The flag as typed; nil if it is not given.
    var flag: OptionValue? { text.map { OptionValue(name: "--\(name)", value: $0) } }

    /// The flag as typed, or else the variable; nil if neither is given.
    func given(in environment: Environment) -> OptionValue? { flag ?? environment.variable(of: name) }

    /// The value of the flag, or else of the variable, or else the default.
    func value(in environment: Environment) throws(CommandFailure) -> Value {
        if let given = given(in: environment) { return try parser.value(of: given) }
        guard let fallback else { throw .usage("--\(name) is missing.") }
        return fallback
    }

    fileprivate func with(_ text: String) -> Setting {
        var setting = self
        setting.text = text
        return setting
    }
}

/// A flag that a variable may set too: an enum with one case, which is named like the flag.
protocol Switch: EnumerableFlag, RawRepresentable<String> {}

extension Switch {
    static var name: String { allCases.first?.rawValue ?? "" }
}

extension Array {
    /// The first flag as typed, or else the variable; nil if neither is given.
    func given<Value>(in environment: Environment) -> OptionValue? where Element == Setting<Value> {
        first?.given(in: environment)
    }

    /// The values of a flag that may be repeated, or else those that the variable lists.
    func values<Value>(in environment: Environment) throws(CommandFailure) -> [Value] where Element == Setting<Value> {
        var values: [Value] = []
        for setting in self {
            for given in setting.flag.map({ [$0] }) ?? environment.variable(of: setting.name)?.items ?? [] {
                values.append(try setting.parser.value(of: given))
            }
        }
        return values
    }
}

extension Option {
    /// An option that may be left out.
    init<Wrapped>(
        _ name: String, short: Character? = nil, _ help: String, _ parser: ValueParser<Wrapped>
    ) where Value == Setting<Wrapped?> {
        self.init(Setting(name: name, short: short, parser: parser.optional, fallback: .some(nil)), help)
    }

    /// An option with a default, which is written as a user would write it.
    ///
    /// - Parameter exception: Where the default is another one.
    init<Parsed>(
        _ name: String, short: Character? = nil, _ help: String, _ parser: ValueParser<Parsed>, default text: String,
        exception: String? = nil
    ) where Value == Setting<Parsed> {
        self.init(
            Setting(name: name, short: short, parser: parser, fallback: parser.parse(text)),
            "\(help) (default: \(text)\(exception.map { ", \($0)" } ?? ""))")
    }

    /// An option that may be repeated; its variable separates the values with commas.
    init<Element>(
        _ name: String, short: Character? = nil, _ help: String, _ parser: ValueParser<Element>
    ) where Value == [Setting<Element>] {
        let setting = Setting(name: name, short: short, parser: parser, fallback: nil)
        // The element without a text stands for the variable. ArgumentParser replaces it by the first flag.
        self.init(
            wrappedValue: [setting], name: setting.names,
            help: ArgumentHelp("\(help) Repeatable.", valueName: parser.valueName), completion: parser.completion,
            transform: setting.with)
    }

    private init<Parsed>(_ setting: Setting<Parsed>, _ help: String) where Value == Setting<Parsed> {
        self.init(
            wrappedValue: setting, name: setting.names,
            parsing: setting.parser.takesDashes ? .unconditional : .next,
            help: ArgumentHelp(help, valueName: setting.parser.valueName), completion: setting.parser.completion,
            transform: setting.with)
    }
}

// MARK: Names

extension ParsableCommand {
    /// The names of all options that a variable may set, of a command that has been parsed.
    var optionNames: Set<String> { Set(names(in: self)) }
}

private func names(in value: Any) -> [String] {
    if let option = value as? any NamedOption { return [option.name] }
    return Mirror(reflecting: value).children.flatMap { names(in: $0.value) }
}

private protocol NamedOption {
    var name: String { get }
}

extension Setting: NamedOption {}

// The property of a switch is an optional of it.
extension Optional: NamedOption where Wrapped: Switch {
    fileprivate var name: String { Wrapped.name }
}
#endif
