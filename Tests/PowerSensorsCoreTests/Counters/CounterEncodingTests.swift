import PowerSensors
import PowerSensorsTestSupport
import Testing

struct CounterEncodingTests {
    @Test(arguments: [
        (range: UInt64(262_143_328_850), unit: EnergyUnit.binaryFraction(14)),
        (range: 65_532_610_987, unit: .binaryFraction(16)),
        (range: 65_712_999_613, unit: .nanojoules(15_300)),
        (range: 4_294_967_295_000_000, unit: .binaryFraction(0)),
    ])
    func `the range determines the exact unit`(range: UInt64, unit: EnergyUnit) {
        let encoding = CounterEncoding.powercap(range: range)
        #expect(encoding.unit == unit)
        #expect(encoding.lastCount == RegisterCount(UInt64(UInt32.max)))
        #expect(encoding.isExact)
    }

    @Test func `the truncated range of older kernels determines the exact unit too`() {
        let encoding = CounterEncoding.powercap(range: 262_143_999_938)
        #expect(encoding.unit == .binaryFraction(14))
        #expect(encoding.isExact)
        for count: UInt64 in [0, 1, 2, 16_384, 4_294_967_294, 4_294_967_295] {
            #expect(encoding.count(of: encoding.number(of: count)) == count)
        }
    }

    @Test(arguments: realUnits)
    func `counts are recovered exactly from the shown numbers for units of 1 µJ and more`(unit: UInt64) throws {
        let encoding = CounterEncoding.powercap(range: range(ofUnit: unit))
        var generator = SeededGenerator(seed: unit)
        let edges: [UInt64] = [0, 1, 2, 999, 1000, 1001, UInt64(UInt32.max) - 1, UInt64(UInt32.max)]
        for count in edges + (0..<2000).map({ _ in UInt64.random(in: 0...UInt64(UInt32.max), using: &generator) }) {
            let shown = count * unit / 1000
            let recovered = try #require(encoding.count(of: shown))
            if unit >= 1000 {
                #expect(recovered == count)
            } else {
                #expect(recovered <= count && (count - recovered) * unit < 1000, "less than 1 µJ off")
            }
            #expect(encoding.number(of: recovered) == shown)
        }
        #expect(encoding.isExact == (unit >= 1000))
    }

    @Test func `no range and no number traps`() {
        var generator = SeededGenerator(seed: 7)
        let edges: [UInt64] = [0, 1, 2, 999, 1000, 4_294_967, .max / 1000, .max / 1000 + 1, .max - 1, .max]
        for range in edges
            + (0..<3000).map({ _ in
                UInt64.random(in: 0 ... .max >> UInt64.random(in: 0..<64, using: &generator), using: &generator)
            })
        {
            let encoding = CounterEncoding.powercap(range: range)
            for number in edges + [range, range &+ 1, range &- 1] {
                if let count = encoding.count(of: number) {
                    #expect(count <= encoding.lastCount.rawValue)
                    _ = encoding.number(of: count)
                }
                _ = encoding.canShow(number)
            }
        }
    }

    @Test func `a missing or zero range means that wraps are unknown`() {
        for encoding in [CounterEncoding.powercap(range: nil), .powercap(range: 0)] {
            #expect(!encoding.isExact)
            #expect(encoding.count(of: 123) == 123)
            #expect(encoding.unit == .microjoules(1))
        }
    }

    @Test func `a number beyond the range is not a count`() {
        #expect(CounterEncoding.powercap(range: 262_143_328_850).count(of: 262_143_400_000) == nil)
        #expect(CounterEncoding.powercap(range: 1_000_000).count(of: 1_000_001) == nil)
        #expect(CounterEncoding.counts(unit: .microjoules(1), lastCount: 255).count(of: 256) == nil)
    }
}
