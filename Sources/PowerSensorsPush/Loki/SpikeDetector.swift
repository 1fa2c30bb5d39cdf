#if Exporters
public import PowerSensors

/// What counts as a power spike: a power above the running baseline by more than each of three margins.
///
/// The baseline is a mean that forgets: a power that lasts for a time `dt` moves it by `dt / (memory + dt)` of the way. The
/// deviation is the mean of the distances to it, forgotten alike. A spike is told once, when it begins; it is over when
/// the power is back within half the margin, or when the baseline has learned the new level.
public struct SpikeRule: Hashable, Sendable {
    /// How long the baseline remembers.
    public var memory = Duration.seconds(300)

    /// How many powers the baseline is made of before anything is called a spike.
    public var warmUp = 12

    /// The margin in deviations.
    public var deviations = 4.0

    /// The margin as a part of the baseline.
    public var ratio = 0.25

    /// The margin in watts.
    public var minimum = Watts(10)

    /// The rule that is used unless another is given.
    public init() {}
}

/// Finds power spikes against a running baseline; see ``SpikeRule``.
package struct SpikeDetector: Sendable {
    /// A power that is a spike, and against what.
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

    /// Takes in the mean power over a time, and returns the spike that begins with it.
    ///
    /// What is no power, or of no time, is ignored: it is not known, and not 0.
    package mutating func take(_ power: Watts, over time: Duration) -> Spike? {
        let watts = power.rawValue
        let seconds = time.seconds
        guard watts.isFinite, watts >= 0, seconds > 0 else { return nil }
        defer { learn(watts, seconds) }
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

    private mutating func learn(_ watts: Double, _ seconds: Double) {
        count += 1
        let memory = max(rule.memory.seconds, 0)
        // The first values make a plain mean, so that the very first does not count for too much.
        let weight = max(seconds / (memory + seconds), 1 / Double(count))
        let distance = abs(watts - baseline)
        baseline += (watts - baseline) * weight
        deviation += ((count == 1 ? 0 : distance) - deviation) * weight
    }
}
#endif
