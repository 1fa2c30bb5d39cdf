/// The greenhouse gas emissions of a region's electricity per kilowatt-hour: a yearly mean, not the current state of
/// the grid.
public struct CarbonIntensity: Hashable, Sendable {
    /// The region's code, such as `DEU`, `US-CA` or `aws:eu-north-1`; `custom` for a custom number.
    public let region: String

    /// The region's English name, such as `Germany`.
    public let name: String

    /// Grams of CO₂ equivalent per kilowatt-hour, from 0 to 10 000.
    public let gramsPerKilowattHour: Double

    /// The year of the number, such as `2023` or `≤2021`; empty if unknown.
    public let year: String

    /// The publisher of the number, and its licence; empty if unknown.
    public let source: String

    /// The accepted range in g/kWh: well above the dirtiest grid, but low enough to catch a wrong unit.
    package static let plausible = 0.0...10_000

    /// The intensity of a region, from a table; nil outside 0 to 10 000 g/kWh.
    ///
    /// - Parameters:
    ///   - region: The region's code, such as `DE`, `US-CA` or `aws:eu-north-1`.
    ///   - name: The region's name.
    ///   - gramsPerKilowattHour: Grams of CO₂ equivalent per kilowatt-hour.
    ///   - year: The year of the number; empty if unknown.
    ///   - source: The publisher of the number, and its licence; empty if unknown.
    public init?(region: String, name: String, gramsPerKilowattHour: Double, year: String, source: String) {
        guard Self.plausible.contains(gramsPerKilowattHour) else { return nil }
        self.region = region
        self.name = name
        self.gramsPerKilowattHour = gramsPerKilowattHour
        self.year = year
        self.source = source
    }

    /// A custom intensity, such as that of an electricity contract; nil outside 0 to 10 000 g/kWh.
    ///
    /// - Parameter gramsPerKilowattHour: Grams of CO₂ equivalent per kilowatt-hour.
    public init?(gramsPerKilowattHour: Double) {
        self.init(
            region: "custom", name: "set by hand", gramsPerKilowattHour: gramsPerKilowattHour, year: "", source: "")
    }

    /// The emissions for an amount of energy.
    public func grams(of energy: Joules) -> Grams {
        Grams(energy.rawValue / Self.joulesPerKilowattHour * gramsPerKilowattHour)
    }

    private static let joulesPerKilowattHour = 3.6e6
}

extension Snapshot {
    /// The emissions of a host figure since the sampler's first reading; nil while its energy is unknown, and if
    /// ``carbonIntensity`` is nil.
    ///
    /// The emissions of different scopes must not be added, as the figures overlap.
    public func carbon(of host: HostSnapshot) -> Grams? {
        guard let intensity = carbonIntensity, let energy = host.energy else { return nil }
        return intensity.grams(of: energy)
    }

    /// The emissions over the interval from the mean power of a host figure; nil while that is unknown, and if
    /// ``carbonIntensity`` is nil.
    public func intervalCarbon(of host: HostSnapshot) -> Grams? {
        guard let intensity = carbonIntensity, let power = host.power, let interval else { return nil }
        return intensity.grams(of: Joules(power.rawValue * interval.seconds))
    }
}
