/// The modelled energy of a machine, added up from its load: power at the mean load of an interval, times its length.
///
/// Time and load are passed in, so that it needs no machine. Where power bends over load, a long interval of
/// changing load counts a little less than several short ones.
package struct EnergyIntegral: Sendable {
    /// What the counter shows before any energy: a counter of 0 that stays 0 counts as absent elsewhere.
    package static let firstCount: UInt64 = 1

    /// After this long without a tick the source is dead: running processors count at least idle ticks.
    package static let longestStandstill: Duration = .seconds(1)

    /// Over less than this a load is only a few ticks of 10 ms, so the one before goes on.
    package static let shortestWindow: Duration = .milliseconds(100)

    private static let longestStandstillNanoseconds = longestStandstill.wholeNanoseconds
    private static let shortestWindowNanoseconds = shortestWindow.wholeNanoseconds

    private let curve: PowerCurve
    private var times: CPUTimes?
    /// When ``times`` were read: the load is measured from here.
    private var openedNanoseconds: Int64 = 0
    /// Until when the energy is counted.
    private var countedNanoseconds: Int64 = 0
    private var power: Watts?
    private var count = firstCount
    private var fraction = 0.0
    private var idleFraction = 0.0

    /// Of the energy so far what the machine would have taken without work, in µJ above ``firstCount``.
    package private(set) var idleCount = firstCount

    /// The rest of it, in µJ above ``firstCount``.
    package var activeCount: UInt64 { count - min(idleCount, count) + Self.firstCount }

    /// Starts to count a machine's energy; its first times set the origin.
    package init(_ curve: PowerCurve) { self.curve = curve }

    /// Takes in the processors' times and answers the energy so far, in µJ above ``firstCount``.
    ///
    /// Readings at least a ``shortestWindow`` apart count at the load between them. At a faster rhythm each window
    /// counts at the load of the one before, so that the number neither stands still nor jumps. What readings that
    /// failed left open counts at the mean load of the gap.
    ///
    /// - Parameters:
    ///   - times: The processors' times since boot.
    ///   - nanoseconds: When they were read, on CLOCK_MONOTONIC: a machine in suspend is modelled as off.
    package mutating func advance(to times: CPUTimes, at nanoseconds: Int64) -> Reading {
        guard let earlier = self.times else {
            open(times, at: nanoseconds)
            countedNanoseconds = nanoseconds
            return .count(count)
        }
        let (busy, whole) = times.elapsed(since: earlier)
        let (passed, overflow) = nanoseconds.subtractingReportingOverflow(openedNanoseconds)
        if overflow { return .missing(.stale) }
        guard whole > 0 else {
            // Fields that only stepped back are the new origin, or the load would stay unknown until they catch up.
            self.times = times
            if passed > Self.longestStandstillNanoseconds { return .missing(.stale) }
            if let power { add(power, until: nanoseconds) }
            return .count(count)
        }
        if passed >= Self.shortestWindowNanoseconds {
            let mean = curve.power(at: busy / whole)
            let isBegun = countedNanoseconds > openedNanoseconds && passed <= Self.longestStandstillNanoseconds
            add(isBegun ? power ?? mean : mean, until: nanoseconds)
            power = mean
            open(times, at: nanoseconds)
        } else if let power {
            add(power, until: nanoseconds)
        }
        return .count(count)
    }

    private mutating func open(_ times: CPUTimes, at nanoseconds: Int64) {
        self.times = times
        openedNanoseconds = nanoseconds
    }

    /// Watts times nanoseconds are nanojoules; what is less than 1 µJ is kept for the next time.
    private mutating func add(_ power: Watts, until nanoseconds: Int64) {
        let (time, overflow) = nanoseconds.subtractingReportingOverflow(countedNanoseconds)
        guard time > 0, !overflow else { return }
        countedNanoseconds = nanoseconds
        let microjoules = fraction + power.rawValue * Double(time) / 1000
        let whole = microjoules.rounded(.down)
        // 9 EJ would take a power station's lifetime: only a broken clock leads here.
        guard whole >= 0, whole < 0x1p63 else { return }
        fraction = microjoules - whole
        count &+= UInt64(whole)
        let idle = idleFraction + curve.idle.rawValue * Double(time) / 1000
        idleFraction = idle - idle.rounded(.down)
        idleCount &+= UInt64(min(idle.rounded(.down), whole))
    }
}
