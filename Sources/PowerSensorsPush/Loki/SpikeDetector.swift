#if Exporters
public import PowerSensors

/// What counts as a power spike: a power above the running baseline by more than each of three margins.
///
/// The baseline is an exponential moving average: a power that lasts for a time `dt` moves the baseline towards it by
/// `dt / (memory + dt)` of the difference. The deviation is the same average of the powers' distances to the baseline. A spike
/// is reported once, when it begins; it is over when the power is back within half the margin, or when the baseline has
/// reached the new level.
public struct SpikeRule: Hashable, Sendable {
    /// The time constant of the baseline.
    public var memory = Duration.seconds(300)

    /// How many powers are averaged before any of them counts as a spike.
    public var warmUp = 12

    /// The margin as a multiple of the deviation.
    public var deviations = 4.0

    /// The margin as a fraction of the baseline.
    public var ratio = 0.25

    /// The margin in watts.
    public var minimum = Watts(10)

    /// The default rule.
    public init() {}
}

/// Finds power spikes against a running baseline; see ``SpikeRule``.
package struct SpikeDetector: Sendable {
    /// A power spike, with the baseline and threshold it exceeds.
    package struct Spike: Hashable, Sendable {
        package let power: Watts
        package let baseline: Watts
        package let threshold: Watts
    }

    private let rule: SpikeRule
    private var baseline = 0.0
    private var deviation = 0.0
    private var count = 0
    private var isInSpike = false

    package init(_ rule: SpikeRule) { self.rule = rule }

    /// Records the mean power over a time, and returns the spike that begins with it.
    ///
    /// A power that is negative or not finite, or of no duration, is ignored: it is unknown, not 0.
    package mutating func record(_ power: Watts, over time: Duration) -> Spike? {
        let watts = power.rawValue
        let seconds = time.seconds
        guard watts.isFinite, watts >= 0, seconds > 0 else { return nil }
        defer { updateBaseline(watts, seconds) }
        guard count >= rule.warmUp else { return nil }
        let margin = max(rule.deviations * deviation, rule.ratio * baseline, rule.minimum.rawValue)
        if isInSpike {
            if watts <= baseline + margin / 2 { isInSpike = false }
            return nil
        }
        guard watts > baseline + margin else { return nil }
        isInSpike = true
        return Spike(power: power, baseline: Watts(baseline), threshold: Watts(baseline + margin))
    }

    private mutating func updateBaseline(_ watts: Double, _ seconds: Double) {
        count += 1
        let memory = max(rule.memory.seconds, 0)
        // The first values are averaged equally, so that the very first one does not dominate.
        let weight = max(seconds / (memory + seconds), 1 / Double(count))
        let distance = abs(watts - baseline)
        baseline += (watts - baseline) * weight
        deviation += ((count == 1 ? 0 : distance) - deviation) * weight
    }
}
#endif
