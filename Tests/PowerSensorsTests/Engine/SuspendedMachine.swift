import PowerSensors
import PowerSensorsTestSupport
import Testing

/// A simulated machine whose three packages do different things while it sleeps, and a meter of 20 W beside them.
final class SuspendedMachine {
    private enum Sleep: CaseIterable { case goesOn, restarts, standsStill }

    private struct Register {
        let sleep: Sleep
        /// What the register shows, before it wraps.
        var count: UInt64
        /// The true counts since the start.
        var truth: UInt64 = 0
        /// The highest power since the latest snapshot, in watts.
        var peak = 0.0

        mutating func work(_ watts: Double, for seconds: Double) {
            let counts = UInt64(watts * seconds * 16_384)
            (count, truth, peak) = (count + counts, truth + counts, max(peak, watts))
        }

        mutating func sleep(_ watts: Double, for seconds: Double) {
            switch sleep {
            case .goesOn: work(watts, for: seconds)
            case .restarts: count = 0
            case .standsStill: break
            }
        }
    }

    /// A clock on which the machine can be suspended between the beginning of a sample and its end.
    private final class Clock {
        let time = ManualClock()
        private var sleep: Duration?
        private var hasBegun = false

        func now() -> SampleInstant {
            if hasBegun, let sleep {
                time.suspend(for: sleep)
                self.sleep = nil
            }
            hasBegun = true
            return time.instant
        }

        func suspendInNextSample(for sleep: Duration?) { (self.sleep, hasBegun) = (sleep, false) }
    }

    private let clock = Clock()
    private let sensor: ScriptedSensor
    private var sampler: Sampler
    private var generator: SeededGenerator
    private var registers: [Register] = []
    private var awakeSeconds = 0.0
    /// A sleep in the latest sample, after its readings: what the counters do in it shows in the next one.
    private var unseenSleep = 0.0

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        var channels = ["goes-on", "restarts", "stands-still"].map { Channel.counter($0) }
        channels.append(
            Channel(
                id: "scripted/gauge", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
                encoding: .gauge, component: .host))
        sensor = ScriptedSensor(channels: channels)
        let clock = clock
        sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.now() })
        for sleep in Sleep.allCases {
            // Every third machine starts with low counts, where a restarted counter may come past its previous number.
            let highest: UInt64 = seed % 3 == 0 ? 50_000 : .max >> 32
            registers.append(Register(sleep: sleep, count: UInt64.random(in: 1...highest, using: &generator)))
        }
    }

    /// Lets truth begin with the snapshot that was just taken.
    func begin() {
        for index in registers.indices { (registers[index].truth, registers[index].peak) = (0, 0) }
    }

    private func random(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }

    private func sleepLength() -> Double {
        // From a second to half a day, the short ones as often as the long ones.
        (random(0...1) < 0.5 ? random(1...200) : random(200...43_200)).rounded()
    }

    /// Works, and sometimes sleeps; the sampler is read in between, as a monitor does.
    ///
    /// - Returns: Whether it slept.
    func live() -> Bool {
        if unseenSleep > 0 { sleep(unseenSleep) }
        var hasSlept = unseenSleep > 0
        unseenSleep = 0
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            work()
            if random(0...1) < 0.15 {
                let seconds = sleepLength()
                clock.time.suspend(for: .seconds(Int(seconds)))
                sleep(seconds)
                hasSlept = true
                work()
            }
            if random(0...1) < 0.5 {
                show()
                sampler.sample()
            }
        }
        work()
        return hasSlept
    }

    private func work() {
        let milliseconds = Int.random(in: 50...5000, using: &generator)
        clock.time.advance(by: .milliseconds(milliseconds))
        let seconds = Double(milliseconds) / 1000
        awakeSeconds += seconds
        for index in registers.indices { registers[index].work(random(5...300), for: seconds) }
    }

    private func sleep(_ seconds: Double) {
        for index in registers.indices { registers[index].sleep(random(0.5...80), for: seconds) }
    }

    private func show() {
        sensor.show(registers.map { .count($0.count % (1 << 32)) } + [.value(20)])
    }

    /// A snapshot, in one of ten of which the machine sleeps: before or after the registers are read.
    func snapshot() -> Snapshot {
        guard random(0...1) < 0.1 else {
            show()
            return sampler.snapshot()
        }
        let seconds = sleepLength()
        clock.suspendInNextSample(for: .seconds(Int(seconds)))
        if random(0...1) < 0.5 { sleep(seconds) } else { unseenSleep = seconds }
        show()
        return sampler.snapshot()
    }

    /// Compares a snapshot with the truth: energies are between their bounds, and no power is above the highest.
    func compare(_ snapshot: Snapshot) {
        for (index, register) in registers.enumerated() {
            let (channel, truth) = (snapshot.channels[index], Double(register.truth) / 16_384)
            let least = channel.energy?.rawValue ?? 0
            #expect(least <= truth, "\(register.sleep)")
            #expect(least + channel.ambiguousEnergy.rawValue >= truth, "\(register.sleep)")
            if let power = channel.power { #expect(power.rawValue <= register.peak * (1 + 1e-9), "\(register.sleep)") }
            registers[index].peak = 0
        }
        let gauge = snapshot.channels[3]
        #expect(abs((gauge.energy?.rawValue ?? 0) - 20 * awakeSeconds) < 1e-6)
    }
}
