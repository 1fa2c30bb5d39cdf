#if canImport(Glibc)
    import Glibc
#endif

/// A moment on the two clocks that energy needs.
///
/// Across suspend only the first goes on: it bounds the energy that a gap can hold. The second gives awake power.
/// Both are kept as nanoseconds, since every sample and every channel subtracts them.
public struct SampleInstant: Hashable, Sendable {
    /// CLOCK_BOOTTIME, in nanoseconds since the boot.
    package var boottimeNanoseconds: Int64

    /// CLOCK_MONOTONIC, in nanoseconds.
    package var monotonicNanoseconds: Int64

    package init(boottimeNanoseconds: Int64, monotonicNanoseconds: Int64) {
        self.boottimeNanoseconds = boottimeNanoseconds
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    /// Pairs two instants.
    public init(continuous: ContinuousClock.Instant, suspending: SuspendingClock.Instant) {
        boottimeNanoseconds = ContinuousClock().systemEpoch.duration(to: continuous).wholeNanoseconds
        monotonicNanoseconds = SuspendingClock().systemEpoch.duration(to: suspending).wholeNanoseconds
    }

    /// This moment.
    public static var now: SampleInstant {
        SampleInstant(
            boottimeNanoseconds: nanoseconds(of: CLOCK_BOOTTIME),
            monotonicNanoseconds: nanoseconds(of: CLOCK_MONOTONIC)
        )
    }

    /// This moment, shortly after an earlier one: a single look at a clock, unless so much time went by that the
    /// machine may have been suspended.
    package static func now(after began: SampleInstant) -> SampleInstant {
        let boottime = nanoseconds(of: CLOCK_BOOTTIME)
        let elapsed = boottime &- began.boottimeNanoseconds
        guard elapsed < 100_000_000 else { return .now }
        return SampleInstant(
            boottimeNanoseconds: boottime, monotonicNanoseconds: began.monotonicNanoseconds &+ elapsed)
    }

    /// The moment on the clock that goes on across suspend.
    public var continuous: ContinuousClock.Instant {
        ContinuousClock().systemEpoch.advanced(by: .nanoseconds(boottimeNanoseconds))
    }

    /// The moment on the clock that stands still in suspend.
    public var suspending: SuspendingClock.Instant {
        SuspendingClock().systemEpoch.advanced(by: .nanoseconds(monotonicNanoseconds))
    }

    /// The moment a time later on both clocks.
    public func advanced(by time: Duration) -> SampleInstant {
        let nanoseconds = time.wholeNanoseconds
        return SampleInstant(
            boottimeNanoseconds: boottimeNanoseconds &+ nanoseconds,
            monotonicNanoseconds: monotonicNanoseconds &+ nanoseconds
        )
    }

    /// The moment after a suspend: only the continuous clock went on.
    package func suspended(for time: Duration) -> SampleInstant {
        var later = self
        later.boottimeNanoseconds &+= time.wholeNanoseconds
        return later
    }

    private static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// When a sample was taken, and of which topology.
public struct SampleInfo: Sendable {
    /// The generation of the topology that gives the readings their meaning.
    public let generation: Int

    /// Before the first read.
    public let began: SampleInstant

    /// After the last read.
    public let ended: SampleInstant
}
