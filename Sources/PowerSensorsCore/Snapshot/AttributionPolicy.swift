/// How energy is attributed for the time in which the processors are idle.
public struct AttributionPolicy: Hashable, Sendable, CustomStringConvertible {
    /// `active` or `proportional`.
    public let name: String

    /// Idle energy is not attributed. Only the part of the energy is divided that the processors' busy time is of all
    /// their time, so a consumer's figure does not depend on how idle the others are.
    public static let active = AttributionPolicy(name: "active")

    /// All energy is divided among the consumers that ran, in proportion to their processor time, as carbon accounting
    /// requires.
    public static let proportional = AttributionPolicy(name: "proportional")

    /// Every policy.
    public static let all: [AttributionPolicy] = [.active, .proportional]

    /// The same as ``name``.
    public var description: String { name }
}
