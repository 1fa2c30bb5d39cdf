import PowerSensorsCore

/// What is known about the host that a guest runs on. The rest is assumed to be typical for the guest's processor.
public struct GuestHost: Hashable, Sendable {
    /// The guest's instance type in a cloud, such as `m5.xlarge`, `n2-standard-8` or `Standard_D4s_v3`, from which the
    /// size of the host follows; nil for the one that the firmware names, if it does.
    public var instanceType: String?

    /// The host's hardware threads; nil for those of its instance type's hosts, or of a typical host.
    public var threads: Int?

    /// How many virtual processors the host provides for each of its hardware threads, at least 1. The more, the
    /// smaller the part of the host that each of them is given.
    public var overcommit = 1.0

    /// The host's memory in GB of 2³⁰ bytes. If it is known, a quarter of the guest's part depends on memory; that it
    /// is a quarter is a convention, not a measurement.
    public var memoryGigabytes: Double?

    /// The host's mean load, from 0 to 1. If it is known, the parts of all guests add up to the host's power; nil to
    /// assume that the host is as busy as the guest.
    public var load: Double?

    /// A host of which nothing is known.
    public init() {}

    /// Whether the numbers are possible.
    var isPossible: Bool {
        let isInRange = { (value: Double?, range: PartialRangeFrom<Double>) in
            value.map { $0.isFinite && range.contains($0) } ?? true
        }
        return (threads ?? 1) >= 1 && isInRange(overcommit, 1...) && isInRange(memoryGigabytes, 0.001...)
            && (load.map { $0 > 0 && $0 <= 1 } ?? true)
    }
}

extension PowerCurve {
    /// A guest's power over its own load, given its host's curve.
    ///
    /// The guest is given its part of the host's idle power. If the host's load is known, it is also given its part of
    /// the power that the host's work adds, in proportion to its own load: then all guests add up to the host.
    /// Otherwise the host is assumed to be as busy as the guest, with which all guests add up to within a few per cent
    /// of the host's power.
    ///
    /// - Parameters:
    ///   - part: The guest's part of the host, from 0 to 1.
    ///   - load: The host's load, above 0; nil if unknown.
    package func ofGuest(part: Double, hostLoad load: Double?) -> PowerCurve {
        guard let load, load > 0 else { return PowerCurve(idle: idle * part, maximum: maximum * part, shape: shape) }
        let steepness = (power(at: load) - idle) * (1 / load)
        return PowerCurve(
            idle: idle * part, maximum: (idle + steepness) * part, shape: LoadCurve(jump: 0, slope: 1))
    }
}
