import PowerSensors
import PowerSensorsTestSupport
import Testing

/// No energy is assumed for the time in which a machine is suspended.
struct SuspendTests {
    private static func meter(_ quantity: Quantity, _ encoding: Channel.Encoding) -> Channel {
        Channel(
            id: "scripted/meter", sensor: SensorName("scripted"), mechanism: "script", quantity: quantity,
            encoding: encoding, component: .host)
    }

    @Test(arguments: [false, true])
    func `power that is read in the background is integrated over the time awake`(
        isReadBeforeSuspend: Bool
    ) throws {
        let clock = ManualClock()
        let sensor = ScriptedSensor(channels: [Self.meter(.power, .gauge)])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        func sample() throws -> ChannelSnapshot { try #require(sampler.snapshot().channels.first) }
        sensor.show(.value(10, at: clock.instant.continuous))
        _ = try sample()
        clock.advance(by: .seconds(1))
        if isReadBeforeSuspend { sensor.show(.value(10, at: clock.instant.continuous)) }
        clock.advance(by: .milliseconds(500))
        clock.suspend(for: .seconds(30))
        // There is no newer reading than the one before the suspend.
        let held = try sample()
        #expect(try #require(held.energy) <= Joules(15))
        clock.advance(by: .milliseconds(500))
        sensor.show(.value(10, at: clock.instant.continuous))
        let awake = try sample()
        #expect(awake.energy == Joules(20))
        #expect(awake.power == Watts(10))
        #expect(awake.ambiguousEnergy == Joules(0))
    }

    @Test func `power that is read on every sample is integrated over the time awake`() throws {
        let clock = ManualClock()
        let sensor = ScriptedSensor(channels: [Self.meter(.power, .gauge)])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        sensor.show(.value(10))
        sampler.sample()
        clock.advance(by: .seconds(1))
        clock.suspend(for: .seconds(3600))
        clock.advance(by: .seconds(1))
        let channel = try #require(sampler.snapshot().channels.first)
        #expect(channel.energy == Joules(20))
        #expect(channel.ambiguousEnergy == Joules(0))
    }

    @Test func `a slow counter has no power until its own time and the snapshot's include the same`() throws {
        let clock = ManualClock()
        let sensor = ScriptedSensor(channels: [Self.meter(.energy, .counter(.unbounded))])
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        for count in [UInt64(5_000_000), 15_000_000, 25_000_000] {
            clock.advance(by: .seconds(1))
            sensor.show(.count(count, at: clock.instant.continuous))
            _ = sampler.snapshot()
        }
        clock.suspend(for: .seconds(30))
        // The snapshot's interval includes the suspend, and the counter's latest change came before.
        #expect(sampler.snapshot().channels.first?.power == nil)
        clock.advance(by: .seconds(1))
        sensor.show(.count(35_000_000, at: clock.instant.continuous))
        // Now it is the other way round.
        let channel = try #require(sampler.snapshot().channels.first)
        #expect(channel.energy == Joules(30))
        #expect(channel.power == nil)
        clock.advance(by: .seconds(1))
        sensor.show(.count(45_000_000, at: clock.instant.continuous))
        #expect(sampler.snapshot().channels.first?.power == Watts(10))
    }
}
