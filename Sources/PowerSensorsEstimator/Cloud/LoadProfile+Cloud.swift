import PowerSensorsMachine

extension LoadProfile {
    /// The profile where none is given: ``performance`` for a machine in a cloud, else ``powersave``.
    package static func usual(isInCloud: Bool) -> LoadProfile { isInCloud ? .performance : .powersave }

    /// By how much a cloud's host exceeds, at full load, what the model says of a machine of its size.
    ///
    /// The model knows servers that ran one benchmark under firmware that saves power, with little memory and few cards.
    /// On six kinds of Amazon's machines with Skylake and Cascade Lake, Teads measured the power of packages and memory at
    /// full load as 1.5 to 2.0 times (mean 1.8) the whole machine by the model; with Teads' own guess for the rest of the
    /// machine, it is 1.7 to 2.3 times (mean 2.0). The factor of 1.9 for these generations lies between both; of others,
    /// nothing is known, and 1.5 is a judgement: a band of ±35 % around it reaches from no excess to twice the model.
    func excess(of server: ModelledServer) -> Double {
        guard self == .performance, server.isInCloud else { return 1 }
        return switch server.generation {
        case .skylake, .cascadeLake, .cooperLake: 1.9
        default: 1.5
        }
    }
}
