import PowerSensors
import Testing

struct DeliveryGridTests {
    private static let second: Int64 = 1_000_000_000
    private static let millisecond: Int64 = 1_000_000

    /// The times of those samples that a subscriber with an interval receives.
    private func received(
        _ samples: [Int64], every interval: Int64, samplingInterval: Int64, origin: Int64 = 0
    ) -> [Int64] {
        var grid = DeliveryGrid(every: interval, origin: origin)
        return samples.filter { grid.advanceIfDue(at: $0, samplingInterval: samplingInterval) }
    }

    @Test(arguments: [1, 3, 40, 400] as [Int64])
    func `a late first sample does not make a subscriber miss a later one`(late: Int64) {
        var samples = (0..<60).map { $0 * Self.second }
        samples[0] += late * Self.millisecond
        #expect(received(samples, every: Self.second, samplingInterval: Self.second) == samples)
    }

    @Test func `a subscriber with an interval of a second does not receive the sample soon after the first`() {
        let samples = [0, 10 * Self.millisecond] + (1..<10).map { $0 * Self.second + 10 * Self.millisecond }
        let received = received(samples, every: Self.second, samplingInterval: Self.second)
        #expect(received == [0] + samples.dropFirst(2))
    }

    @Test func `of more samples than requested, the nearest are received`() {
        let samples = (0..<100).map { $0 * 70 * Self.millisecond }
        let received = received(samples, every: 100 * Self.millisecond, samplingInterval: 70 * Self.millisecond)
        for (index, moment) in received.enumerated() {
            let distance = abs(moment - Int64(index) * 100 * Self.millisecond)
            #expect(distance <= 35 * Self.millisecond)
        }
        #expect(received.count == 70)
    }

    @Test func `a sample that is taken early for a new subscriber does not take the place of another's next one`() {
        var grid = DeliveryGrid(every: 10 * Self.second, origin: 0)
        let samples = [10, 16, 20, 29, 30].map { $0 * Self.second }
        let received = samples.filter { now in
            let next = TimeGrid.next(after: now, every: 10 * Self.second)
            return grid.advanceIfDue(at: now, samplingInterval: next - now)
        }
        #expect(received == [10, 20, 30].map { $0 * Self.second })
    }

    @Test func `snapshots that a long gap prevented are not delivered later`() {
        let samples = [0, 1, 9, 10, 11].map { $0 * Self.second }
        #expect(received(samples, every: Self.second, samplingInterval: Self.second) == samples)
    }

    @Test(arguments: [3, 250, 499, 500, 501, 2499, 2500, 2501, 4999] as [Int64])
    func `subscribers with one interval receive the same samples, whenever they begin`(start: Int64) {
        let samples = (0..<200).map { $0 * 333 * Self.millisecond }
        let late = samples.filter { $0 >= start * Self.millisecond }
        let interval = 5 * Self.second
        let first = received(samples, every: interval, samplingInterval: Self.second)
        let second = received(late, every: interval, samplingInterval: Self.second)
        // All but the first ones, which come with the next sample.
        #expect(Set(second.dropFirst()).isSubset(of: first))
        #expect(second.count >= first.count - 2)
        let multiple = received(late, every: 2 * interval, samplingInterval: Self.second)
        #expect(Set(multiple.dropFirst()).isSubset(of: first))
        #expect(multiple.count > 5)
    }

    @Test func `the second snapshot comes half an interval after the first at least`() {
        let samples = (0..<200).map { $0 * 100 * Self.millisecond }
        for begin in 0..<50 {
            let received = received(
                Array(samples.dropFirst(begin)), every: 2 * Self.second, samplingInterval: 100 * Self.millisecond)
            #expect(received[1] - received[0] > Self.second - 100 * Self.millisecond)
            #expect(received[1] - received[0] <= 3 * Self.second)
            #expect(received[2] - received[1] == 2 * Self.second)
        }
    }

    @Test func `points without a sample are counted, and early samples miss none`() {
        var grid = DeliveryGrid(every: Self.millisecond, origin: 0)
        let missed = [0, 1000, 1700, 3000, 7100].map { microseconds -> Int in
            let now = Int64(microseconds) * 1000
            let missed = grid.missed(at: now)
            _ = grid.advanceIfDue(at: now, samplingInterval: Self.millisecond)
            return missed
        }
        #expect(missed == [0, 0, 0, 0, 3])
    }

    @Test func `every sample is received although their times jitter`() {
        var state: UInt64 = 7
        let samples = (0..<1000).map { index -> Int64 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(index) * Self.millisecond + Int64(state >> 33) % (Self.millisecond / 5)
        }
        #expect(received(samples, every: Self.millisecond, samplingInterval: Self.millisecond).count == 1000)
    }
}
