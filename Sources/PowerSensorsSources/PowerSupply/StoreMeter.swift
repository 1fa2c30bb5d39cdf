import PowerSensorsCore

/// Measures the power that a battery gives by how fast its stored energy or charge falls, and checks the power that it shows.
///
/// Fuel gauges show what is stored in steps of up to a few per cent, so the time between two steps is what counts.
struct StoreMeter {
    /// The state at a step of the store.
    private struct Step {
        var boottimeNanoseconds: Int64
        /// What has left the store so far, in joules.
        var fallen: Double
        var count: Int
        /// The integral of the power that the battery showed, in joules, and the time for which it is known, in seconds.
        var shown: Double
        var shownSeconds: Double
    }

    /// The power from the store in watts; nil while it is unknown.
    private(set) var power: Double?

    /// Whether the power that the battery shows is, on average, not what leaves the store.
    private(set) var refutesRate = false

    private var stored: Int64?
    private var instant: SampleInstant?
    private var now = Step(boottimeNanoseconds: 0, fallen: 0, count: 0, shown: 0, shownSeconds: 0)
    /// Where the window begins, and where the next one will.
    private var begin: Step?
    private var nextBegin: Step?
    private var latest: Step?
    /// The largest change of the store at one step, in joules, since each of the two began.
    private var (largest, nextLargest) = (0.0, 0.0)

    /// The least number of steps, and the least time, after which the power is known.
    private static let steps = 3
    private static let leastNanoseconds: Int64 = 30_000_000_000
    /// The window is moved after this time, so that it is at most twice as long.
    private static let windowNanoseconds: Int64 = 60_000_000_000

    /// Takes in a sample.
    ///
    /// - Parameters:
    ///   - stored: The stored energy in µWh, or the charge in µAh.
    ///   - volts: The voltage by which a charge is multiplied; 1 for energy.
    ///   - shownWatts: The power that the battery shows, in watts; nil if it shows none.
    ///   - instant: When they were read.
    mutating func advance(to stored: Int64, volts: Double, shownWatts: Double?, at instant: SampleInstant) {
        guard let last = self.stored, let before = self.instant, isContinuous(from: before, to: instant) else {
            self = StoreMeter()
            (self.stored, self.instant) = (stored, instant)
            return
        }
        let seconds = Double(instant.boottimeNanoseconds - before.boottimeNanoseconds) * 1e-9
        if let shownWatts {
            now.shown += shownWatts * seconds
            now.shownSeconds += seconds
        }
        now.boottimeNanoseconds = instant.boottimeNanoseconds
        (self.stored, self.instant) = (stored, instant)
        if stored == last {
            forgetOldPower()
        } else {
            // A millionth of a watt-hour is 3.6 mJ.
            let fall = Double(last - stored) * 0.0036 * volts
            now.fallen += fall
            now.count += 1
            step(abs(fall))
        }
    }

    /// Whether the machine was not suspended in between, while a store falls unseen.
    private func isContinuous(from before: SampleInstant, to instant: SampleInstant) -> Bool {
        let awake = instant.monotonicNanoseconds - before.monotonicNanoseconds
        let passed = instant.boottimeNanoseconds - before.boottimeNanoseconds
        return passed >= 0 && passed - awake < 1_000_000_000 && passed < Self.windowNanoseconds
    }

    /// Takes in a step, whose size is in joules.
    private mutating func step(_ size: Double) {
        latest = now
        guard let begin, let next = nextBegin else {
            (self.begin, nextBegin) = (now, now)
            return
        }
        (largest, nextLargest) = (max(largest, size), max(nextLargest, size))
        let time = now.boottimeNanoseconds - begin.boottimeNanoseconds
        guard now.count - begin.count >= Self.steps, time >= Self.leastNanoseconds else { return }
        measure(since: begin, seconds: Double(time) * 1e-9)
        if now.boottimeNanoseconds - next.boottimeNanoseconds >= Self.windowNanoseconds {
            (self.begin, nextBegin) = (next, now)
            (largest, nextLargest) = (nextLargest, 0)
        }
    }

    private mutating func measure(since begin: Step, seconds: Double) {
        let fall = now.fallen - begin.fallen
        // A fuel gauge that recalibrates itself makes a large step. Until that is out of the window, the fall means nothing.
        if largest > abs(fall) / 2 { return }
        let watts = fall / seconds
        power = watts > 0 ? watts : nil
        let shownSeconds = now.shownSeconds - begin.shownSeconds
        // A fuel gauge is wrong by some per cent and may average over a minute, and the steps' times are off by seconds.
        if let power, shownSeconds > seconds * 0.8 {
            let mean = (now.shown - begin.shown) / shownSeconds
            refutesRate = mean > power * 2 + 1 || mean < power / 2 - 1
        }
    }

    /// Forgets the power once the store has stood still for more than twice the window and a minute.
    private mutating func forgetOldPower() {
        guard let begin, let latest else { return }
        let window = latest.boottimeNanoseconds - begin.boottimeNanoseconds
        guard now.boottimeNanoseconds - latest.boottimeNanoseconds > 2 * window + Self.windowNanoseconds else { return }
        (power, refutesRate) = (nil, false)
        (self.begin, nextBegin, self.latest, largest, nextLargest) = (nil, nil, nil, 0, 0)
    }
}
