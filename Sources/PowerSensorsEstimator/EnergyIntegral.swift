package import PowerSensorsCore
package import PowerSensorsMachine

/// Integrates a machine's modelled power over time: the power at the mean load of an interval, times its length.
///
/// Time and load are passed in, so that it needs no machine. If the power curve bends, a long interval of changing load
/// counts slightly less than several short ones.
package struct EnergyIntegral: Sendable {
    /// The counter's first value. It is not 0, because a counter that stays 0 counts as absent.
    static let firstCount: UInt64 = 1

    /// If the processors' times have not changed for longer than this, the kernel no longer updates them: even an idle
    /// processor counts 100 ticks of idle time in a second.
    private static let longestPauseNanoseconds: Int64 = 1_000_000_000

    /// Over a shorter time than this, the processors' times change by only a few ticks of 10 ms, which is too coarse
    /// for a load, so the previous load is used.
    static let shortestWindowNanoseconds: Int64 = 100_000_000

    private let curve: PowerCurve
    private var times: CPUTimes?
    /// When ``times`` were read, which is where the current window begins.
    private var windowNanoseconds: Int64 = 0
    /// Up to when energy has been counted.
    private var countedNanoseconds: Int64 = 0
    /// The power in the latest window; nil before the first.
    private var power: Watts?
    private var count = firstCount
    /// The energy beyond ``count``, in µJ, below 1.
    private var fraction = 0.0
    /// The energy beyond ``idleCount``, in µJ, below 1.
    private var idleFraction = 0.0

    /// The energy that the machine would have used so far without work, in µJ above ``firstCount``.
    package private(set) var idleCount = firstCount

    /// The rest of the energy, in µJ above ``firstCount``.
    package var activeCount: UInt64 { count - min(idleCount, count) + Self.firstCount }

    package init(_ curve: PowerCurve) { self.curve = curve }

    /// Takes in the processors' times, and returns the energy since the first call, in µJ above ``firstCount``.
    ///
    /// Two readings at least 100 ms apart form a window, whose mean load determines the power. Readings within a window
    /// use the load of the window before, so that the energy neither stops nor jumps. If readings failed, the whole gap
    /// is one window.
    ///
    /// - Parameters:
    ///   - times: The processors' times since boot.
    ///   - nanoseconds: When they were read, on CLOCK_MONOTONIC: a suspended machine is modelled as off.
    ///   - isContinuous: Whether they continue those of the call before, see ``LoadReader/isContinuous(_:since:over:)``.
    ///     Otherwise they show no load, and a new window begins.
    package mutating func advance(
        to times: CPUTimes, at nanoseconds: Int64, isContinuous: Bool = true
    ) -> Reading {
        guard let earlier = self.times else {
            (self.times, windowNanoseconds, countedNanoseconds) = (times, nanoseconds, nanoseconds)
            return .count(count)
        }
        let (passed, overflow) = nanoseconds.subtractingReportingOverflow(windowNanoseconds)
        if overflow { return .missing(.stale) }
        if !isContinuous {
            // Without a power so far, the next window's counts for this time, too.
            if let power { add(power, until: nanoseconds) }
            (self.times, windowNanoseconds) = (times, nanoseconds)
            return .count(count)
        }
        guard let load = times.elapsed(since: earlier).load else {
            // No field has increased. If fields have decreased, the times are compared with the new ones from now on,
            // since otherwise the load would be unknown until they reach the old ones again.
            self.times = times
            if passed > Self.longestPauseNanoseconds { return .missing(.stale) }
            if let power { add(power, until: nanoseconds) }
            return .count(count)
        }
        if passed >= Self.shortestWindowNanoseconds {
            let mean = curve.power(at: load)
            let isPartlyCounted = countedNanoseconds > windowNanoseconds && passed <= Self.longestPauseNanoseconds
            add(isPartlyCounted ? power ?? mean : mean, until: nanoseconds)
            power = mean
            (self.times, windowNanoseconds) = (times, nanoseconds)
        } else if let power {
            add(power, until: nanoseconds)
        }
        return .count(count)
    }

    /// Adds energy. Fractions of 1 µJ are kept for the next time.
    private mutating func add(_ power: Watts, until nanoseconds: Int64) {
        let (time, overflow) = nanoseconds.subtractingReportingOverflow(countedNanoseconds)
        guard time > 0, !overflow else { return }
        countedNanoseconds = nanoseconds
        let microjoules = fraction + power.rawValue * Double(time) / 1000
        let whole = microjoules.rounded(.down)
        // 2⁶³ µJ are 9 TJ, which no machine uses between two readings: only a broken clock leads to this.
        guard whole >= 0, whole < 0x1p63 else { return }
        fraction = microjoules - whole
        count &+= UInt64(whole)
        let idle = idleFraction + curve.idle.rawValue * Double(time) / 1000
        idleFraction = idle - idle.rounded(.down)
        idleCount &+= UInt64(min(idle.rounded(.down), whole))
    }
}
