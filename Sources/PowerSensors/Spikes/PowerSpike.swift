public import PowerSensorsCore

/// A spike of the machine's power, as far as it has gone; ``SpikeRule`` says what counts as one.
public struct PowerSpike: Hashable, Sendable, CustomStringConvertible {
    /// The part of the machine whose power it is.
    public let scope: Scope

    /// The sensor that tells the power.
    public let sensor: SensorName

    /// Whether the power is measured, shared or estimated.
    public let provenance: Provenance

    /// When it began: the start of the first interval with a power above ``threshold``.
    public let began: SampleInstant

    /// The power before it, in watts.
    public let baseline: Watts

    /// What the power had to exceed, in watts.
    public let threshold: Watts

    /// The highest mean power of an interval so far, in watts.
    public internal(set) var peak: Watts

    /// For how long it is known to have lasted: the sum of the intervals that belong to it.
    public internal(set) var duration: Duration

    /// The energy above the ``baseline`` so far, in joules.
    public internal(set) var energyAboveBaseline: Joules

    /// Whether the higher power lasts, and has become the baseline.
    public internal(set) var isLasting = false

    /// The spike in a few words, such as `cpu 95.5 W instead of 41.2 W, for 12 s, 651.6 J more`.
    public var description: String {
        let end = isLasting ? ", which lasts" : ""
        return "\(scope) \(Self.tenths(peak.rawValue)) W instead of \(Self.tenths(baseline.rawValue)) W,"
            + " for \(Self.tenths(duration.seconds)) s, \(Self.tenths(energyAboveBaseline.rawValue)) J more\(end)"
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
