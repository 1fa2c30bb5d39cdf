/// Where a value comes from. Every exporter shows it.
public struct Provenance: Hashable, Sendable, CustomStringConvertible {
    /// The word for it in every output.
    public let name: String

    /// A sensor of this machine measured it.
    public static let measured = Provenance(name: "measured")

    /// The host told this guest.
    public static let shared = Provenance(name: "shared")

    /// A model computed it; its band says how far off it may be.
    public static let estimated = Provenance(name: "estimated")

    /// A share of a value of one of the other kinds.
    public static let attributed = Provenance(name: "attributed")

    /// The word for it in every output.
    public var description: String { name }
}

/// What a host figure covers. Figures of two scopes stand side by side and are never added.
public struct Scope: Hashable, Sendable, CustomStringConvertible {
    /// The word for it in every output.
    public let name: String

    /// Processor packages and their memory, as RAPL counts them.
    public static let cpu = Scope(name: "cpu")

    /// The whole board: psys or an input meter.
    public static let platform = Scope(name: "platform")

    /// What the batteries give while they discharge.
    public static let battery = Scope(name: "battery")

    /// AC power at the plug: an external meter, or the estimator, which models it.
    public static let wall = Scope(name: "wall")

    /// Every scope, the most trusted first: the order in which the headline is chosen.
    public static let byPreference: [Scope] = [.cpu, .platform, .battery, .wall]

    /// The word for it in every output.
    public var description: String { name }
}

/// How far the truth may lie from a modelled value: the value times `low` to the value times `high`.
///
/// It is a 68 % band: the truth lies inside two times out of three.
public struct RelativeBand: Hashable, Sendable {
    /// The factor to the band's lower end, at most 1.
    public let low: Double

    /// The factor to the band's upper end, at least 1.
    public let high: Double

    /// A band from two factors; `low` is limited to 0…1, `high` to 1 and more.
    public init(low: Double, high: Double) {
        self.low = min(max(low, 0), 1)
        self.high = max(high, 1)
    }
}
