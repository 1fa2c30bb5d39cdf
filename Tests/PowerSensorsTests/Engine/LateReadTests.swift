import PowerSensors
import PowerSensorsTestSupport
import Testing

/// One read of a sample takes long.
struct LateReadTests {
    private let clock = SimulatedMeter.Clock()
    private let watts = 40.0

    struct Lateness: CustomTestStringConvertible {
        let milliseconds: Int
        let channel: Int
        /// Whether the number is that of the read's end, rather than that of its beginning.
        let isAtEnd: Bool

        var testDescription: String {
            "\(milliseconds) ms in channel \(channel), \(isAtEnd ? "then" : "after") the number"
        }

        func delay(_ meter: SimulatedMeter) {
            let time = Duration.milliseconds(milliseconds)
            meter.delay(channel, before: isAtEnd ? time : .zero, after: isAtEnd ? .zero : time)
        }
    }

    private static let latenesses = [100, 200, 300].flatMap { time in
        [0, 1, 2].flatMap { channel in
            [true, false].map { Lateness(milliseconds: time, channel: channel, isAtEnd: $0) }
        }
    }

    @Test(arguments: latenesses)
    func `a power that a slow read makes uncertain has a band with the truth in it`(lateness: Lateness) throws {
        let meter = meter(3)
        var sampler = try sampler([meter])
        let quick = next(&sampler)
        #expect(quick.channels.allSatisfy { $0.low == nil })
        lateness.delay(meter)
        let late = next(&sampler)
        meter.delay(lateness.channel)
        // The interval after begins with the slow read.
        for snapshot in [late, next(&sampler)] {
            for channel in snapshot.channels {
                let (low, high) = (try #require(channel.low), try #require(channel.high))
                #expect(channel.status == .ok)
                #expect(low.rawValue <= watts && watts <= high.rawValue)
                let read = Double(lateness.milliseconds) / 1000
                #expect(high.rawValue - low.rawValue < watts * 1.05 * read / (1 - read), "no wider than the read")
            }
            let host = try #require(snapshot.headline)
            #expect((host.low?.rawValue ?? .infinity) <= 3 * watts && 3 * watts <= (host.high?.rawValue ?? 0))
        }
        for channel in next(&sampler).channels {
            #expect(channel.low == nil)
            #expect(abs((channel.power?.rawValue ?? 0) - watts) < watts / 1000)
        }
    }

    @Test(arguments: latenesses)
    func `a slow sensor leaves the powers of the others as they are`(lateness: Lateness) throws {
        let (first, slow, last) = (meter(2, "first"), meter(3, "slow"), meter(1, "last"))
        var sampler = try sampler([first, slow, last])
        for isLate in [false, true, false, true, true, false, false] {
            if isLate { lateness.delay(slow) } else { slow.delay(lateness.channel) }
            let snapshot = next(&sampler)
            for (channel, figures) in snapshot.channelFigures {
                let power = try #require(figures.power).rawValue
                if channel.sensor == slow.name {
                    #expect((figures.low?.rawValue ?? power) <= watts * 1.001)
                    #expect((figures.high?.rawValue ?? power) >= watts * 0.999)
                } else {
                    #expect(abs(power - watts) < watts / 100, "\(channel.id)")
                    #expect(figures.low == nil)
                }
            }
        }
    }

    @Test func `no power is certain and wrong, whatever reads are slow`() throws {
        for seed in 0..<40 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let meters = [meter(2, "first"), meter(2, "second")]
            var sampler = try sampler(meters)
            for _ in 0..<20 {
                let meter = meters[Int.random(in: 0...1, using: &generator)]
                let times = (0..<2).map { _ in Duration.milliseconds(Int.random(in: 0...400, using: &generator)) }
                meter.delay(Int.random(in: 0...1, using: &generator), before: times[0], after: times[1])
                for channel in next(&sampler).channels {
                    let power = try #require(channel.power)
                    #expect((channel.low ?? power * 0.99).rawValue <= watts)
                    #expect((channel.high ?? power * 1.01).rawValue >= watts)
                }
                meter.delay(0)
                meter.delay(1)
            }
            let energy = try #require(sampler.snapshot().channels[0].energy)
            #expect(energy.rawValue > 0)
        }
    }

