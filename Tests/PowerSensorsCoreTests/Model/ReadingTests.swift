import PowerSensors
import PowerSensorsTestSupport
import Testing

struct ReadingTests {
    @Test func `a reading is a count or a value, never both, and a missing one is neither`() {
        #expect(Reading.count(5).count == 5)
        #expect(Reading.count(5).value == nil)
        #expect(Reading.value(5).value == 5)
        #expect(Reading.value(5).count == nil)
        #expect(Reading.missing(.ok).count == nil)
        #expect(Reading.missing(.ok).value == nil)
    }

    @Test(arguments: [Reading.value(5), .missing(.ok)])
    func `a counter's reading without a count is implausible, and counts nothing`(wrong: Reading) throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { clock.instant })
        for reading in [Reading.count(100), wrong, .count(100 + 1 << 14)] {
            sensor.show(reading)
            let snapshot = sampler.snapshot()
            if reading.count == nil { #expect(snapshot.channels[0].status == .implausible) }
            clock.advance(by: .seconds(1))
        }
        sampler.sample()
        #expect(sampler.snapshot().channels[0].energy == Joules(1))
    }

    @Test func `a read of more than two minutes is stale`() {
        let began = ManualClock().instant
        func status(_ time: Duration) -> ReadingStatus {
            Reading.count(5).stamped(between: began, and: began.advanced(by: time)).status
        }
        #expect(status(.seconds(131)) == .ok)
        #expect(status(.milliseconds(131_071)) == .stale)
        #expect(status(.seconds(1000)) == .stale)
    }

    @Test func `the kind of a reading does not make it larger`() {
        #expect(MemoryLayout<Reading>.stride == 24)
    }
}
