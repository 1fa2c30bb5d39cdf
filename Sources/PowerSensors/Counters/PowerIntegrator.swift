/// Turns readings of power into energy by the trapezoid rule, for sources that count none.
struct PowerIntegrator: Sendable {
    /// The longest time between two readings that is bridged; of a longer one nobody knows what was used.
    ///
    /// Fuel gauges and management controllers renew their value every 1 to 30 s.
    static let longestGapNanoseconds: Int64 = 60_000_000_000

    private(set) var energy = Joules(0)
    private(set) var power: Watts?

    /// The most that was used in gaps that were not bridged: their time at the greatest power.
    private(set) var ambiguousEnergy = Joules(0)

    private let maximumPower: Watts
    private(set) var monotonicNanoseconds: Int64 = 0

    /// An integrator that has read nothing yet, of a source whose greatest power is known.
    init(maximumPower: Watts) { self.maximumPower = maximumPower }

    /// Takes in a power that was read at an instant.
    mutating func advance(to power: Watts, monotonicNanoseconds now: Int64) {
        if let last = self.power {
            let gap = now &- monotonicNanoseconds
            let seconds = Double(max(gap, 0)) * 1e-9
            if gap <= Self.longestGapNanoseconds {
                energy = energy + Joules((last + power).rawValue / 2 * seconds)
            } else {
                ambiguousEnergy = ambiguousEnergy + Joules(max(last, power, maximumPower).rawValue * seconds)
            }
        }
        self.power = power
        monotonicNanoseconds = now
    }
}
