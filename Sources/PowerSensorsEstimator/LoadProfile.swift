/// How a machine's load and its power are related.
///
/// The load that the kernel shows is the part of the time in which processors were busy. How much power that costs
/// depends on how firmware and kernel manage frequencies and sleep.
public struct LoadProfile: Hashable, Sendable {
    /// The name in options and output.
    public let name: String

    /// A host whose processors sleep and slow down when there is little to do: the curves of the published results.
    public static let powersave = LoadProfile(name: "powersave")

    /// A host that keeps its frequencies high, as clouds do: power rises steeply with the first load.
    ///
    /// A tenth of the load uses 22 % of the range between idle and full load, half of it uses 71 %; idle is at least a
    /// fifth of full load. This is a judgement from measurements of processor packages in public clouds, not of whole
    /// machines.
    public static let performance = LoadProfile(name: "performance")

    /// Every profile.
    public static let all = [powersave, performance]

    /// The profile with a name; nil if there is none.
    public init?(named name: String) {
        guard let profile = Self.all.first(where: { $0.name == name }) else { return nil }
        self = profile
    }

    private init(name: String) { self.name = name }

    /// The curve, if it is the same for every machine: linear between 22 % at a tenth of the load, 71 % at half, and
    /// full load.
    var shape: LoadCurve? {
        self == .powersave
            ? nil : LoadCurve(shares: [0.22, 0.3425, 0.465, 0.5875, 0.71, 0.768, 0.826, 0.884, 0.942])
    }

    /// The lowest power at idle, as a part of the power at full load.
    var minimumIdle: Double { self == .performance ? 0.2 : 0 }
}
