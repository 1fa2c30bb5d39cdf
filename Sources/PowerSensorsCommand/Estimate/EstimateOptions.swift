#if Exporters
import PowerSensors

/// Reads the options of `estimate`; a flag wins over its variable.
struct EstimateOptions {
    private let environment: Environment

    /// Options with these variables.
    init(_ environment: Environment) { self.environment = environment }

    /// An option as it was typed.
    func option(_ name: String, _ flag: String?) -> OptionValue? {
        flag.map { OptionValue(name: "--\(name)", value: $0) } ?? environment.option(name)
    }

    /// A whole number from 1.
    func count(_ name: String, _ flag: String?) throws(CommandFailure) -> Int? {
        guard let option = option(name, flag) else { return nil }
        guard let count = Int(option.value), (1...10_000_000).contains(count) else {
            throw option.refused("allowed is a whole number from 1.")
        }
        return count
    }

    /// A number above 0.
    func number(_ name: String, _ flag: String?) throws(CommandFailure) -> Double? {
        guard let option = option(name, flag) else { return nil }
        guard let number = Double(option.value), number > 0, number <= 1e9 else {
            throw option.refused("allowed is a number above 0.")
        }
        return number
    }

    /// A load.
    func load(_ flag: String?) throws(CommandFailure) -> Double? {
        guard let option = option("load", flag) else { return nil }
        guard let load = Double(option.value), (0...1).contains(load) else {
            throw option.refused("allowed is 0 for idle to 1 for full load, such as 0.5.")
        }
        return load
    }

    /// How load and power belong together.
    func profile(_ flag: String?) throws(CommandFailure) -> LoadProfile {
        guard let option = option("load-profile", flag) else { return .powersaveHost }
        guard let profile = LoadProfile(named: option.value) else {
            throw option.refused("known are \(LoadProfile.all.map(\.name).joined(separator: " and ")).")
        }
        return profile
    }
}
#endif
