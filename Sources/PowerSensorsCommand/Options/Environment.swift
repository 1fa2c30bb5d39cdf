#if Exporters
import Glibc

/// The environment variables that can be set instead of options, such as `POWERSENSORS_MAX_POWER` for `--max-power`.
struct Environment {
    /// The variables of a configuration file; those of this process take precedence.
    var file: [String: OptionValue] = [:]

    /// The variable of an option; nil if it is missing or empty.
    func variable(of option: String) -> OptionValue? {
        let name = Self.variableName(of: option)
        let own = environmentVariable(name).map { OptionValue(name: name, value: $0, isVariable: true) }
        guard let variable = own ?? file[name], !variable.value.isEmpty else { return nil }
        return variable
    }

    /// Whether a flag is given, or else its variable is true.
    func isOn<Flag: Switch>(_ flag: Flag?) throws(CommandFailure) -> Bool {
        try flag != nil ? true : variable(of: Flag.name)?.boolean() ?? false
    }

    /// The variables of this process that look like settings.
    ///
    /// Those that Kubernetes sets in every container beside a service called `powersensors` are not meant for this command.
    static var setVariables: Set<String> {
        var names: Set<String> = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let name = unsafe String(cString: entry).prefix { $0 != "=" }
            let isService = ["SERVICE_", "PORT"].contains { name.hasPrefix(prefix + $0) }
            if name.hasPrefix(prefix), !isService { names.insert(String(name)) }
            unsafe next += 1
        }
        return names
    }

    /// What the names of all variables begin with.
    static let prefix = "POWERSENSORS_"

    /// The name of an option's variable.
    static func variableName(of option: String) -> String {
        prefix + option.uppercased().split(separator: "-").joined(separator: "_")
    }
}

/// A variable of this process.
func environmentVariable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
#endif
