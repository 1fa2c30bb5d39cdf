#if Exporters
import Configuration

/// The environment variables that stand for options: `POWERSENSORS_INTERVAL` for `--interval`.
struct Environment {
    private let reader: ConfigReader

    /// The environment of this process.
    static var process: Environment { Environment(EnvironmentVariablesProvider()) }

    /// An environment of one's own, for tests.
    init(_ variables: [String: String]) {
        self.init(EnvironmentVariablesProvider(environmentVariables: variables))
    }

    /// The variables of a file, which those of this process are preferred to.
    init(file variables: [String: String]) {
        reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(), EnvironmentVariablesProvider(environmentVariables: variables),
        ]).scoped(to: "powersensors")
    }

    private init(_ provider: EnvironmentVariablesProvider) {
        reader = ConfigReader(provider: provider).scoped(to: "powersensors")
    }

    /// The variable of an option, such as `max-power`; nil where it is missing or empty.
    func option(_ name: String) -> OptionValue? {
        guard let value = reader.string(forKey: ConfigKey([name])), !value.isEmpty else { return nil }
        let variable = name.uppercased().split(separator: "-").joined(separator: "_")
        return OptionValue(name: "POWERSENSORS_\(variable)", value: value, isVariable: true)
    }
}

/// An option's value, as it was typed, with where it was typed.
struct OptionValue: Hashable {
    /// The flag or the variable, as it is called in messages.
    let name: String

    /// The text.
    let value: String

    /// Whether it came out of the environment.
    var isVariable = false

    /// A failure that names the option, what it was, and what it may be.
    func refused(_ allowed: String) -> CommandFailure {
        .usage("\(isVariable ? "\(name)=\(value)" : "\(name) \(value)"): \(allowed)")
    }

    /// Whether it is what `POWERSENSORS_JSON` is to `export`, a path with a slash or standard output, and not the yes or no
    /// that it is to the other subcommands. Each passes over what is meant for the other.
    var isPath: Bool { value == "-" || value.contains("/") }

    /// The value as yes or no, of a variable.
    func truth() throws(CommandFailure) -> Bool {
        switch value.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw refused("allowed are true and false.")
        }
    }
}
#endif
