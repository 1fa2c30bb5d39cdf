import PowerSensors
import PowerSensorsTestSupport
import Testing

/// The waits are real, and no test asks how late they end.
struct NextSnapshotTests {
    private func sampler() throws -> Sampler {
        try Sampler(SensorSet(only: [ScriptedSensor(channels: [.counter("package-0")])]))
    }

    @Test func `snapshots are taken at points of a grid, and a last one at the end`() throws {
        var sampler = try sampler()
        let start = SuspendingClock.now
        let end = start + .milliseconds(500)
        var instants: [SuspendingClock.Instant] = []
        while let snapshot = sampler.nextSnapshot(every: .milliseconds(200), until: end) {
            instants.append(snapshot.instant.suspending)
        }
        let last = try #require(instants.last)
        #expect(last >= end)
        #expect(instants.dropLast().allSatisfy { $0 >= start + .milliseconds(200) && $0 < end })
        #expect(instants.count <= 3)
        let late = sampler.nextSnapshot(every: .milliseconds(200), until: end)
        #expect(late == nil)
    }

    @Test func `a slow caller skips points, and gets none twice`() throws {
        var sampler = try sampler()
        let interval = Duration.milliseconds(5)
        let first = sampler.nextSnapshot(every: interval)?.instant.suspending ?? .now
        let woken = first + .milliseconds(23)
        while SuspendingClock.now < woken {}
        let taken = (0..<3).compactMap { _ in sampler.nextSnapshot(every: interval) }
        try #require(taken.count == 3)
        let snapshots = taken.map(\.instant.suspending)
        #expect(taken[0].skipped >= 3)
        // The points between are missed: the next snapshot comes at once, and those after it at later points.
        #expect(snapshots[0] >= woken)
        #expect(snapshots[2] - snapshots[0] > interval)
    }

    @Test func `it samples meanwhile, as often as the fastest counter needs`() throws {
        var channel = Channel.counter("package-0", of: "counting")
        // Half the counter's range of 262 kJ in 5 ms.
        channel.maximumPower = Watts(26_214_400)
        let sensor = CountingSensor(channel: channel)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let safe = sampler.longestSafeInterval ?? .seconds(1)
        #expect(safe <= .milliseconds(5))
        sampler.sample()
        let before = sensor.reads.withLock { $0 }
        _ = sampler.nextSnapshot(every: .milliseconds(200))
        #expect(sensor.reads.withLock { $0 } > before + 1)
    }

    /// A counter that counts how often it is read.
    private final class CountingSensor: Sensor {
        let name = SensorName("counting")
        let channel: Channel
        let reads = Locked(0)

        init(channel: Channel) { self.channel = channel }

        func discover() -> Discovery { Discovery(channels: [channel]) }

        func open(_ channels: [Channel]) -> any SensorReader { Reader(sensor: self) }

        private struct Reader: SensorReader {
            let sensor: CountingSensor
            var channels: [Channel] { [sensor.channel] }

            func readChannels(into readings: inout OutputSpan<Reading>) {
                sensor.reads.withLock { $0 += 1 }
                readings.append(.count(0))
            }
        }
    }

    @Test func `it returns nothing when it is asked to end`() throws {
        var sampler = try sampler()
        let snapshot = sampler.nextSnapshot(every: .seconds(3600), unless: { true })
        #expect(snapshot == nil)
    }

    @Test func `the first snapshot has power, since the first call begins its interval`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(1000))
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let snapshot = sampler.nextSnapshot(every: .milliseconds(20))
        #expect(snapshot?.interval != nil)
    }

    @Test func `an end that is farther away than any clock goes is no end`() throws {
        var sampler = try sampler()
        let far = SuspendingClock.now + .seconds(Int64.max)
        let snapshot = sampler.nextSnapshot(every: .milliseconds(1), until: far)
        #expect(snapshot != nil)
    }

    @Test func `another interval begins new points`() throws {
        var sampler = try sampler()
        _ = sampler.nextSnapshot(every: .milliseconds(5))
        let start = SuspendingClock.now
        let snapshot = sampler.nextSnapshot(every: .milliseconds(50))
        #expect(try #require(snapshot).instant.suspending >= start + .milliseconds(50))
    }

    @Test func `the longest interval is not taken for a past point`() throws {
        var sampler = try sampler()
        var asked = 0
        let snapshot = sampler.nextSnapshot(every: .seconds(Int64.max), until: .now + .milliseconds(1)) {
            asked += 1
            return asked > 1000
        }
        #expect(snapshot != nil)
    }
}
