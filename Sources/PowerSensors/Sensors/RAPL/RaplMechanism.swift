/// A door to the RAPL registers. A struct with static members, so that the set may grow.
public struct RaplMechanism: Hashable, Sendable, CustomStringConvertible {
    /// The word for it in every output.
    public let name: String

    /// The kernel's perf events: all domains of a package at one instant, with a single system call.
    public static let perf = RaplMechanism(name: "perf")

    /// The files of powercap: one system call a domain.
    public static let powercap = RaplMechanism(name: "powercap")

    /// The registers themselves, by the devices `cpu/N/msr`: one system call a domain, and for root only.
    public static let msr = RaplMechanism(name: "msr")

    /// Every mechanism, the best first.
    public static let byPreference: [RaplMechanism] = [.perf, .powercap, .msr]

    /// The word for it in every output.
    public var description: String { name }
}
