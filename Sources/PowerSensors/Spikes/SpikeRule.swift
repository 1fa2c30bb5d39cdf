public import PowerSensorsCore

/// What counts as a spike of the machine's power, and how eagerly it is told.
///
/// A mean power `p` over an interval begins a spike if it exceeds the baseline `b` by more than each of three margins:
///
///     p > b + max(deviations × σ, ratio × b, minimum)
///
/// `b` is the median of the power's means over thirtieths of the last ``memory``, ten seconds each as a rule, and `σ` the median of
/// their standard deviations from `b`. Both are medians so that neither a spike nor its end moves them, and another spike right
/// after it is seen; such a rule is known as the Hampel identifier (Davies and Gather, "The identification of multiple outliers",
/// JASA 88, 1993). Where ``MonitorConfiguration/usualPower`` is higher than `b`, it takes the place of `b` here.
///
/// The spike ends when the power is back within half the margin, or when the higher power has lasted so long that it has become
/// the baseline.
public struct SpikeRule: Hashable, Sendable {
    /// The time over which the baseline is taken. A power that lasts for half of it becomes the baseline.
    public var memory = Duration.seconds(300)

    /// For how long the power must have been known before any of it counts as a spike; and there must have been six intervals.
    public var warmUp = Duration.seconds(30)

    /// The margin as a multiple of the standard deviation.
    public var deviations = 5.0

    /// The margin as a fraction of the baseline.
    public var ratio = 0.25

    /// The margin in watts.
    public var minimum = Watts(10)

    /// The usual rule: a quarter above the baseline, and at least 10 W.
    public init() {}

    private init(deviations: Double, ratio: Double, minimum: Watts) {
        self.deviations = deviations
        self.ratio = ratio
        self.minimum = minimum
    }

    /// The same as ``init()``.
    public static let normal = SpikeRule()

    /// Tells smaller spikes, too: a tenth above the baseline, and at least 3 W.
    public static let eager = SpikeRule(deviations: 4, ratio: 0.1, minimum: Watts(3))

    /// Tells large spikes only: half above the baseline, and at least 25 W.
    public static let calm = SpikeRule(deviations: 8, ratio: 0.5, minimum: Watts(25))
}
