import PowerSensors
import PowerSensorsTestSupport
import Testing

/// The process was stopped, or got no processor, for longer than a counter takes to wrap.
struct UnseenWrapTests {
    private let clock = SimulatedMeter.Clock()

    @Test func `a gap that may hide more energy than was counted is ambiguous, and its bounds hold the truth`() throws {
        // 1024 J a turn, at 53.5 W: three turns in a minute, and 4 % of another.
        let meter = meter([.small("package-0")], watts: 53.5)
        var sampler = try sampler([meter])
        let before = sampler.snapshot().channels[0]
        clock.advance(by: .seconds(60))
        let gap = sampler.snapshot()
        let channel = gap.channels[0]
        #expect(channel.status == .ambiguous)
        #expect(channel.power == nil)
        #expect((channel.low?.rawValue ?? .infinity) < 53.5 / 16)
        #expect((channel.high?.rawValue ?? 0) >= 53.5)
        // Nothing is lost: the energy goes on as the lower bound.
        let counted = try #require(channel.energy) - (try #require(before.energy))
        #expect(counted.rawValue > 0 && counted.rawValue < 60 * 53.5)
        #expect(counted.rawValue + channel.ambiguousEnergy.rawValue >= 60 * 53.5)
        #expect(gap.headline?.status == .ambiguous)
        #expect(gap.headline?.power == nil)
        #expect(gap.headline?.low == channel.low && gap.headline?.high == channel.high)
        #expect(gap.headline?.energy == channel.energy)

        clock.advance(by: .seconds(1))
        let after = sampler.snapshot().channels[0]
        #expect(after.status == .ok)
        #expect(abs((after.power?.rawValue ?? 0) - 53.5) < 0.01)
        #expect(after.low == nil)
        #expect(after.ambiguousEnergy == channel.ambiguousEnergy)
    }

    @Test func `a gap in which little is ambiguous has a power with a band`() throws {
        // 4500 J that are certain; then two turns that are not seen, and two thirds of another.
        let meter = meter([.small("package-0")], watts: 900)
        var sampler = try sampler([meter])
        for _ in 0..<50 {
            clock.advance(by: .milliseconds(100))
            sampler.sample()
        }
        clock.advance(by: .seconds(3))
        let channel = sampler.snapshot().channels[0]
        #expect(channel.status == .ok)
        #expect(channel.power == channel.low)
        #expect(channel.ambiguousEnergy == Joules(2048))
        #expect((channel.low?.rawValue ?? .infinity) <= 900 && 899.9 <= (channel.high?.rawValue ?? 0))
    }

    @Test func `a sum is ambiguous only if the ambiguous part is more than all of it`() throws {
        let clock = clock
        let large = SimulatedMeter("scripted", [.counter("package-0"), .small("dram")], watts: 45, clock: clock)
        var sampler = try Sampler(SensorSet(only: [large]), now: { clock.instant })
        _ = sampler.snapshot()
        clock.advance(by: .seconds(2))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(23))
        let gap = sampler.snapshot()
        #expect(gap.channels.map(\.status) == [.ok, .ambiguous])
        #expect(gap.headline?.status == .ambiguous, "23 s at up to 1 kW")

