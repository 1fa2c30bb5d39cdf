import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// In every snapshot, mean power × interval is the energy that was gained, whatever the counters do while the machine sleeps.
struct SuspendedPowerTests {
    @Test(arguments: 0..<20)
    func `power, energy and interval agree, and no energy is lost or doubled`(seed: Int) throws {
        let machine = try SuspendedMachine(seed: UInt64(seed))
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
