/// A kernel interface through which RAPL's registers are read.
///
/// It is a struct with static members rather than an enum, so that later versions can add mechanisms.
public struct RAPLMechanism: Hashable, Sendable, CustomStringConvertible {
    /// The name in every output.
    public let name: String

    /// The kernel's perf events: all domains of a package at one instant, with a single system call.
    public static let perf = RAPLMechanism(name: "perf")

    /// The files of powercap: one system call per domain.
    public static let powercap = RAPLMechanism(name: "powercap")

    /// The registers themselves, through the devices `cpu/N/msr`: one system call per domain, and root only.
    public static let msr = RAPLMechanism(name: "msr")

    /// Every mechanism, the best first.
    public static let all: [RAPLMechanism] = [.perf, .powercap, .msr]

    /// The name in every output.
    public var description: String { name }
}
