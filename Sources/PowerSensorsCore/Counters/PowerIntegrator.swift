/// Integrates readings of power to energy by the trapezoidal rule, for sources without an energy counter.
package struct PowerIntegrator: Sendable {
    /// The longest time between two readings that is interpolated; the energy of a longer gap is unknown.
    ///
    /// Fuel gauges and management controllers update their value every 1 to 30 s.
    static let longestGapNanoseconds: Int64 = 60_000_000_000

    /// The longest safe time between two samples: well below ``longestGapNanoseconds``, since threads may wake up late,
    /// and the latest reading of a slow source may be old.
    static let longestSafeNanoseconds: Int64 = 20_000_000_000

    /// The integral of positive power, in joules, so it never decreases. Negative power, as of a charging battery, adds
    /// 0.
    package private(set) var energy = Joules(0)

    /// The integral of positive and negative power, in joules, from which the mean power is computed.
    private var net = Joules(0)

    /// The latest power that was read; nil before the first reading.
    package private(set) var power: Watts?

    /// The upper bound, in joules, of the energy in gaps that were not interpolated: their time at the maximum power.
    private(set) var ambiguousEnergy = Joules(0)

    /// The number of interruptions: nothing is integrated between readings of different segments.
    private var segment = 0

    private let maximumPower: Watts
    private let isIntermittent: Bool
    /// Whether the time until the next reading is left out.
    private var isInterrupted = false
    /// When the latest power was read.
    private var monotonicNanoseconds: Int64 = 0

    /// Creates an integrator without readings.
    ///
    /// - Parameters:
    ///   - maximumPower: The highest possible power of the source.
    ///   - isIntermittent: Whether an absent reading means 0 W.
    init(maximumPower: Watts, isIntermittent: Bool = false) {
        self.maximumPower = maximumPower
        self.isIntermittent = isIntermittent
    }

    /// The mean power since an earlier state, such as that of the previous snapshot. The power that was read if there is no
    /// such state, no time has passed since, or there was an interruption. Nil before any reading.
    func meanPower(since earlier: PowerIntegrator?) -> Watts? {
        guard let earlier, earlier.segment == segment, monotonicNanoseconds > earlier.monotonicNanoseconds else {
            return power
        }
        return (net - earlier.net).power(over: .nanoseconds(monotonicNanoseconds - earlier.monotonicNanoseconds))
    }

    /// How much higher than ``meanPower(since:)`` the mean power may have been, because of gaps that were not interpolated;
    /// nil if there were none.
    func ambiguousPower(since earlier: PowerIntegrator?) -> Watts? {
        guard let earlier, earlier.segment == segment, ambiguousEnergy > earlier.ambiguousEnergy else { return nil }
        return (ambiguousEnergy - earlier.ambiguousEnergy)
            .power(over: .nanoseconds(monotonicNanoseconds - earlier.monotonicNanoseconds))
    }

    /// The nanoseconds of time awake since the latest reading; since the machine's start if there was none.
    func silentNanoseconds(at now: SampleInstant) -> Int64 { now.monotonicNanoseconds &- monotonicNanoseconds }

    /// Records that the source has nothing to read.
    mutating func recordAbsence() {
        if isIntermittent { interrupt() }
    }

    /// Records that the source was found asleep. It fell asleep at some moment since its last reading, so the energy since
    /// then is ambiguous: at most that of the last power.
    mutating func recordSleep(monotonicNanoseconds now: Int64) {
        if let power, !isInterrupted {
            let seconds = Double(max(now &- monotonicNanoseconds, 0)) * 1e-9
            ambiguousEnergy += Joules(max(power, Watts(0)).rawValue * seconds)
        }
        interrupt()
    }

    /// Leaves out the time until the next reading, because nothing was used or another channel has counted it.
    mutating func interrupt() {
        if isInterrupted { return }
        isInterrupted = true
        segment += 1
    }

    /// Integrates up to a power that was read at an instant of the clock that excludes suspended time, since the power
    /// of a suspended machine is unknown. An instant that is not later than the previous one adds nothing.
    mutating func advance(to power: Watts, monotonicNanoseconds now: Int64) {
        if let last = self.power, !isInterrupted {
            let gap = now &- monotonicNanoseconds
            guard gap > 0 else { return }
            let seconds = Double(gap) * 1e-9
            if gap <= Self.longestGapNanoseconds {
                let forward = max(last, Watts(0)) + max(power, Watts(0))
                energy = energy + Joules(forward.rawValue / 2 * seconds)
                net = net + Joules((last + power).rawValue / 2 * seconds)
            } else {
                ambiguousEnergy = ambiguousEnergy + Joules(max(last, power, maximumPower).rawValue * seconds)
            }
        }
        self.power = power
        isInterrupted = false
        monotonicNanoseconds = now
    }
}
