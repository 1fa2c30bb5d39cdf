/// Turns readings of power into energy by the trapezoid rule, for sources that count none.
struct PowerIntegrator: Sendable {
    /// The longest time between two readings that is bridged; of a longer one nobody knows what was used.
    ///
    /// Fuel gauges and management controllers renew their value every 1 to 30 s.
    static let longestGapNanoseconds: Int64 = 60_000_000_000

    /// How often to read at least: well within the longest gap, since nobody wakes up on the dot, and a slow source's
    /// last reading may be some time old.
    static let longestSafeNanoseconds: Int64 = 20_000_000_000

    /// What flowed forward: energy only grows. Power below 0 W, as of a battery that is charged, adds nothing.
    private(set) var energy = Joules(0)

    /// What flowed forward less what flowed back; the mean power follows from it.
    private(set) var net = Joules(0)

    private(set) var power: Watts?

    /// The most that was used in gaps that were not bridged: their time at the greatest power.
    private(set) var ambiguousEnergy = Joules(0)

    /// How often it was interrupted: between readings of two segments nothing was used.
    private(set) var segment = 0

    private let maximumPower: Watts
    private let isIntermittent: Bool
    private var isInterrupted = false
    private(set) var monotonicNanoseconds: Int64 = 0

    /// An integrator that has read nothing yet, of a source whose greatest power is known.
    ///
    /// - Parameters:
    ///   - maximumPower: The greatest power.
    ///   - isIntermittent: Whether nothing is used while there is nothing to read.
    init(maximumPower: Watts, isIntermittent: Bool = false) {
        self.maximumPower = maximumPower
        self.isIntermittent = isIntermittent
    }

    /// Takes in that there is nothing to read.
    mutating func noteAbsence() {
        if isIntermittent { interrupt() }
    }

    /// Bridges nothing up to the next reading, since nothing was used, or something else has counted it.
    mutating func interrupt() {
        if isInterrupted { return }
        isInterrupted = true
        segment += 1
    }

    /// Takes in a power that was read at an instant of the clock that stands still in suspend: what a suspended machine
    /// uses, nobody reads. An instant that is not after the last one's adds nothing.
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
