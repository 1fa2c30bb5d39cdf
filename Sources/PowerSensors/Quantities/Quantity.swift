/// What a channel measures.
///
/// A struct with static members, so that the set may grow without breaking a `switch`.
public struct Quantity: Hashable, Sendable, CustomStringConvertible {
    /// The quantity's name in every output, such as `energy`.
    public let name: String

    /// The unit's name in every output, such as `joules`.
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

    /// Energy that a battery holds, in joules; unlike ``energy`` it is no sum of what was used.
    public static let storedEnergy = Quantity(name: "stored_energy", unit: "joules")

    /// Electric charge that a battery holds, in coulombs: an ampere-hour is 3600 of them.
    public static let charge = Quantity(name: "charge", unit: "coulombs")

    /// Whether a supply is connected: 1 where it is, 0 where it is not.
    public static let online = Quantity(name: "online", unit: "flag")

    /// Whether a battery is giving energy: 1 where it is, 0 where it is not.
    public static let discharging = Quantity(name: "discharging", unit: "flag")

    /// The quantity's name.
    public var description: String { name }
}
