import PowerSensors
import PowerSensorsTestSupport
import Testing

struct MeasurementTests {
    private let joule: UInt64 = 16_384
    private let clock = ManualClock()

    private func sampler(_ sensor: ScriptedSensor) throws -> Sampler {
        try Sampler(SensorSet(only: [sensor])) { [clock] in clock.instant }
    }

    @Test func `a measurement has the energy, mean power and duration of the work`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("package-1")])
        sensor.show(.count(1000), .count(2000))
        var sampler = try sampler(sensor)
        sampler.sample()
        let (result, measurement) = sampler.measure {
            clock.advance(by: .seconds(4))
            sensor.show(.count(1000 + 100 * joule), .count(2000 + 60 * joule))
            return "done"
        }
        #expect(result == "done")
        #expect(measurement.duration == .seconds(4))
        let figure = try #require(measurement.headline)
        #expect(figure.scope == .cpu)
        #expect(figure.energy == 160)
        #expect(figure.power == 40)
        #expect(figure.status == .ok)
        #expect(
            try #require(figure.low) < 160 && #require(figure.high) > 160,
            "a counter is late by up to its update period")
    }

    @Test func `measurements that begin and end apart may overlap, and have each channel`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("package-1")])
        sensor.show(.count(1000), .count(2000))
        var sampler = try sampler(sensor)
        let outer = sampler.beginMeasurement()
        clock.advance(by: .seconds(1))
        sensor.show(.count(1000 + 10 * joule), .count(2000 + 15 * joule))
        let inner = sampler.beginMeasurement()
        clock.advance(by: .seconds(1))
        sensor.show(.count(1000 + 30 * joule), .count(2000 + 20 * joule))
        let second = sampler.endMeasurement(inner)
        let first = sampler.endMeasurement(outer)
        #expect(first.headline?.energy == 50 && second.headline?.energy == 25)
        #expect(first.duration == .seconds(2) && second.duration == .seconds(1))
        #expect(first.channels.map(\.id) == ["scripted/package-0", "scripted/package-1"])
        #expect(first.channels.map(\.energy) == [30, 20])
        #expect(first.channels.map(\.power) == [15, 10])
        #expect(second.channels.map(\.energy) == [20, 5])
    }

    @Test func `a measurement does not affect the snapshots`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        _ = sampler.snapshot()
        for step in 1...4 {
            clock.advance(by: .seconds(1))
            sensor.show(.count(1000 + UInt64(step) * 10 * joule))
            if step == 2 { _ = sampler.measure {} }
        }
        let snapshot = sampler.snapshot()
        #expect(snapshot.interval == .seconds(4))
        #expect(snapshot.headline?.power == 10)
        #expect(snapshot.headline?.energy == 40)
    }

    @Test(arguments: [Provenance.measured, .estimated])
    func `a measurement across a suspend has the mean of a counter, and none of a model`(provenance: Provenance) throws
    {
        var channel = Channel.counter("package-0")
        channel.provenance = provenance
        let sensor = ScriptedSensor(channels: [channel])
        sensor.show(.count(1_000_000_000))
        var sampler = try sampler(sensor)
        sampler.sample()
        let measurement = sampler.measure {
            clock.advance(by: .seconds(2))
            clock.suspend(for: .seconds(38))
            sensor.show(.count(1_000_000_000 + 400 * joule))
        }.measurement
        #expect(measurement.duration == .seconds(40))
        let figure = try #require(measurement.headline)
        #expect(figure.energy == 400)
        #expect(figure.power == (provenance == .measured ? 10 : nil))
        #expect(figure.status == .ok)
    }

    @Test(arguments: [true, false])
    func `what is used while a counter is read widens the bounds by that, and by no band`(isFirst: Bool) throws {
        let clock = SimulatedMeter.Clock()
        var channel = Channel.counter("package-0")
        channel.refreshInterval = .milliseconds(1)
        let meter = SimulatedMeter("scripted", [channel], watts: 40, clock: clock)
        var sampler = try Sampler(SensorSet(only: [meter])) { clock.instant }
        for _ in 0..<3 {
            clock.advance(by: .seconds(1))
            _ = sampler.snapshot()
        }
        let delay = { meter.delay(0, before: .zero, after: .milliseconds(200)) }
        if isFirst { delay() }
        let measurement = sampler.measure {
            clock.advance(by: .seconds(1))
            if isFirst { meter.delay(0) } else { delay() }
        }.measurement
        let figure = try #require(measurement.headline)
        let energy = try #require(figure.energy).rawValue
        let (low, high) = (try #require(figure.low).rawValue, try #require(figure.high).rawValue)
        // Beside the read, the register may be a millisecond late: 0.04 J.
        #expect(low <= energy - 40 * 0.2 * 0.9 && low >= energy - 40 * 0.2 * 1.3 - 0.1)
        #expect(high >= energy && high <= energy + 0.1)
    }

    @Test func `an estimate's band is that of its energy`() throws {
        var channel = Channel.counter("host", scope: .wall, domain: "host")
        channel.provenance = .estimated
        channel.band = RelativeBand(low: 0.8, high: 1.3)
        channel.refreshInterval = .milliseconds(1)
        let sensor = ScriptedSensor(channels: [channel])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        sampler.sample()
        let measurement = sampler.measure {
            clock.advance(by: .seconds(10))
            sensor.show(.count(1000 + 100 * joule))
        }.measurement
        let figure = try #require(measurement.headline)
        #expect(figure.provenance == .estimated)
        #expect(abs(try #require(figure.low).rawValue - 80) < 0.1)
        #expect(abs(try #require(figure.high).rawValue - 130) < 0.1)
    }

    @Test func `work that ends before its source counts anything has an unknown energy, not 0 J`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        let figure = try #require(sampler.measure { clock.advance(by: .microseconds(50)) }.measurement.headline)
        #expect(figure.energy == nil && figure.low == nil && figure.high == nil)
        #expect(figure.status == .warmingUp)
    }

    @Test func `work that is shorter than the updates of its source has bounds that say so`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        let measurement = sampler.measure {
            clock.advance(by: .microseconds(200))
            sensor.show(.count(1000 + joule / 4))
        }.measurement
        // At its mean of 1250 W, a millisecond is 1.25 J.
        let figure = try #require(measurement.headline)
        #expect(figure.energy == 0.25 && figure.low == 0)
        #expect(try #require(figure.high) >= 1.49)
    }

    @Test func `a counter that hardly moves is taken for one that counts once a second`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        #expect(sampler.updateTime(of: .cpu) == .seconds(1) && sampler.updateTime(of: .battery) == .zero)
        // 23 W, counted once a second: in 0.3 s there is one step, or none.
        let step = sampler.measure {
            clock.advance(by: .milliseconds(300))
            sensor.show(.count(1000 + 23 * joule))
        }.measurement
        let figure = try #require(step.headline)
        #expect(try #require(figure.low) <= 23 * 0.3 && #require(figure.high) >= 23, "\(figure)")
        let none = sampler.measure { clock.advance(by: .milliseconds(300)) }.measurement
        #expect(none.headline?.energy == nil && none.headline?.status == .warmingUp)
        #expect(none.channels.map(\.status) == [.warmingUp])
        // That it stood still for two seconds is known.
        let still = sampler.measure { clock.advance(by: .seconds(2)) }.measurement
        #expect(still.headline?.energy == 0 && still.headline?.status == .ok)
    }

    @Test func `a counter that never moved, and one that is no figure's, change nothing of that`() throws {
        var known = Channel.counter("package-0")
        known.refreshInterval = .milliseconds(1)
        let sensor = ScriptedSensor(channels: [known, .counter("dram"), .counter("uncore", scope: nil)])
        sensor.show(.count(1000), .count(0), .count(7))
        var sampler = try sampler(sensor)
        #expect(sampler.updateTime(of: .cpu) == .milliseconds(1))
        // That it stands still is known by then.
        for _ in 0..<3 {
            clock.advance(by: .seconds(1))
            sampler.sample()
        }
        let measurement = sampler.measure {
            clock.advance(by: .milliseconds(300))
            sensor.show(.count(1000 + 6 * joule), .count(0), .count(7))
        }.measurement
        #expect(measurement.figures.first { $0.scope == .cpu }?.energy == 6)
        #expect(measurement.channels[2].energy == 0)
    }

    @Test(arguments: [Duration.microseconds(300), .milliseconds(1)])
    func `how often a counter counts is seen in some milliseconds`(period: Duration) throws {
        let sensor = SteppingSensor(every: period)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let seen = sampler.updateTime(of: .cpu)
        // A reading may be delayed, never early.
        #expect(seen >= period && seen < .seconds(1), "\(seen)")
        let reads = sensor.reads
        #expect(sampler.updateTime(of: .cpu) == seen && sensor.reads == reads, "once in each generation")
        let start = sampler.beginMeasurement()
        _ = sampler.endMeasurement(start)
        #expect(sensor.reads == reads + 2)
    }

    @Test func `if a part is missing, the energy is unknown rather than smaller`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("package-1")])
        sensor.show(.count(1000), .count(2000))
        var sampler = try sampler(sensor)
        sampler.sample()
        let measurement = sampler.measure {
            clock.advance(by: .seconds(4))
            sensor.show(.count(1000 + 100 * joule), .missing(.io(errno: 5)))
        }.measurement
        let figure = try #require(measurement.figures.first)
        #expect(figure.energy == nil)
        #expect(figure.status == .partial)
    }

    @Test func `asynchronous work is measured to its end, with what it did on other tasks`() async throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1 << 32 - 99 * joule))
        var sampler = try sampler(sensor)
        let (result, measurement) = await sampler.measure { [clock, joule] in
            await Task.yield()
            return await Task.detached {
                clock.advance(by: .seconds(2))
                // The register has wrapped meanwhile.
                sensor.show(.count(joule))
                return "done"
            }.value
        }
        #expect(result == "done")
        #expect(measurement.duration == .seconds(2))
        #expect(measurement.headline?.energy == 100)
        #expect(measurement.headline?.power == 50)
    }

    /// Holds what is not sendable.
    private actor Owner {
        final class Count { var value = 0 }
        private let count = Count()

        func measure(_ sensor: ScriptedSensor, _ clock: ManualClock) async throws -> (Int, Measurement) {
            var sampler = try Sampler(SensorSet(only: [sensor])) { clock.instant }
            let (returned, measurement) = await sampler.measure {
                count.value += 1
                assertIsolated()
                await Task.yield()
                assertIsolated()
                clock.advance(by: .seconds(1))
                sensor.show(.count(1000 + 16_384))
                return count
            }
            return (returned.value, measurement)
        }
    }

    @Test func `asynchronous work runs on the caller's actor, and may return what cannot be sent`() async throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        let (count, measurement) = try await Owner().measure(sensor, clock)
        #expect(count == 1 && measurement.headline?.energy == 1)
    }

    @Test func `an error of asynchronous work is rethrown as it is, and a later measurement goes on`() async throws {
        struct Failure: Error, Equatable { let code: Int }
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        do throws(Failure) {
            _ = try await sampler.measure { () async throws(Failure) in
                await Task.yield()
                throw Failure(code: 3)
            }
            Issue.record("nothing was thrown")
        } catch {
            #expect(error == Failure(code: 3))
        }
        let second = await sampler.measure {
            await Task.yield()
            clock.advance(by: .seconds(1))
            sensor.show(.count(1000 + 5 * joule))
        }.measurement
        #expect(second.headline?.energy == 5)
    }

    @Test func `work without await is measured without await, also in an asynchronous function`() async throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        let measurement = sampler.measure { clock.advance(by: .seconds(1)) }.measurement
        #expect(measurement.duration == .seconds(1))
        await Task.yield()
    }

    @Test func `an error of the work is rethrown`() throws {
        struct Failure: Error {}
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try sampler(sensor)
        do {
            _ = try sampler.measure { () throws(Failure) in throw Failure() }
            Issue.record("nothing was thrown")
        } catch {
            let snapshot = sampler.snapshot()
            #expect(snapshot.headline != nil, "the sampler goes on")
        }
    }
}

/// A counter of 20 W that moves at equal times, and how often it was read.
private final class SteppingSensor: Sensor {
    let name = SensorName("stepping")
    let period: Int64
    private let count = Locked(0)
    private let start = SampleInstant.monotonicNow

    init(every period: Duration) { self.period = period.wholeNanoseconds }

    var reads: Int { count.withLock { $0 } }

    func discover() -> Discovery { Discovery(channels: [.counter("package-0", of: "stepping")]) }

    func open(_ channels: [Channel]) -> any SensorReader { Reader(sensor: self, channels: channels) }

    private struct Reader: SensorReader {
        let sensor: SteppingSensor
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) {
            sensor.count.withLock { $0 += 1 }
            let steps = (SampleInstant.monotonicNow - sensor.start) / sensor.period
            readings.append(.count(UInt64(1000 + steps * sensor.period * 20 * 16_384 / 1_000_000_000)))
        }
    }
}
