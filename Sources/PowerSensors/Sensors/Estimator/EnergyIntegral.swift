/// The modelled energy of a machine, added up from its load: power at the mean load of an interval, times its length.
///
/// Time and load are passed in, so that it needs no machine. Where power bends over load, a long interval of
/// changing load counts a little less than several short ones.
package struct EnergyIntegral: Sendable {
    /// What the counter shows before any energy: a counter of 0 that stays 0 counts as absent elsewhere.
    package static let firstCount: UInt64 = 1

    /// After this long without a tick the source is dead: running processors count at least idle ticks.
    package static let longestStandstill: Duration = .seconds(1)

    private static let longestStandstillNanoseconds = longestStandstill.wholeNanoseconds

    private let curve: PowerCurve
    private var times: CPUTimes?
    private var nanoseconds: Int64 = 0
    private var count = firstCount
    private var fraction = 0.0

    /// Starts to count a machine's energy; its first times set the origin.
    package init(_ curve: PowerCurve) { self.curve = curve }

    /// Takes in the processors' times and answers the energy so far, in µJ above ``firstCount``.
    ///
    /// Between two ticks the number stays, and the next tick accounts for the whole time. So it does after
    /// readings that failed, at the mean load of the gap.
    ///
    /// - Parameters:
    ///   - times: The processors' times since boot.
    ///   - nanoseconds: When they were read, on CLOCK_MONOTONIC: a machine in suspend is modelled as off.
    package mutating func advance(to times: CPUTimes, at nanoseconds: Int64) -> Reading {
        guard let earlier = self.times else {
            self.times = times
            self.nanoseconds = nanoseconds
            return .count(count)
        }
        let (busy, whole) = times.elapsed(since: earlier)
        let (passed, overflow) = nanoseconds.subtractingReportingOverflow(self.nanoseconds)
        guard whole > 0, passed > 0, !overflow else {
            // Fields that only stepped back are the new origin, or the load would stay unknown until they catch up.
            self.times = times
            return passed > Self.longestStandstillNanoseconds || overflow ? .missing(.stale) : .count(count)
        }
        add(curve.power(at: busy / whole), nanoseconds: passed)
        self.times = times
        self.nanoseconds = nanoseconds
        return .count(count)
    }

    /// Watts times nanoseconds are nanojoules; what is less than 1 µJ is kept for the next time.
    private mutating func add(_ power: Watts, nanoseconds: Int64) {
        let microjoules = fraction + power.rawValue * Double(nanoseconds) / 1000
        let whole = microjoules.rounded(.down)
        // 9 EJ would take a power station's lifetime: only a broken clock leads here.
        guard whole >= 0, whole < 0x1p63 else { return }
        fraction = microjoules - whole
        count &+= UInt64(whole)
    }
}
