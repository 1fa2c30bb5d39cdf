import PowerSensors
import PowerSensorsTestSupport
import Testing

struct SpikeDetectorTests {
    /// The beginnings and ends of the spikes of a series with one power every `interval` seconds.
    private func changes(
        _ powers: [Double], every interval: Int64 = 5, rule: SpikeRule = .normal, usual: Watts? = nil
    ) -> [(index: Int, change: SpikeDetector.Change)] {
        var detector = SpikeDetector(rule, of: Series.host)
        return powers.indices.compactMap { index in
            let end = Series.instant(Int64(index + 1) * interval)
            return detector.record(Watts(powers[index]), over: .seconds(interval), until: end, usual: usual)
                .map { (index, $0) }
        }
    }

    /// The indices of the powers at which a spike begins.
    private func beginnings(_ powers: [Double], every interval: Int64 = 5, rule: SpikeRule = .normal) -> [Int] {
        changes(powers, every: interval, rule: rule).compactMap {
            if case .began = $0.change { $0.index } else { nil }
        }
    }

    private func calm(_ watts: Double, _ count: Int) -> [Double] { Array(repeating: watts, count: count) }

    @Test(arguments: [0.0, 1, 40, 5000])
    func `a steady power is not a spike`(power: Double) { #expect(beginnings(calm(power, 1000)) == []) }

    @Test func `each spike is told once, when it begins`() {
        #expect(beginnings(calm(40, 50) + [90, 95, 90] + calm(40, 50) + [90] + calm(40, 50)) == [50, 103])
    }

    @Test func `a spike right after another is told`() {
        let calm = calm(40, 120)
        #expect(beginnings(calm + [400, 400, 40, 40, 60, 40] + calm, every: 1) == [120, 124])
    }

    @Test func `a spike in the first minute is told, and none before the baseline is known`() {
        #expect(beginnings(calm(40, 31) + [90] + calm(40, 10), every: 1) == [31])
        #expect(beginnings([10, 10, 500, 10, 10]) == [])
        #expect(beginnings(calm(10, 5) + [500], every: 60) == [], "six intervals are too few")
    }

    @Test func `the end tells the peak, the duration and the energy above the baseline`() throws {
        let found = changes(calm(40, 50) + [90, 140, 60, 44, 40])
        try #require(found.count == 2)
        guard case .began(let first) = found[0].change, case .ended(let last) = found[1].change else {
            Issue.record("\(found)")
            return
        }
        #expect(first.baseline == Watts(40))
        #expect(first.threshold == Watts(50))
        #expect(first.peak == Watts(90))
        #expect(first.duration == .seconds(5))
        #expect(first.began == Series.instant(250))
        #expect(found[1].index == 53)
        #expect(last.began == first.began)
        #expect(last.peak == Watts(140))
        #expect(last.duration == .seconds(15))
        #expect(last.energyAboveBaseline == Joules((50 + 100 + 20) * 5))
        #expect(!last.isLasting)
        #expect((last.scope, last.sensor, last.provenance) == (.cpu, .rapl, .measured))
    }

    @Test func `a level that lasts for half of the memory becomes the baseline`() throws {
        let found = changes(calm(40, 100) + calm(90, 200) + [200])
        #expect(found.map(\.index).first == 100)
        #expect(found.map(\.index).last == 300)
        guard found.count == 3, case .ended(let level) = found[1].change else {
            Issue.record("\(found)")
            return
        }
        #expect(level.isLasting)
        #expect((29...32).contains(found[1].index - 100))
    }

    @Test func `a spike in the first minutes is no level before half of the memory has passed`() throws {
        let found = changes(calm(43, 40) + calm(123, 100) + calm(43, 40), every: 1)
        try #require(found.count == 2)
        guard case .ended(let last) = found[1].change else {
            Issue.record("\(found)")
            return
        }
        #expect(!last.isLasting && last.duration == .seconds(100) && last.energyAboveBaseline == Joules(8000))
    }

    @Test func `what is usual at that time is no spike, nor is a little more`() {
        let powers = calm(40, 50) + [90, 104, 124, 130, 115, 112, 40]
        let told = changes(powers, usual: Watts(100))
        // It is over when the power is usual again, and not only when it is as low as before.
        #expect(told.map(\.index) == [53, 55])
        guard case .began(let spike)? = told.first?.change else { return }
        #expect(spike.threshold == Watts(125))
        #expect(spike.baseline == Watts(40))
    }

    @Test func `what is usual changes nothing where it is less than the baseline`() {
        let powers = calm(40, 50) + [52, 44, 40]
        #expect(changes(powers, usual: Watts(30)).map(\.index) == changes(powers).map(\.index))
    }

    @Test func `an eager rule tells more and a calm one less`() {
        let powers = calm(40, 50) + [46, 40] + calm(40, 20) + [55, 40] + calm(40, 20) + [90, 40]
        #expect(beginnings(powers, rule: .eager) == [50, 72, 94])
        #expect(beginnings(powers, rule: .normal) == [72, 94])
        #expect(beginnings(powers, rule: .calm) == [94])
    }

    @Test func `an invalid power, or one of no duration, is ignored`() {
        var plain = SpikeDetector(.normal, of: Series.host)
        var disturbed = plain
        for second in 1...50 as ClosedRange<Int64> {
            let end = Series.instant(second * 5)
            for odd in [Double.nan, .infinity, -5] {
                #expect(disturbed.record(Watts(odd), over: .seconds(5), until: end) == nil)
            }
            #expect(disturbed.record(Watts(900), over: .zero, until: end) == nil)
            _ = plain.record(Watts(40), over: .seconds(5), until: end)
            _ = disturbed.record(Watts(40), over: .seconds(5), until: end)
        }
        let end = Series.instant(255)
        let found = plain.record(Watts(70), over: .seconds(5), until: end)
        #expect(found != nil)
        #expect(found == disturbed.record(Watts(70), over: .seconds(5), until: end))
    }

    @Test func `after a gap longer than the memory the baseline is taken anew, and an open spike is over`() {
        var detector = SpikeDetector(.normal, of: Series.host)
        var changes: [SpikeDetector.Change] = []
        func record(_ watts: Double, at second: Int64) {
            let change = detector.record(Watts(watts), over: .seconds(5), until: Series.instant(second))
            if let change { changes.append(change) }
        }
        for index in 1...50 as ClosedRange<Int64> { record(40, at: index * 5) }
        record(90, at: 255)
        record(300, at: 255 + 400)
        for index in 1...50 as ClosedRange<Int64> { record(300, at: 655 + index * 5) }
        #expect(changes.count == 2)
        guard case .ended(let spike)? = changes.last else { return }
        #expect(spike.peak == Watts(90))
    }

    @Test(arguments: 0..<10)
    func `a spike exceeds all margins, and noise within the smallest one is not a spike`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let level = Double.random(in: 5...2000, using: &generator)
        let powers = (0..<2000).map { _ in
            let isNoisy = Int.random(in: 0..<20, using: &generator) == 0
            return level * (isNoisy ? Double.random(in: 0...4, using: &generator) : 1)
        }
        let changes = changes(powers, every: 2)
        #expect(!changes.isEmpty)
        for (index, change) in changes {
            guard case .began(let spike) = change else { continue }
            #expect(spike.peak.rawValue == powers[index])
            #expect(powers[index] > spike.threshold.rawValue)
            #expect(spike.threshold.rawValue >= spike.baseline.rawValue + 10)
            #expect(spike.threshold.rawValue >= spike.baseline.rawValue * 1.25 - 1e-9)
        }
        #expect(beginnings((0..<2000).map { _ in level + Double.random(in: -2...2, using: &generator) }) == [])
    }

    @Test func `the interval does not change how soon a level becomes the baseline`() {
        /// The seconds until a step from 100 W to 400 W is no longer a spike, with a power every `interval` seconds.
        func secondsOfSpike(_ interval: Int64) -> Int64? {
            let powers = calm(100, Int(3000 / interval)) + calm(400, Int(3000 / interval))
            let changes = changes(powers, every: interval)
            guard changes.count == 2 else { return nil }
            return Int64(changes[1].index - changes[0].index) * interval
        }
        let times = [1, 5, 10].compactMap { secondsOfSpike($0) }
        #expect(times.count == 3)
        #expect(times.allSatisfy { (145...165).contains($0) }, "\(times)")
    }
}
