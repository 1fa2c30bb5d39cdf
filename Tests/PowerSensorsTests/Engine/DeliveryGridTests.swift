import PowerSensors
import Testing

struct DeliveryGridTests {
    private static let second: Int64 = 1_000_000_000
    private static let millisecond: Int64 = 1_000_000

    /// Which of the samples are taken.
    private func taken(_ samples: [Int64], every nanoseconds: Int64, tick: Int64) -> [Int64] {
        var grid = DeliveryGrid(every: nanoseconds)
        return samples.filter { grid.isDue(at: $0, tick: tick) }
    }

    @Test(arguments: [1, 3, 40, 400] as [Int64])
    func `a first sample that was late costs no later one`(late: Int64) {
        var samples = (0..<60).map { $0 * Self.second }
        samples[0] += late * Self.millisecond
        #expect(taken(samples, every: Self.second, tick: Self.second) == samples)
    }

    @Test func `the sample soon after the first is not taken by who wants one a second`() {
        let samples = [0, 10 * Self.millisecond] + (1..<10).map { $0 * Self.second + 10 * Self.millisecond }
        let taken = taken(samples, every: Self.second, tick: Self.second)
        #expect(taken == [0] + samples.dropFirst(2))
    }

    @Test func `of more samples than wanted the nearest are taken`() {
        let samples = (0..<100).map { $0 * 70 * Self.millisecond }
        let taken = taken(samples, every: 100 * Self.millisecond, tick: 70 * Self.millisecond)
        for (index, moment) in taken.enumerated() {
            let distance = abs(moment - Int64(index) * 100 * Self.millisecond)
            #expect(distance <= 35 * Self.millisecond)
        }
        #expect(taken.count == 70)
    }

    @Test func `what a long gap missed is not made up for`() {
        let samples = [0, 1, 9, 10, 11].map { $0 * Self.second }
        #expect(taken(samples, every: Self.second, tick: Self.second) == samples)
    }

    @Test func `jitter changes no rhythm`() {
        var state: UInt64 = 7
        let samples = (0..<1000).map { index -> Int64 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(index) * Self.millisecond + Int64(state >> 33) % (Self.millisecond / 5)
        }
        #expect(taken(samples, every: Self.millisecond, tick: Self.millisecond).count == 1000)
    }
}
