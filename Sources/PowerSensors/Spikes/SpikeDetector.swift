package import PowerSensorsCore

/// Finds the spikes of a figure's power; see ``SpikeRule``.
package struct SpikeDetector: Sendable {
    /// The beginning or the end of a spike.
    package enum Change: Hashable, Sendable {
        case began(PowerSpike)
        case ended(PowerSpike)
    }

    /// A baseline needs so many powers.
    private static let fewest = 6

    private let rule: SpikeRule
    private let scope: Scope
    private let sensor: SensorName
    private let provenance: Provenance
    private var baseline: RunningBaseline
    private var spike: PowerSpike?
    /// The power in watts at which the spike is over.
    private var endingPower = 0.0
    /// When the power was known last.
    private var latest: SampleInstant?

    package init(_ rule: SpikeRule, of host: HostSnapshot) {
        self.rule = rule
        (scope, sensor, provenance) = (host.scope, host.sensor, host.provenance)
        baseline = RunningBaseline(over: rule.memory)
    }

    /// Records the mean power over an interval.
    ///
    /// What is negative or not finite, or of no duration, is ignored: it is unknown, not 0. After a time without a known power
    /// that is longer than the rule's memory, there is a new baseline.
    ///
    /// - Parameters:
    ///   - power: The mean power.
    ///   - interval: The interval's length.
    ///   - end: The interval's end.
    ///   - least: What the mean power was at least, if it is uncertain: only that begins a spike.
    ///   - usual: The power that is usual at this time of the day, if it is known. A spike exceeds it, too, by the rule's margins.
    package mutating func record(
        _ power: Watts, over interval: Duration, until end: SampleInstant, least: Watts? = nil, usual: Watts? = nil
    ) -> Change? {
        let (watts, seconds) = (power.rawValue, interval.seconds)
        guard watts.isFinite, watts >= 0, seconds > 0 else { return nil }
        let forgotten = endAfterGap(interval, end)
        latest = end
        defer { baseline.add(watts, over: seconds) }
        if let forgotten { return forgotten }
        return spike == nil
            ? begin(watts, interval, end, least: least?.rawValue ?? watts, usual) : update(watts, interval)
    }

    private mutating func begin(
        _ watts: Double, _ interval: Duration, _ end: SampleInstant, least: Double, _ usual: Watts?
    ) -> Change? {
        guard baseline.count >= Self.fewest, baseline.seconds >= min(rule.warmUp, rule.memory).seconds else {
            return nil
        }
        let level = baseline.level
        let expected = max(level, usual?.rawValue ?? 0)
        let margin = max(rule.deviations * baseline.deviation, rule.ratio * expected, rule.minimum.rawValue)
        let threshold = expected + margin
        guard least > threshold else { return nil }
        endingPower = expected + margin / 2
        let spike = PowerSpike(
            scope: scope, sensor: sensor, provenance: provenance, began: end.advanced(by: .zero - interval),
            baseline: Watts(level), threshold: Watts(threshold), peak: Watts(watts), duration: interval,
            energyAboveBaseline: Joules((watts - level) * interval.seconds))
        self.spike = spike
        return .began(spike)
    }

    private mutating func update(_ watts: Double, _ interval: Duration) -> Change? {
        guard var spike else { return nil }
        guard watts > endingPower else { return end() }
        spike.peak = max(spike.peak, Watts(watts))
        spike.duration += interval
        spike.energyAboveBaseline += Joules((watts - spike.baseline.rawValue) * interval.seconds)
        // In the first minutes less than that is half of what the baseline knows.
        spike.isLasting = spike.duration * 2 >= rule.memory && baseline.level > endingPower
        self.spike = spike
        return spike.isLasting ? end() : nil
    }

    /// Ends the open spike; nil if there is none.
    package mutating func end() -> Change? {
        defer { spike = nil }
        return spike.map { .ended($0) }
    }

    /// Forgets the baseline if the power was unknown for too long, and returns the spike that began before.
    private mutating func endAfterGap(_ interval: Duration, _ end: SampleInstant) -> Change? {
        guard let latest, latest.continuous.duration(to: end.continuous) - interval > rule.memory else { return nil }
        baseline = RunningBaseline(over: rule.memory)
        return self.end()
    }
}