        let small = SimulatedMeter(
            "scripted", [.counter("package-0"), .small("dram", most: 60)], watts: 45, clock: clock)
        var other = try Sampler(SensorSet(only: [small]), now: { clock.instant })
        _ = other.snapshot()
        clock.advance(by: .seconds(2))
        _ = other.snapshot()
        clock.advance(by: .seconds(23))
        let partly = other.snapshot()
        #expect(partly.channels.map(\.status) == [.ok, .ambiguous])
        let host = try #require(partly.headline)
        #expect(host.status == .ok)
        let power = try #require(host.power)
        #expect(power == host.low)
        #expect(power.rawValue <= 90 && 90 <= (host.high?.rawValue ?? 0))
    }

    @Test func `a number that is the same after a gap may have wrapped all the way round`() throws {
        let sensor = ScriptedSensor(channels: [.small("uncore")])
        let clock = clock
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        for count: UInt64 in [5, 10, 10] {
            sensor.show(.count(count))
            _ = sampler.snapshot()
            clock.advance(by: .milliseconds(100))
        }
        clock.advance(by: .seconds(60))
        let channel = sampler.snapshot().channels[0]
        #expect(channel.status == .ambiguous)
        #expect(channel.low == Watts(0))
        #expect((channel.high?.rawValue ?? 0) > 900)
        clock.advance(by: .milliseconds(100))
        let after = sampler.snapshot().channels[0]
        #expect(after.status == .ok)
        #expect(after.power == Watts(0))
    }

    @Test func `a power that is repeated stays ambiguous until there is another`() throws {
        let sensor = ScriptedSensor(channels: [.small("package-0")])
        let clock = clock
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        // A source that is updated once a second and read four times a second.
        var statuses: [ReadingStatus] = []
        for tick in 0..<32 {
            if tick == 24 { clock.advance(by: .seconds(60)) }
            sensor.show(.count(UInt64(1 + tick / 4) * 16_384 * 20))
            statuses.append(sampler.snapshot().channels[0].status)
            clock.advance(by: .milliseconds(250))
        }
        #expect(statuses[16..<24].allSatisfy { $0 == .ok })
        #expect(statuses[24..<28].allSatisfy { $0 == .ambiguous })
        #expect(statuses[28...].allSatisfy { $0 == .ok })
    }

    @Test func `a gauge that was not read for over a minute is ambiguous, not at rest`() throws {
        var gauge = Channel(
            id: "scripted/input", sensor: SensorName("scripted"), mechanism: "test", quantity: .power, encoding: .gauge,
            component: .host)
        gauge.countsIn = .platform
        gauge.maximumPower = Watts(500)
        let meter = meter([gauge], watts: 120)
        var sampler = try sampler([meter])
        clock.advance(by: .seconds(90))
        let gap = sampler.snapshot()
        #expect(gap.channels[0].status == .ambiguous)
        #expect(gap.channels[0].power == nil)
        #expect(gap.channels[0].value == 120)
        #expect(gap.channels[0].low == Watts(0))
        #expect((gap.channels[0].high?.rawValue ?? 0) >= 120)
        #expect(gap.headline?.status == .ambiguous)
        clock.advance(by: .seconds(1))
        let after = sampler.snapshot()
        #expect(after.channels[0].power == Watts(120))
    }

    @Test func `work with a gap that is ambiguous has bounds and no power`() throws {
        let meter = meter([.small("package-0")], watts: 53.5)
        var sampler = try sampler([meter])
        let clock = clock
        let figure = try #require(sampler.measure { clock.advance(by: .seconds(60)) }.measurement.headline)
        #expect(figure.status == .ambiguous)
        #expect(figure.power == nil)
        #expect((figure.low?.rawValue ?? .infinity) <= 60 * 53.5 && 60 * 53.5 <= (figure.high?.rawValue ?? 0))
    }

    // MARK: Machines

    private func meter(_ channels: [Channel], watts: Double) -> SimulatedMeter {
        SimulatedMeter("scripted", channels, watts: watts, clock: clock)
    }

    /// A sampler that has been running for two seconds.
    private func sampler(_ sensors: [any Sensor]) throws -> Sampler {
        let clock = clock
        var sampler = try Sampler(SensorSet(only: sensors), now: { clock.instant })
        _ = sampler.snapshot()
        for _ in 0..<20 {
            clock.advance(by: .milliseconds(100))
            _ = sampler.snapshot()
        }
        return sampler
    }
}

extension Channel {
    /// A counter of 2⁻¹⁴ J in 24 bits: 1024 J.
    fileprivate static func small(_ id: String, most watts: Double = 1000) -> Channel {
        var component = Component(id: id, kind: .domain)
        component.domain = "package"
        var channel = Channel(
            id: "scripted/\(id)", sensor: SensorName("scripted"), mechanism: "script", quantity: .energy,
            encoding: .counter(.counts(unit: .binaryFraction(14), lastCount: (1 << 24) - 1)), component: component)
        channel.countsIn = .cpu
        channel.maximumPower = Watts(watts)
        return channel
    }
}
