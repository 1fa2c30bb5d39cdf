/// How much greenhouse gas is emitted for the electricity of a region: a yearly mean, not what the grid does just now.
public struct CarbonIntensity: Hashable, Sendable {
    /// The region's code, such as `DEU`, `US-CA` or `aws:eu-north-1`; `custom` for a number set by hand.
    public let region: String

    /// The region's name.
    public let name: String

    /// Grams of CO₂ equivalent a kilowatt-hour; from 0 to 10 000.
    public let gramsPerKilowattHour: Double

    /// The year that the number is of, such as `2023` or `≤2021`; empty where nobody said.
    public let year: String

    /// Who published the number, with the licence; empty where nobody said.
    public let source: String

    /// What a number of grams may be: far more than the dirtiest grid emits, and no lost unit's.
    package static let plausible = 0.0...10_000

    /// A region's intensity.
    package init(region: String, name: String, gramsPerKilowattHour: Double, year: String, source: String) {
        self.region = region
        self.name = name
        self.gramsPerKilowattHour = gramsPerKilowattHour
        self.year = year
        self.source = source
    }

    /// The same under another code.
    func named(_ region: String) -> CarbonIntensity {
        CarbonIntensity(
            region: region, name: name, gramsPerKilowattHour: gramsPerKilowattHour, year: year, source: source)
    }

    /// An intensity set by hand, as by a contract for electricity; nil outside 0 to 10 000 g/kWh.
    ///
    /// - Parameter gramsPerKilowattHour: Grams of CO₂ equivalent a kilowatt-hour.
    public init?(gramsPerKilowattHour: Double) {
        guard Self.plausible.contains(gramsPerKilowattHour) else { return nil }
        self.init(
            region: "custom", name: "set by hand", gramsPerKilowattHour: gramsPerKilowattHour, year: "", source: "")
    }

    /// What was emitted for some energy.
    public func grams(of energy: Joules) -> Grams {
        Grams(energy.rawValue / Self.joulesPerKilowattHour * gramsPerKilowattHour)
    }

    private static let joulesPerKilowattHour = 3.6e6
}

extension Snapshot {
    /// What was emitted for one of the host's figures since the sampler's first reading; nil while its energy is not known, and
    /// where the topology has no ``Topology/carbonIntensity``.
    ///
    /// As figures of different scopes are never added, neither are their emissions.
    public func carbon(of host: HostSnapshot) -> Grams? {
        guard let intensity = topology.carbonIntensity, let energy = host.energy else { return nil }
        return intensity.grams(of: energy)
    }

    /// What was emitted over the interval, by the mean power of one of the host's figures; nil where that is not known.
    public func intervalCarbon(of host: HostSnapshot) -> Grams? {
        guard let intensity = topology.carbonIntensity, let power = host.power, let interval else { return nil }
        return intensity.grams(of: Joules(power.rawValue * interval.seconds))
    }
}
