#if Exporters
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// What a delivery takes from its surroundings: time to wait in, the time of day, and chance. Tests bring their own.
package struct PushEnvironment: Sendable {
    /// Waits, or throws once the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// The time since the environment was made, on the clock that is waited by.
    package let elapsed: @Sendable () -> Duration

    /// Wall time, in nanoseconds since 1970 UTC.
    package let wallNanoseconds: @Sendable () -> Int64

    /// A number from 0 to 1, by chance.
    package let fraction: @Sendable () -> Double

    /// An environment of a clock and a generator.
    package init<Time: Clock>(
        clock: Time,
        wallNanoseconds: @escaping @Sendable () -> Int64,
        generator: some RandomNumberGenerator & Sendable
    ) where Time.Duration == Duration {
        let start = clock.now
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
        elapsed = { start.duration(to: clock.now) }
        self.wallNanoseconds = wallNanoseconds
        let chance = Guarded(Chance(generator))
        fraction = { chance.withLock { $0.next() } }
    }

    /// The machine's own clocks, and a generator that nobody can foresee.
    package static var machine: PushEnvironment {
        PushEnvironment(
            clock: ContinuousClock(),
            wallNanoseconds: {
                var time = timespec()
                unsafe clock_gettime(CLOCK_REALTIME, &time)
                return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
            },
            generator: SystemRandomNumberGenerator())
    }
}

/// Numbers by chance, of whatever generator.
private struct Chance: Sendable {
    private var generator: any RandomNumberGenerator & Sendable

    init(_ generator: some RandomNumberGenerator & Sendable) { self.generator = generator }

    mutating func next() -> Double { Double.random(in: 0...1, using: &generator) }
}
#endif
