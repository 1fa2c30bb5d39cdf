import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting

/// A machine with a known curve and a slow meter at its plug, on a clock that a test advances: it shows whole watts, and a new
/// value only now and then.
final class SimulatedTeacher: Sensor {
    /// What a value of the meter is.
    enum Kind: Sendable {
        /// The mean since the value before.
        case mean
        /// The power of the moment.
        case moment
    }

    let name = SensorName("meter")
    let machine: MockMachine
    let clock = ManualClock()
    private let time: MockProcessorTime
    private let kind: Kind
    private let rhythm: Int64
    private let loadAt: @Sendable (Double) -> Double

    private struct State {
        var start: Int64
        var shown = 0.0
        var joules = 0.0
        var renewed: Int64
        /// What the power is multiplied with, as after a change of the machine.
        var factor = 1.0
        /// The load that a test sets; nil for that of the moment.
        var load: Double?
    }

    private let state: Locked<State>

    /// - Parameters:
    ///   - rhythm: The time between two values.
    ///   - load: The load by the seconds since the start.
    init(
        _ kind: Kind = .mean, every rhythm: Duration = .seconds(10), load: @escaping @Sendable (Double) -> Double
    ) throws {
        self.kind = kind
        self.rhythm = rhythm.wholeNanoseconds
        loadAt = load
        machine = try MockMachine()
        time = try machine.set(
            MockProcessor(
                vendor: "GenuineIntel", family: 6, model: 85, stepping: 7,
                name: "Intel(R) Xeon(R) Gold 6252 CPU @ 2.10GHz", coresPerSocket: 1))
        let now = clock.instant.monotonicNanoseconds
        state = Locked(State(start: now, renewed: now))
    }

    /// The machine's true watts at a load.
    static func watts(_ load: Double) -> Double { 60 + 140 * (0.3 * load + 0.7 * load * load) }

    /// Makes the machine use more or less.
    func multiply(by factor: Double) { state.withLock { $0.factor = factor } }

    /// Sets the load from now on.
    func set(load: Double) { state.withLock { $0.load = load } }

    /// The clock of a calibration, whose waits let the machine work on.
    var calibrationClock: CalibrationClock {
        CalibrationClock(now: { self.clock.instant.monotonicNanoseconds }, sleep: { self.work(until: $0) })
    }

    /// A sampler of the meter, by the simulated clock.
    func sampler() throws -> Sampler {
        try Sampler(SensorSet(only: [self], roots: machine.roots), now: { self.clock.instant })
    }

    /// Lets the machine work until a moment, in steps of at most 100 ms.
    func work(until moment: Int64) {
        while clock.instant.monotonicNanoseconds < moment {
            let now = clock.instant.monotonicNanoseconds
            let step = min(moment - now, 100_000_000)
            let load = state.withLock { $0.load } ?? loadAt(Double(now - state.withLock { $0.start }) * 1e-9)
            try? time.advance(by: .nanoseconds(step), busy: Ratio(load))
            clock.advance(by: .nanoseconds(step))
            state.withLock { state in
                let watts = Self.watts(load) * state.factor
                state.joules += watts * Double(step) * 1e-9
                guard now + step - state.renewed >= rhythm else { return }
                let mean = state.joules / (Double(now + step - state.renewed) * 1e-9)
                state.shown = (kind == .mean ? mean : watts).rounded()
                (state.joules, state.renewed) = (0, now + step)
            }
        }
    }

    func discover() -> Discovery {
        var channel = Channel(
            id: "meter/host", sensor: name, mechanism: "serial", quantity: .power, encoding: .gauge,
            component: Component(id: Component.hostID, kind: .host, parent: nil))
        channel.countsIn = .wall
        return Discovery(channels: [channel])
    }

    func open(_ channels: [Channel]) -> any SensorReader { Reader(teacher: self, channels: channels) }

    private struct Reader: SensorReader {
        let teacher: SimulatedTeacher
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) {
            for _ in channels.indices { readings.append(.value(teacher.state.withLock { $0.shown })) }
        }
    }
}
