import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// In every snapshot, mean power × interval is the energy that was gained, whatever the counters do while the machine sleeps.
struct SuspendedPowerTests {
    @Test(arguments: 0..<20)
    func `power, energy and interval agree, and no energy is lost or doubled`(seed: Int) throws {
        let machine = try SleepyMachine(seed: UInt64(seed))
        var last = machine.snapshot()
        machine.begin()
        var (known, knownAcrossSleep) = (0, 0)
        for _ in 0..<300 {
            let hasSlept = machine.live()
            let next = machine.snapshot()
            let seconds = try #require(next.interval).seconds
            for (index, channel) in next.channels.enumerated() where channel.status == .ok {
                let power = try #require(channel.power).rawValue
                let gained = try #require(channel.energy).rawValue - (last.channels[index].energy?.rawValue ?? 0)
                #expect(abs(power * seconds - gained) <= 1e-9 * gained + 1e-6, "\(next.topology.channels[index].id)")
                known += 1
                if hasSlept { knownAcrossSleep += 1 }
            }
            if let host = next.headline, host.status == .ok, let power = host.power?.rawValue {
                let gained = try #require(host.energy).rawValue - (last.headline?.energy?.rawValue ?? 0)
                #expect(abs(power * seconds - gained) <= 1e-9 * gained + 1e-6)
            }
            machine.compare(next)
            last = next
        }
        #expect(known > 500)
        #expect(knownAcrossSleep > 50, "counters that go on or stand still have a mean across a suspend")
    }

    @Test(arguments: [30, 12 * 3600])
    func `a counter that goes on while the machine sleeps shows the mean of the whole time`(seconds: Int) throws {
        let clock = ManualClock()
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        var joules: UInt64 = 200_000
        func snapshot() -> Snapshot {
            sensor.show(.count(joules * 16_384 % (1 << 32)))
            return sampler.snapshot()
        }
        for _ in 0..<5 {
            clock.advance(by: .seconds(2))
            joules += 130
            _ = snapshot()
        }
        clock.suspend(for: .seconds(seconds))
        clock.advance(by: .seconds(2))
        joules += UInt64(65 * (seconds + 2))
        let first = snapshot()
        let interval = try #require(first.interval)
        #expect(interval == .seconds(seconds + 2))
        #expect(first.includesSuspend)
        let channel = first.channels[0]
        let gained = try #require(channel.energy) - Joules(520)
        let power = try #require(channel.power)
        #expect(abs(power.rawValue * interval.seconds - gained.rawValue) < 1e-6)
        if seconds < 200 {
            #expect(power == Watts(65))
            #expect(channel.ambiguousEnergy == Joules(0))
        } else {
            // The register may have wrapped any number of times.
            #expect(power < Watts(65))
            #expect(try #require(channel.high) > Watts(65))
            #expect(channel.energy.map { $0 + channel.ambiguousEnergy } ?? .zero > Joules(65.0 * Double(seconds)))
        }
        #expect(channel.resets == 0)
        clock.advance(by: .seconds(2))
        joules += 130
        let second = snapshot()
        #expect(second.channels[0].power == Watts(65))
        #expect(!second.includesSuspend)
    }

    @Test func `a counter that restarted has no power across the suspend, and the right one after it`() throws {
        let clock = ManualClock()
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        func snapshot(_ joules: UInt64) -> ChannelSnapshot {
            clock.advance(by: .seconds(2))
            sensor.show(.count(joules * 16_384))
            return sampler.snapshot().channels[0]
        }
        for index in 0..<5 { _ = snapshot(200_000 + 130 * UInt64(index)) }
        clock.suspend(for: .seconds(8 * 3600))
        let first = snapshot(100)
        #expect(first.power == nil)
        #expect(first.status == .warmingUp)
        #expect(first.resets == 1)
        #expect(first.energy == Joules(520))
        #expect(first.ambiguousEnergy > Joules(230))
        #expect(snapshot(230).power == Watts(65))
    }

    @Test func `what a model or a gauge knows only of the time awake is no mean across a suspend`() throws {
        let clock = ManualClock()
        var model = Channel(
            id: "scripted/model", sensor: SensorName("scripted"), mechanism: "script", quantity: .energy,
            encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)), component: .host)
        (model.provenance, model.countsIn) = (.estimated, .wall)
        let gauge = Channel(
            id: "scripted/gauge", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
            encoding: .gauge, component: .host)
        let sensor = ScriptedSensor(channels: [model, gauge])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        var seconds: UInt64 = 1
        func snapshot() -> Snapshot {
            clock.advance(by: .seconds(1))
            seconds += 1
            sensor.show(.count(seconds * 40_000_000), .value(20))
            return sampler.snapshot()
        }
        for _ in 0..<3 { _ = snapshot() }
        clock.suspend(for: .seconds(3600))
        let first = snapshot()
        #expect(first.channels.map(\.power) == [nil, nil])
        #expect(first.channels.map(\.status) == [.warmingUp, .warmingUp])
        #expect(first.channels[0].energy == Joules(120))
        #expect(first.channels[1].energy == Joules(60))
        #expect(first.channels[1].value == 20, "what the gauge shows now is known")
        #expect(first.headline?.power == nil)
        #expect(first.headline?.energy == Joules(120))
        let second = snapshot()
        #expect(second.channels.map(\.power) == [Watts(40), Watts(20)])
        #expect(second.headline?.status == .ok)
    }

    @Test func `what was used while the machine slept is given to no consumer`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try web.run(ticks: 200)
        try lab.pass(tasks: 200, idle: 200)
        lab.use([50 * 16_384])
        let before = try #require(sampler.snapshot().consumer(.process, "web")?.energy)
        #expect(before == Joules(25))
        try web.run(ticks: 200)
        lab.clock.suspend(for: .seconds(99))
        try lab.pass(tasks: 200, idle: 200)
        lab.use([5000 * 16_384])
        let snapshot = sampler.snapshot()
        #expect(snapshot.headline?.power == Watts(50))
        let after = try #require(snapshot.consumer(.process, "web"))
        #expect(abs((after.energy - before).rawValue - 25) < 1e-6, "half of one second in a hundred, at 50 W")
        #expect(abs(snapshot.unattributed(.process, .idle) - 25 - 4975) < 1e-6)
        #expect(try #require(after.power) <= Watts(50))
    }
}

/// A simulated machine whose three packages do different things while it sleeps, and a meter of 20 W beside them.
private final class SleepyMachine {
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
