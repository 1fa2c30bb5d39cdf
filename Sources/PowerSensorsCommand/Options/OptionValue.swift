import PowerSensorsExporters

/// An option's value as it was typed, and whether it comes from the flag, the variable, or a line of a file.
struct OptionValue: Hashable {
    /// The flag or the variable.
    let name: String

    let value: String

    var isVariable = false

    /// The file and line that set it, such as `/etc/powersensors.conf:7`; nil for a flag or a variable of this process.
    var place: String?

    /// What a message begins with: the flag or the variable, behind the line that set it.
    var origin: String { place.map { "\($0): \(name)" } ?? name }

    /// The values of a list, which commas separate.
    var items: [OptionValue] {
        value.split(separator: ",").map {
            OptionValue(name: name, value: String($0.drop { $0 == " " }), isVariable: isVariable, place: place)
        }
    }

    /// A failure that names the option, its value, and why it is refused.
    func refused(_ reason: String) -> CommandFailure {
        .usage("\(origin)\(isVariable ? "=" : " ")\(value.hidingURLSecrets(isTyped: true)): \(reason)")
    }

    /// The value as a boolean.
    func boolean() throws(CommandFailure) -> Bool {
        switch value.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw refused("must be true or false.")
        }
    }

    /// Whether this value of `POWERSENSORS_JSON` is meant for `export`: `-`, or a path with a slash.
    ///
    /// For the other subcommands the variable is a boolean. Each subcommand ignores a value that is meant for the others.
    var isPath: Bool { value == "-" || value.contains("/") }
}
