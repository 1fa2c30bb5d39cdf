import PowerSensors

/// A machine of constant power, whose registers a test reads slowly, on a clock that the test sets.
final class SimulatedMeter: Sensor {
    /// What a read takes: the number is that of the moment between the two times.
    struct Delay: Sendable {
        var before = Duration.zero
        var after = Duration.zero
    }

    /// A clock that reads can advance.
    final class Clock: Sendable {
        private let shown = Locked(
            SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000))

        var instant: SampleInstant { shown.withLock { $0 } }

        func advance(by time: Duration) { shown.withLock { $0 = $0.advanced(by: time) } }
    }

    let name: SensorName
    let channels: [Channel]
    private let clock: Clock
    private let watts: Double
    /// What the reads of each channel take.
    private let delays: Locked<[Delay]>

    /// - Parameter watts: The power of each counter.
    init(_ name: String = "scripted", _ channels: [Channel], watts: Double, clock: Clock) {
        self.name = SensorName(name)
        self.channels = channels
        self.clock = clock
        self.watts = watts
        delays = Locked(channels.map { _ in Delay() })
    }

    /// Delays the reads of a channel, or no longer.
    func delay(_ index: Int, before: Duration = .zero, after: Duration = .zero) {
        delays.withLock { $0[index] = Delay(before: before, after: after) }
    }

    func discover() -> Discovery { Discovery(channels: channels) }

    func open(_ channels: [Channel]) -> any SensorReader { Reader(meter: self, channels: channels) }

    /// The count of a 32-bit register of 2⁻¹⁴ J, or the power of a gauge.
    private func reading(of index: Int) -> Reading {
        let delay = delays.withLock { $0[index] }
        clock.advance(by: delay.before)
        let joules = watts * Double(clock.instant.boottimeNanoseconds) * 1e-9
        clock.advance(by: delay.after)
        guard case .counter(let encoding) = channels[index].encoding else { return .value(watts) }
        return .count(UInt64(joules / encoding.unit.joules.rawValue) % (encoding.lastCount.rawValue + 1))
    }

    private struct Reader: SensorReader {
        let meter: SimulatedMeter
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) {
            for index in channels.indices { readings.append(meter.reading(of: index)) }
        }
    }
}
