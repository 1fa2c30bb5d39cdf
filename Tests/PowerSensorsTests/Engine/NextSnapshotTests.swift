import PowerSensors
import Testing

/// The waits are real, and no test asks how late they end.
struct NextSnapshotTests {
    private func sampler() throws -> Sampler {
        try Sampler(SensorSet(only: [ScriptedSensor(channels: [.counter("package-0")])]))
    }

    @Test func `snapshots are taken at points of a grid, and a last one at the end`() throws {
        var sampler = try sampler()
        let start = SuspendingClock.now
        let end = start + .milliseconds(50)
        var instants: [SuspendingClock.Instant] = []
        while let snapshot = sampler.nextSnapshot(every: .milliseconds(20), until: end) {
            instants.append(snapshot.instant.suspending)
        }
        let last = try #require(instants.last)
        #expect(last >= end)
        #expect(instants.dropLast().allSatisfy { $0 >= start + .milliseconds(20) && $0 < end })
        #expect(instants.count <= 3)
        let late = sampler.nextSnapshot(every: .milliseconds(20), until: end)
        #expect(late == nil)
    }

    @Test func `a slow caller skips points, and gets none twice`() throws {
        var sampler = try sampler()
        let interval = Duration.milliseconds(5)
        let first = sampler.nextSnapshot(every: interval)?.instant.suspending ?? .now
        let woken = first + .milliseconds(23)
        while SuspendingClock.now < woken {}
        let snapshots = (0..<2).compactMap { _ in sampler.nextSnapshot(every: interval)?.instant.suspending }
        #expect(snapshots.count == 2)
        // The points between are missed: the next snapshot comes at once, and the one after it at a later point.
        #expect(snapshots[0] >= woken)
        #expect(snapshots[1] > snapshots[0])
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

            func read(into readings: inout OutputSpan<Reading>) {
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
