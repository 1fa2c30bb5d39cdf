#if Exporters
#if canImport(Glibc)
import Glibc
#endif

/// The environment variables that stand for options, such as `POWERSENSORS_MAX_POWER` for `--max-power`.
struct Environment {
    /// The variables of a configuration file; those of this process win.
    var file: [String: String] = [:]

    /// The variable of an option; nil where it is missing or empty.
    func variable(of option: String) -> OptionValue? {
        let name = Self.variableName(of: option)
        guard let value = environmentVariable(name) ?? file[name], !value.isEmpty else { return nil }
        return OptionValue(name: name, value: value, isVariable: true)
    }

    /// Whether a flag is there, or else its variable says so.
    func isOn<Flag: Switch>(_ flag: Flag?) throws(CommandFailure) -> Bool {
        try flag != nil ? true : variable(of: Flag.name)?.isTrue() ?? false
    }

    static func variableName(of option: String) -> String {
        "POWERSENSORS_" + option.uppercased().split(separator: "-").joined(separator: "_")
    }
}

/// A variable of this process.
func environmentVariable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

/// An option's value as it was typed, and where.
struct OptionValue: Hashable {
    /// The flag or the variable.
    let name: String

    let value: String

    var isVariable = false

    /// The values of a list, which commas separate.
    var items: [OptionValue] {
        value.split(separator: ",").map {
            OptionValue(name: name, value: String($0.drop { $0 == " " }), isVariable: isVariable)
        }
    }

    /// A failure that names the option, its value, and what is allowed.
    func refused(_ allowed: String) -> CommandFailure {
        .usage("\(isVariable ? "\(name)=\(value)" : "\(name) \(value)"): \(allowed)")
    }

    /// The value as yes or no.
    func isTrue() throws(CommandFailure) -> Bool {
        switch value.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw refused("allowed are true and false.")
        }
    }

    /// Whether `POWERSENSORS_JSON` is what it is to `export`, a path with a slash or standard output, and not the yes or no
    /// that it is to the other subcommands. Each ignores what is meant for the other.
    var isPath: Bool { value == "-" || value.contains("/") }
}
#endif
