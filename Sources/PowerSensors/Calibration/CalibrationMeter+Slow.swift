import PowerSensorsCore
import PowerSensorsEstimator
import PowerSensorsMachine

// A meter that shows a new value only every few seconds: the mean power since the value before, or that of the moment. Over
// windows of any other beginning, the power would be compared with the load of another time.

extension CalibrationMeter {
    /// From which interval on a gauge is slow: a window of fixed length holds enough values of any faster one.
    private static let slowest = Duration.seconds(2)

    /// How far from its expected moment a renewal may come, as a part of the interval.
    private static let tolerance = 0.15

    /// By how much the load may change within a window. The power at the mean load is not the mean power, since curves are
    /// bent, and a value that is no mean is of one end of the window only.
    private static let steadiness = 0.2

    /// The time between two values of the teacher, if it is known to be slow; nil otherwise.
    public var slowUpdates: Duration? { slowInterval.map { .nanoseconds($0) } }

    var slowInterval: Int64? {
        guard let interval = rhythm.interval, interval >= Self.slowest.wholeNanoseconds else { return nil }
        return interval
    }

    /// Finds out whether the teacher is slow, which it may be without saying so. It takes a few values, during which the load
    /// should change; a second or so of a fast teacher.
    ///
    /// - Parameters:
    ///   - limit: How long to look at most; a teacher that has not changed often enough by then counts as fast.
    ///   - isEnded: Whether to stop at once.
    ///   - body: Called before each look with the time that has passed, so that it can change the load.
    public mutating func findRhythm(
        within limit: Duration, unless isEnded: () -> Bool = { false }, whileWaiting body: (Duration) -> Void = { _ in }
    ) {
        guard gauge != nil else { return }
        let start = clock.now()
        let end = start + limit.wholeNanoseconds
        while rhythm.interval == nil, clock.now() < end, !isEnded() {
            body(.nanoseconds(clock.now() - start))
            clock.sleep(min(end, clock.now() + Self.samplingInterval.wholeNanoseconds))
            _ = sampleGauge()
        }
        if let slow = slowInterval { window = max(window, .nanoseconds(slow)) }
    }

    /// Samples once, and returns whether the gauge's value has changed, and the value; nil if it has none.
    mutating func sampleGauge() -> (hasChanged: Bool, watts: Double)? {
        guard let gauge else {
            sampler.sample()
            return nil
        }
        guard let value = sampler.sample({ _, readings in readings[gauge].value }) else { return nil }
        return (rhythm.record(value.bitPattern, at: clock.now()), value)
    }

    /// Waits for the gauge's next value, and returns it with the load since the one before; nil if that is not known.
    ///
    /// A value that equals the one before is taken at the moment at which it is due.
    mutating func nextRenewal(every interval: Int64, unless isEnded: () -> Bool) -> CalibrationPoint? {
        let slack = Int64(Double(interval) * Self.tolerance)
        let due = renewal.map { $0.nanoseconds + interval }
        var timesWhenDue: CPUTimes?
        var halfway: CPUTimes?
        let giveUp = clock.now() + 2 * interval
        while !isEnded() {
            clock.sleep(clock.now() + Self.samplingInterval.wholeNanoseconds)
            let sampled = sampleGauge()
            let now = clock.now()
            guard let times = try? load.read() else {
                renewal = nil
                return nil
            }
            guard let due, let renewal else {
                // The first one.
                if sampled?.hasChanged == true || now >= giveUp {
                    self.renewal = (now, times)
                    return nil
                }
                continue
            }
            if now >= due - interval / 2, halfway == nil { halfway = times }
            if now >= due, timesWhenDue == nil { timesWhenDue = times }
            let hasChanged = sampled?.hasChanged == true
            if hasChanged, now < due - slack {
                self.renewal = (now, times)
                return nil
            }
            guard hasChanged || now >= due + slack else { continue }
            let next = hasChanged ? (now, times) : (due, timesWhenDue ?? times)
            self.renewal = next
            guard let sampled, sampled.watts > 0, let halfway,
                Self.isSteady(renewal.times, halfway, next.1)
            else { return nil }
            return point(sampled.watts, from: renewal, to: next)
        }
        return nil
    }

    /// Whether both halves of a window have much the same load.
    private static func isSteady(_ start: CPUTimes, _ middle: CPUTimes, _ end: CPUTimes) -> Bool {
        guard let first = middle.elapsed(since: start).load, let second = end.elapsed(since: middle).load else {
            return false
        }
        return abs(first - second) <= steadiness
    }

    /// The power with the mean load of a time; nil where the processors' times do not show one.
    private mutating func point(
        _ watts: Double, from start: (nanoseconds: Int64, times: CPUTimes),
        to end: (nanoseconds: Int64, times: CPUTimes)
    ) -> CalibrationPoint? {
        // A suspend, or a thread that did not run, is no interval of the meter's.
        let time = end.nanoseconds - start.nanoseconds
        guard load.isContinuous(end.times, since: start.times, over: time),
            let mean = end.times.elapsed(since: start.times).load
        else { return nil }
        return CalibrationPoint(load: mean, power: Watts(watts))
    }
}
