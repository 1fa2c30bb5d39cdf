import Glibc

/// One instant on two clocks: one that includes the time a machine is suspended, and one that does not.
///
/// The first limits the energy that a gap can hide, and energy divided by it is mean power; the second tells for how long
/// the machine worked. Both are stored as nanoseconds, since they are subtracted for every channel of every sample.
public struct SampleInstant: Hashable, Sendable {
    /// CLOCK_BOOTTIME in nanoseconds since boot, suspended time included.
    package var boottimeNanoseconds: Int64

    /// CLOCK_MONOTONIC in nanoseconds, suspended time excluded.
    package var monotonicNanoseconds: Int64

    package init(boottimeNanoseconds: Int64, monotonicNanoseconds: Int64) {
        self.boottimeNanoseconds = boottimeNanoseconds
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    /// Combines two instants that were taken at the same moment.
    public init(continuous: ContinuousClock.Instant, suspending: SuspendingClock.Instant) {
        boottimeNanoseconds = ContinuousClock().systemEpoch.duration(to: continuous).wholeNanoseconds
        monotonicNanoseconds = SuspendingClock().systemEpoch.duration(to: suspending).wholeNanoseconds
    }

    /// The current instant, from two calls of `clock_gettime`.
    public static var now: SampleInstant {
        SampleInstant(
            boottimeNanoseconds: nanoseconds(of: CLOCK_BOOTTIME),
            monotonicNanoseconds: nanoseconds(of: CLOCK_MONOTONIC)
        )
    }

    /// The current instant, shortly after an earlier one. It reads only one clock, unless so much time has passed that
    /// the machine may have been suspended.
    package static func now(after began: SampleInstant) -> SampleInstant {
        let boottime = nanoseconds(of: CLOCK_BOOTTIME)
        let elapsed = boottime &- began.boottimeNanoseconds
        guard elapsed < 100_000_000 else { return .now }
        return SampleInstant(
            boottimeNanoseconds: boottime, monotonicNanoseconds: began.monotonicNanoseconds &+ elapsed)
    }

    /// The instant on the clock that includes suspended time.
    public var continuous: ContinuousClock.Instant {
        ContinuousClock().systemEpoch.advanced(by: .nanoseconds(boottimeNanoseconds))
    }

    /// The instant on the clock that excludes suspended time.
    public var suspending: SuspendingClock.Instant {
        SuspendingClock().systemEpoch.advanced(by: .nanoseconds(monotonicNanoseconds))
    }

    /// The shortest difference between the two clocks, in nanoseconds, that counts as a suspend: a thread may be
    /// preempted between reading one and the other.
    package static let shortestSuspendNanoseconds: Int64 = 100_000_000

    /// For how many nanoseconds the machine was suspended between an earlier instant and this one.
    @inline(__always)
    package func suspendedNanoseconds(since earlier: SampleInstant) -> Int64 {
        (boottimeNanoseconds &- earlier.boottimeNanoseconds) &- (monotonicNanoseconds &- earlier.monotonicNanoseconds)
    }

    /// The instant that is `time` later on both clocks.
    public func advanced(by time: Duration) -> SampleInstant { advanced(byNanoseconds: time.wholeNanoseconds) }

    /// The instant that is some nanoseconds later on both clocks.
    func advanced(byNanoseconds nanoseconds: Int64) -> SampleInstant {
        SampleInstant(
            boottimeNanoseconds: boottimeNanoseconds &+ nanoseconds,
            monotonicNanoseconds: monotonicNanoseconds &+ nanoseconds
        )
    }

    /// The current wall time in nanoseconds since 1970 UTC: a time stamp for output, with which nothing is calculated,
    /// since it may be set.
    package static var wallNanoseconds: Int64 { nanoseconds(of: CLOCK_REALTIME) }

    /// The wall time of this instant in nanoseconds since 1970 UTC, as the clock is set now; for output only, too.
    package var wallNanoseconds: Int64 {
        Self.wallNanoseconds &- (Self.now.boottimeNanoseconds &- boottimeNanoseconds)
    }

    /// The current ``monotonicNanoseconds``, where the other clock is not needed.
    package static var monotonicNow: Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

    /// Sleeps until ``monotonicNow`` reaches a moment that is not negative, or until a signal arrives.
    ///
    /// It costs one system call; `Task.sleep` costs fourteen, and wakes 50 µs late.
    package static func sleep(untilMonotonic moment: Int64) {
        var time = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }

    private static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// When a sample was taken, and of which topology.
public struct SampleInfo: Sendable {
    /// The ``Topology/generation`` whose channels the readings belong to.
    public let generation: Int

    /// The instant before the first channel was read.
    public let began: SampleInstant

    /// The instant after the last channel was read.
    public let ended: SampleInstant
}
