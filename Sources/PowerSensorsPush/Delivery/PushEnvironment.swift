#if Exporters
import PowerSensors

/// The time and randomness that a delivery depends on. Tests substitute their own.
package struct PushEnvironment: Sendable {
    /// Waits, or throws when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// The time since the environment was created, on the clock that ``sleep`` uses.
    package let elapsed: @Sendable () -> Duration

    /// Wall time, in nanoseconds since 1970 UTC.
    package let wallNanoseconds: @Sendable () -> Int64

    /// A random number from 0 to 1.
    package let fraction: @Sendable () -> Double

    /// An environment with a clock and a random number generator.
    package init<Time: Clock>(
        clock: Time,
        wallNanoseconds: @escaping @Sendable () -> Int64,
        generator: some RandomNumberGenerator & Sendable
    ) where Time.Duration == Duration {
        let start = clock.now
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
        elapsed = { start.duration(to: clock.now) }
        self.wallNanoseconds = wallNanoseconds
        let generator = Locked(generator)
        fraction = { generator.withLock { Double.random(in: 0...1, using: &$0) } }
    }

    /// The machine's own clocks and the system's random number generator.
    package static var machine: PushEnvironment {
        PushEnvironment(
            clock: ContinuousClock(),
            wallNanoseconds: { SampleInstant.wallNanoseconds },
            generator: SystemRandomNumberGenerator())
    }
}
#endif
