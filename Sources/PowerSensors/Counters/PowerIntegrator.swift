/// Turns readings of power into energy by the trapezoid rule, for sources that count none.
struct PowerIntegrator: Sendable {
    /// The longest time between two readings that is bridged; what lies in a longer one stays uncounted.
    ///
    /// Fuel gauges and management controllers renew their value every 1 to 30 s.
    static let longestGapNanoseconds: Int64 = 60_000_000_000

    private(set) var energy = Joules(0)
    private(set) var power: Watts?
    private(set) var monotonicNanoseconds: Int64 = 0

    /// Takes in a power that was read at an instant.
    mutating func advance(to power: Watts, monotonicNanoseconds now: Int64) {
        if let last = self.power {
            let gap = now &- monotonicNanoseconds
            if gap > 0, gap <= Self.longestGapNanoseconds {
                energy = energy + Joules((last + power).rawValue / 2 * Double(gap) * 1e-9)
            }
        }
        self.power = power
        monotonicNanoseconds = now
    }
}
