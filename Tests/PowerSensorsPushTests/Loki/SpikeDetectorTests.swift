#if Exporters
import PowerSensors
import PowerSensorsPush
import PowerSensorsTestSupport
import Testing

struct SpikeDetectorTests {
    /// The indices of the powers at which a spike begins, if there is one power every five seconds.
    private func spikes(_ powers: [Double]) -> [Int] {
        var detector = SpikeDetector(SpikeRule())
        return powers.indices.filter { detector.record(Watts(powers[$0]), over: .seconds(5)) != nil }
    }

    @Test(arguments: [0.0, 1, 40, 5000])
    func `a steady power is not a spike`(power: Double) { #expect(spikes(Array(repeating: power, count: 1000)) == []) }

    @Test func `each spike is reported once, when it begins`() {
        let calm = Array(repeating: 40.0, count: 50)
        #expect(spikes(calm + [90, 95, 90] + calm + [90] + calm) == [50, 103])
    }

    @Test func `nothing is reported before the baseline is known`() {
        #expect(spikes([10, 10, 500, 10, 10]) == [])
    }

    @Test func `a lasting level becomes the baseline`() {
        let found = spikes(Array(repeating: 40, count: 100) + Array(repeating: 90, count: 2000) + [200])
        #expect(found == [100, 2100])
    }

    @Test func `a spike has its power, baseline and threshold`() throws {
        var detector = SpikeDetector(SpikeRule())
        for _ in 0..<50 { _ = detector.record(Watts(40), over: .seconds(5)) }
        let found = detector.record(Watts(60), over: .seconds(5))
        let spike = try #require(found)
        #expect(spike.power == Watts(60))
        #expect(spike.baseline == Watts(40))
        #expect(spike.threshold == Watts(50))
    }

    @Test func `an invalid power, or one of no duration, is ignored`() {
        var plain = SpikeDetector(SpikeRule())
        var disturbed = plain
        for _ in 0..<50 {
            for odd in [Double.nan, .infinity, -5] { #expect(disturbed.record(Watts(odd), over: .seconds(5)) == nil) }
            #expect(disturbed.record(Watts(900), over: .zero) == nil)
            _ = plain.record(Watts(40), over: .seconds(5))
            _ = disturbed.record(Watts(40), over: .seconds(5))
        }
        #expect(plain.record(Watts(70), over: .seconds(5)) == disturbed.record(Watts(70), over: .seconds(5)))
    }

    @Test(arguments: 0..<50)
    func `a spike exceeds all margins, and noise within the smallest one is not a spike`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let level = Double.random(in: 5...2000, using: &generator)
        var detector = SpikeDetector(SpikeRule())
        for _ in 0..<2000 {
            let isNoisy = Int.random(in: 0..<20, using: &generator) == 0
            let power = level * (isNoisy ? Double.random(in: 0...4, using: &generator) : 1)
            guard let spike = detector.record(Watts(power), over: .seconds(2)) else { continue }
            #expect(spike.power.rawValue == power)
            #expect(power > spike.threshold.rawValue)
            #expect(spike.threshold.rawValue >= spike.baseline.rawValue + 10)
            #expect(spike.threshold.rawValue >= spike.baseline.rawValue * 1.25 - 1e-9)
        }
        let calm = (0..<2000).map { _ in level + Double.random(in: -2...2, using: &generator) }
        #expect(spikes(calm) == [])
    }

    @Test func `the interval does not change how soon a level becomes the baseline`() {
        /// The seconds until a step from 100 W to 400 W is no longer a spike, with a power every `interval` seconds.
        func secondsOfSpike(interval: Int) -> Int? {
            var detector = SpikeDetector(SpikeRule())
            for _ in 0..<(3000 / interval) { _ = detector.record(Watts(100), over: .seconds(interval)) }
            _ = detector.record(Watts(400), over: .seconds(interval))
            for time in stride(from: 0, to: 6000, by: interval) {
                _ = detector.record(Watts(400), over: .seconds(interval))
                // Another spike is reported only once the first one is over. A copy, so that it does not affect the baseline.
                var copy = detector
                if copy.record(Watts(10_000), over: .seconds(interval)) != nil { return time }
            }
            return nil
        }
        let times = [1, 5, 10].compactMap { secondsOfSpike(interval: $0) }
        #expect(times.count == 3)
        let spread = (times.max() ?? 0) - (times.min() ?? 0)
        #expect(spread <= 60)
    }
}
#endif
