/// How a value was obtained. Every exporter shows it.
public struct Provenance: Hashable, Sendable, CustomStringConvertible {
    /// The word in output, such as `measured`.
    public let name: String

    /// Measured by a sensor of this machine.
    public static let measured = Provenance(name: "measured")

    /// Measured or estimated by the host, and shared with this virtual machine.
    public static let shared = Provenance(name: "shared")

    /// Computed by a model; a ``RelativeBand`` gives its uncertainty.
    public static let estimated = Provenance(name: "estimated")

    /// A rated or negotiated value, such as the current that a USB-C charger has agreed to supply. It is neither measured
    /// nor modelled, and is never added to anything: a channel of power has a value, but no energy.
    public static let nominal = Provenance(name: "nominal")

    /// A consumer's share of a value of one of the other kinds.
    public static let attributed = Provenance(name: "attributed")

    /// The same as ``name``.
    public var description: String { name }
}

/// Which part of the machine a host figure covers. Figures of different scopes overlap, so they are never added.
public struct Scope: Hashable, Sendable, CustomStringConvertible {
    /// The word in output, such as `cpu`.
    public let name: String

    /// The processor packages and their memory, as RAPL measures them.
    public static let cpu = Scope(name: "cpu")

    /// The whole board, measured by RAPL's psys domain or a meter at the board's input.
    public static let platform = Scope(name: "platform")

    /// The power that the batteries supply while they discharge.
    public static let battery = Scope(name: "battery")

    /// AC power at the plug, from an external meter or from the estimator.
    public static let wall = Scope(name: "wall")

    /// Every scope, in the order in which the headline figure is chosen.
    public static let all: [Scope] = [.cpu, .platform, .battery, .wall]

    /// The same as ``name``.
    public var description: String { name }
}

/// The uncertainty of an estimated value: the true value lies between the estimate times `low` and the estimate times
/// `high` with a probability of 68 %.
public struct RelativeBand: Hashable, Sendable {
    /// The factor to the band's lower end, at most 1.
    public let low: Double

    /// The factor to the band's upper end, at least 1.
    public let high: Double

    /// Creates a band from two factors; `low` is clamped to 0…1, `high` to at least 1.
    public init(low: Double, high: Double) {
        self.low = min(max(low, 0), 1)
        self.high = max(high, 1)
    }
}
