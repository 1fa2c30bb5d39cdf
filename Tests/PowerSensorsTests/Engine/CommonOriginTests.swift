import PowerSensors
import PowerSensorsTestSupport
import Testing

/// The samples of a monitor, and the points of all its subscribers, are multiples of their intervals from one origin.
@Suite(.timeLimit(.minutes(1)))
struct CommonOriginTests {
    private static let second: Int64 = 1_000_000_000

    private func configuration(_ interval: Duration) -> MonitorConfiguration {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        sensor.show(.count(5))
        return MonitorConfiguration(sensors: SensorSet(only: [sensor]), interval: interval)
    }

    @Test func `samples are counted from the monitor's start, whoever subscribes later`() {
        let topology = Topology(generation: 1, discoveries: [])
        let before = SampleInstant.monotonicNow
        var state = MonitorState(topology, configuration(.seconds(10)))
        let after = SampleInstant.monotonicNow
        let first = state.nextSample(after: after, atMost: .max)
        let origin = first - 10 * Self.second
        #expect(before...after ~= origin)
        for late in [1, 9, 10, 11, 3599] as [Int64] {
            let next = state.nextSample(after: origin + late * Self.second + 1, atMost: .max)
            #expect(next == origin + (late / 10 + 1) * 10 * Self.second)
        }
        // A subscriber, and a counter that wraps soon, add samples between; none of the old ones is moved.
        let stream = AsyncStream<Snapshot>.makeStream()
        let subscriber = state.subscribe(every: 2 * Self.second, stream.continuation)
        #expect(subscriber != nil)
        #expect(state.nextSample(after: origin + 9 * Self.second, atMost: .max) == first)
        #expect(state.nextSample(after: origin + 7 * Self.second, atMost: .max) == first - 2 * Self.second)
        #expect(state.nextSample(after: origin + 9_500_000_000, atMost: Self.second) == first)
    }

    @Test func `subscribers of one interval receive the same samples of a running monitor`() async throws {
        let monitor = try PowerMonitor(configuration(.milliseconds(250)))
        defer { monitor.stop() }
        let first = monitor.snapshots(every: .milliseconds(250))
        let (began, ready) = AsyncStream<Void>.makeStream()
        async let all = instants(8, of: first, whenBegun: ready)
        for await _ in began { break }
        // The second one begins at any time between two points.
        let late = await instants(4, of: monitor.snapshots(every: .milliseconds(250)))
        let early = await all
        #expect(late.count == 4 && early.count == 8)
        // Only its first snapshot is that of the next sample, whose ever.
        #expect(Set(late.dropFirst()).isSubset(of: early), "\(late) of \(early)")
    }

    /// The instants of the next snapshots.
    private func instants(
        _ count: Int, of snapshots: SnapshotSequence, whenBegun begun: AsyncStream<Void>.Continuation? = nil
    ) async -> [SampleInstant] {
        var instants: [SampleInstant] = []
        for await snapshot in snapshots {
            instants.append(snapshot.instant)
            if instants.count == 2 { begun?.yield() }
            if instants.count == count { break }
        }
        return instants
    }
}
