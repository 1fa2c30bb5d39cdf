import PowerSensors
import PowerSensorsTestSupport
import Testing

/// Counters of µJ whose range is not that of a 32-bit register: only the numbers show the size of a count.
struct UnknownRangeTests {
    struct Layout: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let unit: UInt64
        let lastCount: UInt64
        var range: UInt64?
    }

    @Test(arguments: [
        Layout(testDescription: "plain µJ", unit: 1000, lastCount: 999_999),
        Layout(testDescription: "2⁻¹⁴ J, 1 kJ", unit: 61_035, lastCount: 16_384_040),
        Layout(
            testDescription: "2⁻¹⁴ J, the range a round number above the last",
            unit: 61_035,
            lastCount: 16_384_041,
            range: 1_000_000_000
        ),
        Layout(testDescription: "2⁻¹⁶ J, 24 bits", unit: 15_258, lastCount: 1 << 24 - 1),
        Layout(testDescription: "15.3 µJ, 20 bits", unit: 15_300, lastCount: 1 << 20 - 1),
        Layout(testDescription: "2⁻¹⁹ J, 28 bits", unit: 1907, lastCount: 1 << 28 - 1),
        Layout(testDescription: "1 J, 100 counts", unit: 1_000_000_000, lastCount: 99),
    ])
    func `the size of a count is learned, and the error never exceeds 1 µJ`(layout: Layout) {
        let range = layout.range ?? layout.lastCount * layout.unit / 1000
        let encoding = CounterEncoding.powercap(range: range)
        #expect(!encoding.isExact)
        var generator = SeededGenerator(seed: layout.unit)
        var model = CounterModel(
            encoding,
            maximumPower: Watts(100_000),
            modulus: UInt128(layout.lastCount) + 1,
            startCount: 5,
            show: { $0 * layout.unit / 1000 }
        )
        model.read()
        for _ in 0..<3000 {
            let counts = UInt128.random(in: 0...UInt128(layout.lastCount) / 20, using: &generator)
            model.pass(.milliseconds(Int(range / 2_000_000 / 100) + 1), counts: counts)
            model.read()
        }
        let truth = Double(model.truthSinceStart) * Double(layout.unit) * 1e-9
        #expect(abs(model.counter.energy.rawValue - truth) <= 1.001e-6, "\(model.counter.energy) against \(truth)")
        #expect(model.counter.wraps > 30)
        #expect(model.counter.resets == 0)
    }

    @Test func `numbers that are impossible for a unit prove that the range is wrong`() {
        // The range of a register of 2⁻¹⁴ J, but numbers in plain µJ, as fixtures and emulators write them.
        var model = CounterModel(
            .powercap(range: 262_143_328_850),
            maximumPower: Watts(1e6),
            modulus: 262_143_328_851,
            startCount: 1_000_000,
            show: { $0 }
        )
        model.read()
        for _ in 0..<500 {
            model.pass(.seconds(1), counts: 3_333_333_333)
            model.read()
        }
        #expect(!model.counter.encoding.isExact)
        #expect(model.counter.wraps == 6)
        let truth = Double(model.truthSinceStart) * 1e-6
        #expect(abs(model.counter.energy.rawValue - truth) <= 1e-4, "one wrong guess of the unit at most")
    }

    @Test func `without a range a decrease is a reset, never a wrap`() {
        var model = CounterModel(.powercap(range: 0), modulus: 1_000_000_000, startCount: 999_000_000, show: { $0 })
        model.read()
        model.pass(.seconds(1), counts: 2_000_000)
        model.read()
        model.pass(.seconds(1), counts: 2_000_000)
        model.read()
        #expect(model.counter.wraps == 0)
        #expect(model.counter.resets == 1)
        let low = UInt128(model.counter.total)
        #expect((low...low + UInt128(model.counter.ambiguous)).contains(model.truthSinceStart))
    }
}
