/// The physical quantity that a channel measures.
///
/// It is a struct with static members rather than an enum, so that later versions can add quantities.
public struct Quantity: Hashable, Sendable, CustomStringConvertible {
    /// The quantity's name in output, such as `energy`.
    public let name: String

    /// The unit's name in output, such as `joules`.
    public let unit: String

    /// Energy, in joules.
    public static let energy = Quantity(name: "energy", unit: "joules")

    /// Power, in watts.
    public static let power = Quantity(name: "power", unit: "watts")

    /// Electric potential, in volts.
    public static let voltage = Quantity(name: "voltage", unit: "volts")

    /// Electric current, in amperes.
    public static let current = Quantity(name: "current", unit: "amperes")

    /// Temperature, in degrees Celsius.
    public static let temperature = Quantity(name: "temperature", unit: "celsius")

    /// A share of a whole, from 0 to 1.
    public static let ratio = Quantity(name: "ratio", unit: "ratio")

    /// Energy stored in a battery, in joules; unlike ``energy`` it is not a total of consumption.
    public static let storedEnergy = Quantity(name: "stored_energy", unit: "joules")

    /// Electric charge stored in a battery, in coulombs; one ampere-hour is 3600 C.
    public static let charge = Quantity(name: "charge", unit: "coulombs")

    /// Whether a supply is connected: 1 or 0.
    public static let online = Quantity(name: "online", unit: "flag")

    /// Whether a battery is discharging: 1 or 0.
    public static let discharging = Quantity(name: "discharging", unit: "flag")

    /// The same as ``name``.
    public var description: String { name }
}
