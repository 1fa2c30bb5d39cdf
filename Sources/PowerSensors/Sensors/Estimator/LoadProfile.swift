/// How a machine's load and its power belong together.
///
/// The load that the kernel shows is busy time. How much power a share of busy time takes depends on what the firmware
/// and the kernel do with frequencies and sleep.
public struct LoadProfile: Hashable, Sendable {
    /// The profile's name, as flags and outputs have it.
    public let name: String

    /// A host whose processors sleep and slow down when there is little to do: the curves of the published results.
    public static let powersaveHost = LoadProfile(name: "powersaveHost")

    /// A host with frequencies held high, as clouds' are: power rises steeply with the first load.
    ///
    /// Shares of 22 % at a tenth of the load and 71 % at half, and an idle of at least a fifth of full load: a judgement
    /// from measurements of processor packages in public clouds, and not of whole machines.
    public static let performanceHost = LoadProfile(name: "performanceHost")

    /// Every profile.
    public static let all = [powersaveHost, performanceHost]

    /// The profile of a name; nil where there is none.
    public init?(named name: String) {
        guard let profile = Self.all.first(where: { $0.name == name }) else { return nil }
        self = profile
    }

    private init(name: String) { self.name = name }

    /// The curve, where it is the same for every machine: through 22 % at a tenth of the load and 71 % at half.
    var shape: LoadCurve? {
        if self == .powersaveHost { return nil }
        // Straight between the three points.
        return LoadCurve(shares: [0.22, 0.3425, 0.465, 0.5875, 0.71, 0.768, 0.826, 0.884, 0.942])
    }

    /// The least part of full load that idle takes.
    var leastIdle: Double { self == .performanceHost ? 0.2 : 0 }
}