    @Test func `the bound of two late reads right after each other is the highest power`() throws {
        let meter = meter(1)
        var sampler = try sampler([meter])
        meter.delay(0, before: .milliseconds(500), after: .milliseconds(500))
        _ = sampler.snapshot()
        let second = sampler.snapshot()
        #expect(second.channels[0].high == Watts(1000))
        #expect((second.channels[0].low?.rawValue ?? .infinity) <= watts)
    }

    @Test func `a source that takes long in the background has the middle of the read as its instant`() throws {
        let began = clock.instant
        let reading = Reading.count(5).stamped(between: began, and: began.advanced(by: .milliseconds(301)))
        #expect(reading.instant == began.advanced(by: .microseconds(150_500)).continuous)
        // An instant of its own is kept.
        let own = Reading.count(5).stamped(at: began).stamped(between: began, and: began.advanced(by: .seconds(1)))
        #expect(own.instant == began.continuous)
        // A suspend in the read is taken to come before the number, as in a sample.
        let end = began.suspended(for: .seconds(60)).advanced(by: .milliseconds(2))
        let asleep = Reading.count(5).stamped(between: began, and: end)
        #expect(asleep.instant == end.advanced(by: .milliseconds(-1)).continuous)
    }

    @Test func `the power of a source that took long in the background has a band`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        let clock = clock
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        var truth: UInt64 = 1000
        for (index, milliseconds) in [1, 1, 300, 1, 1].enumerated() {
            clock.advance(by: .seconds(1))
            // Every number is that of the read's beginning.
            truth += UInt64(watts * 16_384)
            let end = clock.instant.advanced(by: .milliseconds(milliseconds))
            sensor.show(Reading.count(truth).stamped(between: clock.instant, and: end))
            let channel = sampler.snapshot().channels[0]
            if index == 0 { continue }
            let power = try #require(channel.power)
            #expect((channel.low != nil) == [2, 3].contains(index))
            #expect((channel.low ?? power * 0.99).rawValue <= watts)
            #expect((channel.high ?? power * 1.01).rawValue >= watts)
        }
    }

    @Test(arguments: [(490, false), (510, true)])
    func `an instant's uncertainty is kept in whole milliseconds, the nearest`(microseconds: Int, hasBand: Bool) throws
    {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        let clock = clock
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        for count in [1000, 2000, 3000] as [UInt64] {
            clock.advance(by: .milliseconds(20))
            let end = clock.instant.advanced(by: .microseconds(2 * microseconds))
            sensor.show(Reading.count(count).stamped(between: clock.instant, and: end))
            let channel = sampler.snapshot().channels[0]
            if count == 3000 { #expect((channel.low != nil) == hasBand) }
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `what is used while the sensors are read is not taken for work's`(isFirst: Bool, isAtEnd: Bool) throws {
        let meter = meter(1)
        var sampler = try sampler([meter])
        let late = Lateness(milliseconds: 300, channel: 0, isAtEnd: isAtEnd)
        if isFirst { late.delay(meter) }
        let clock = clock
        let measurement = sampler.measure {
            clock.advance(by: .seconds(1))
            if isFirst { meter.delay(0) } else { late.delay(meter) }
        }.measurement
        let figure = try #require(measurement.headline)
        #expect((figure.low?.rawValue ?? .infinity) <= watts && watts <= (figure.high?.rawValue ?? 0))
    }

    // MARK: Machines

    private func meter(_ count: Int, _ name: String = "scripted") -> SimulatedMeter {
        let scope = name == "scripted" ? Scope.cpu : nil
        let channels = (0..<count).map { Channel.counter("package-\($0)", of: name, scope: scope) }
        return SimulatedMeter(name, channels, watts: watts, clock: clock)
    }

    /// A sampler that has been running for three seconds.
    private func sampler(_ sensors: [any Sensor]) throws -> Sampler {
        let clock = clock
        var sampler = try Sampler(SensorSet(only: sensors), now: { clock.instant })
        for _ in 0..<3 { _ = next(&sampler) }
        return sampler
    }

    /// A snapshot whose sample begins at the next whole second.
    private func next(_ sampler: inout Sampler) -> Snapshot {
        let second: Int64 = 1_000_000_000
        clock.advance(by: .nanoseconds(second - clock.instant.boottimeNanoseconds % second))
        return sampler.snapshot()
    }
}
