import PowerSensorsExporters
import PowerSensorsTestSupport
import Testing

struct CoarseSumTests {
    @Test func `a sum grows by whole millijoules and is less than one behind, also at a wrap`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var sum = CoarseSum()
            var total = UInt64.random(in: .max - 10_000_000_000 ... .max, using: &generator)
            #expect(sum.advance(to: total) == 0)
            var truth: UInt64 = 0
            for _ in 0..<100 {
                let step = UInt64.random(in: 0...(1 << UInt64.random(in: 0...36, using: &generator)), using: &generator)
                let before = sum.nanojoules
                total &+= step
                truth += step
                let millijoules = sum.advance(to: total)
                #expect(sum.nanojoules == before + millijoules * 1_000_000)
                #expect(sum.nanojoules == truth / 1_000_000 * 1_000_000)
                #expect(sum.nanojoulesRoundedUp == (truth + 999_999) / 1_000_000 * 1_000_000)
            }
        }
    }

    @Test func `a source that restarts adds nothing, and is counted from its new start`() {
        var sum = CoarseSum()
        #expect(sum.advance(to: 5_000_000) == 5)
        #expect(sum.advance(to: 9_000_000) == 4)
        #expect(sum.advance(to: 2_000_000) == 0)
        #expect(sum.advance(to: 3_500_000) == 1)
        #expect(sum.nanojoules == 10_000_000)
    }
}
