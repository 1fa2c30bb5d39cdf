/// What is known of the host that a guest runs on; what is not is taken as usual for the guest's processor.
public struct GuestHost: Hashable, Sendable {
    /// The host's hardware threads; nil for those of the usual host.
    public var threads: Int?

    /// How many virtual processors the host sells for each of its threads; 1 or more. It makes each one's part smaller.
    public var overcommit = 1.0

    /// The host's memory in GB of 2³⁰ bytes. Where it is known, a quarter of the guest's part goes by memory.
    ///
    /// That it is a quarter is a convention, no measurement.
    public var memoryGigabytes: Double?

    /// The mean load of the host, from 0 to 1. Where it is known, the parts of all guests add up to the host's power; nil to
    /// take the host to be as busy as the guest.
    public var load: Double?

    /// Nothing is known.
    public init() {}

    /// Whether this can be a host.
    var isPossible: Bool {
        let isInRange = { (value: Double?, range: PartialRangeFrom<Double>) in
            value.map { $0.isFinite && range.contains($0) } ?? true
        }
        return (threads ?? 1) >= 1 && isInRange(overcommit, 1...) && isInRange(memoryGigabytes, 0.001...)
            && (load.map { $0 > 0 && $0 <= 1 } ?? true)
    }
}

extension PowerCurve {
    /// A guest's power over its own load, of a host whose curve this is.
    ///
    /// It bears its part of what the host takes without work. Of what work takes it bears, where the host's load is known,
    /// what its own load is of that: so the guests of a host add up to the host. Where it is not, the host is taken
    /// to be as busy as the guest, which adds up within some per cent.
    ///
    /// - Parameters:
    ///   - part: The guest's part of the host, from 0 to 1.
    ///   - load: The host's load, above 0; nil where it is not known.
    package func ofGuest(part: Double, hostLoad load: Double?) -> PowerCurve {
        guard let load, load > 0 else { return scaled(by: part) }
        let steepness = (power(at: load) - idle) * (1 / load)
        return PowerCurve(
            idle: idle * part, maximum: (idle + steepness) * part, shape: LoadCurve(jump: 0, slope: 1))
    }
}
