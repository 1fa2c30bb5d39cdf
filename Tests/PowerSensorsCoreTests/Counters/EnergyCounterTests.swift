import PowerSensors
import PowerSensorsTestSupport
import Testing

struct EnergyCounterTests {
    @Test(arguments: realUnits.filter { $0 >= 1000 })
    func `no count is lost by any number of single wraps, for every real unit`(unit: UInt64) {
        var generator = SeededGenerator(seed: unit)
        let encoding = CounterEncoding.powercap(range: range(ofUnit: unit))
        var model = CounterModel(encoding, startCount: UInt128(UInt32.random(in: 1 ... .max, using: &generator)))
        let seconds = encoding.range.rawValue / 1000
        model.read()
        var wraps = 0
        while wraps < 12 {
            let before = model.truth / model.modulus
            // Up to a whole range at up to the maximum power, so that there is one wrap at most.
            let time = Double.random(in: 0.001...0.999, using: &generator) * seconds
            let power = Double.random(in: 0...999, using: &generator)
            model.pass(.seconds(time), counts: UInt128(time * power / encoding.unit.joules.rawValue))
            let outcome = model.read(spread: .microseconds(Int64.random(in: 0...50, using: &generator)))
            #expect(outcome == .counted)
            wraps += Int(model.truth / model.modulus - before)
        }
        #expect(UInt128(model.counter.total) == model.truthSinceStart)
        #expect(model.counter.wraps == wraps)
        #expect(model.counter.resets == 0)
        #expect(model.counter.ambiguous == 0)
    }

    @Test(arguments: realUnits.filter { $0 < 1000 })
    func `finer units stay within 1 µJ however often they wrap`(unit: UInt64) {
        var generator = SeededGenerator(seed: unit)
        let encoding = CounterEncoding.powercap(range: range(ofUnit: unit))
        var model = CounterModel(encoding, startCount: 12_345)
        let seconds = encoding.range.rawValue / 1000
        model.read()
        for _ in 0..<400 {
            let time = Double.random(in: 0.1...0.9, using: &generator) * seconds
            model.pass(.seconds(time), counts: UInt128(time * 900 / encoding.unit.joules.rawValue))
            model.read()
        }
        let error = Double(model.counter.total) - Double(model.truthSinceStart)
        #expect(abs(error) * encoding.unit.joules.rawValue <= 1e-6)
        #expect(model.counter.wraps > 10)
        #expect(!model.counter.encoding.isExact)
    }

    @Test func `extra reads within a gap never change the sum`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let encoding = CounterEncoding.powercap(range: range(ofUnit: 15_258))
            var few = CounterModel(encoding, startCount: UInt128(UInt32.random(in: 1 ... .max, using: &generator)))
            var many = few
            few.read()
            many.read()
            for _ in 0..<10 {
                let pieces = Int.random(in: 1...30, using: &generator)
                for _ in 0..<pieces {
                    let time = Duration.milliseconds(Int.random(in: 1...900, using: &generator))
                    let counts = UInt128(time.seconds * 800 / encoding.unit.joules.rawValue)
                    few.pass(time, counts: counts)
                    many.pass(time, counts: counts)
                    many.read()
                }
                few.read()
            }
            #expect(few.counter.total == many.counter.total)
            #expect(UInt128(few.counter.total) == few.truthSinceStart)
        }
    }

    @Test func `an 8-bit counter is right for every pair of counts`() {
        let encoding = CounterEncoding.counts(unit: .binaryFraction(0), lastCount: 255)
        for first: UInt64 in 0...255 {
            for step: UInt128 in 0...255 {
                // 255 J in 0.255 s at 1 kW: any increase of less than the range is possible.
                var model = CounterModel(encoding, startCount: UInt128(first))
                model.read()
                model.pass(.milliseconds(255), counts: step)
                let outcome = model.read()
                #expect(outcome == (first == 0 && step == 0 ? .absent : .counted))
                #expect(UInt128(model.counter.total) == step)
                #expect(model.counter.wraps == (UInt128(first) + step > 255 ? 1 : 0))
                #expect(model.counter.ambiguous == 0)
            }
        }
    }

    @Test func `a gap of several wraps is a lower bound with a width that includes the truth`() {
        let encoding = CounterEncoding.counts(unit: .binaryFraction(0), lastCount: 255)
        for seconds in 1...10 {
            for counts: UInt128 in stride(from: 0, through: UInt128(seconds) * 1000, by: 37) {
                var model = CounterModel(encoding, startCount: 100)
                model.read()
                model.pass(.seconds(seconds), counts: counts)
                model.read()
                let low = UInt128(model.counter.total)
                let high = low + UInt128(model.counter.ambiguous)
                #expect((low...high).contains(model.truthSinceStart))
            }
        }
    }

    @Test func `a reset is not a wrap, and adds no more than the maximum power allows`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 2_000_000_000)
        model.read()
        model.pass(.seconds(2), counts: 100_000)
        model.read()
        let before = model.counter.total
        model.truth = 50
        model.pass(.seconds(2), counts: 100_000)
        #expect(model.read() == .implausible, "one number cannot tell a new start from a glitch")
        model.pass(.seconds(2), counts: 70_000)
        #expect(model.read() == .reset)
        #expect(model.counter.resets == 1)
        #expect(model.counter.wraps == 0)
        #expect(model.counter.total == before + 70_000)
        // 100 050 counts were used in the two seconds before the reading, which cannot be known.
        #expect((100_050...16_384 * 4000).contains(model.counter.ambiguous))
    }

    @Test func `a single implausible number changes nothing`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 1_000_000_000)
            model.read()
            for _ in 0..<5 {
                model.pass(.seconds(1), counts: 500_000)
                model.read()
            }
            model.pass(.seconds(1), counts: 500_000)
            let wild = UInt64.random(in: 0...262_143_328_850, using: &generator)
            _ = model.counter.advance(to: wild, began: model.instant, ended: model.instant)
            for _ in 0..<3 {
                model.pass(.seconds(1), counts: 500_000)
                model.read()
            }
            let error = Int64(model.counter.total) - Int64(model.truthSinceStart)
            #expect(abs(error) <= 16_384 * 4000, "a wild number that looks like 4 kW or less cannot be told")
            if wild < 50_000_000_000 || wild > 80_000_000_000 {
                #expect(error == 0)
                #expect(model.counter.resets == 0)
            }
        }
    }

    @Test func `a number that is cut off changes nothing`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 1_000_000_000)
        model.read()
        model.pass(.seconds(2), counts: 500_000)
        for digits in 1..<String(model.number).count {
            let torn = UInt64(String(model.number).prefix(digits)) ?? 0
            _ = model.counter.advance(to: torn, began: model.instant, ended: model.instant)
            model.pass(.seconds(2), counts: 500_000)
            #expect(model.read() == .counted)
            #expect(UInt128(model.counter.total) == model.truthSinceStart)
        }
        #expect(model.counter.resets == 0)
    }

    @Test func `a reset followed by a fast increase leaves a bound that includes the truth`() {
        // The counts are small soon after a driver was reloaded.
        var model = CounterModel(.counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max)), startCount: 500_000)
        model.read()
        model.pass(.seconds(2), counts: 500_000)
        model.read()
        model.truth = 100
        model.pass(.seconds(2), counts: 0)
        model.read()
        for counts: UInt128 in [1_499_900, 1_400_000] {
            model.pass(.seconds(2), counts: counts)
            model.read()
        }
        let truth: UInt64 = 500_000 + 1_499_900 + 1_400_000
        #expect(model.counter.total <= truth)
        #expect(model.counter.total + model.counter.ambiguous >= truth)
    }

    @Test func `energy beyond the maximum power is counted as ambiguous`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), maximumPower: Watts(50), startCount: 1_000_000)
        model.read()
        for _ in 0..<500 {
            model.pass(.seconds(10), counts: 1200 * 16_384)
            model.read()
        }
        let bound = UInt128(model.counter.total) + UInt128(model.counter.ambiguous)
        // It is not decided yet whether the last increase is real.
        #expect(bound + 1200 * 16_384 >= model.truthSinceStart)
        #expect(model.counter.resets == 0)
    }

    @Test func `an increase beyond the maximum power is implausible, but not lost`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 1_000_000)
        model.read()
        model.pass(.seconds(1), counts: 16_384 * 50_000)
        #expect(model.read() == .implausible)
        #expect(model.counter.total == 0)
        model.pass(.seconds(1), counts: 16_384 * 100)
        model.read()
        #expect(model.counter.total == 16_384 * 100)
        #expect(model.counter.ambiguous == 16_384 * 50_000)
        #expect(model.counter.resets == 0)
    }

    @Test func `QEMU's updates every second, read every 100 ms, are not resets and lose nothing`() {
        for watts in [5.0, 250, 900] {
            var generator = SeededGenerator(seed: 5)
            var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 4_294_900_000)
            model.read()
            for tick in 1...600 {
                let isStep = tick % 10 == 3
                model.pass(
                    .milliseconds(100 + Int.random(in: -3...3, using: &generator)),
                    counts: isStep ? UInt128(watts * 16_384) : 0
                )
                #expect(model.read() == .counted)
            }
            #expect(UInt128(model.counter.total) == model.truthSinceStart)
            #expect(model.counter.resets == 0)
            #expect(model.counter.ambiguous == 0)
        }
    }

    @Test func `a unit of 1 J read at 1 kHz counts every joule`() {
        let encoding = CounterEncoding.powercap(range: range(ofUnit: 1_000_000_000))
        var model = CounterModel(encoding, startCount: UInt128(UInt32.max) - 3)
        model.read()
        for tick in 1...20_000 {
            model.pass(.milliseconds(1), counts: tick % 3 == 0 ? 1 : 0)
            #expect(model.read() == .counted)
        }
        #expect(UInt128(model.counter.total) == model.truthSinceStart)
        #expect(model.counter.wraps == 1)
        #expect(model.counter.ambiguous == 0)
    }

    @Test func `a read delayed by preemption is not a reset and loses nothing`() {
        let encoding = CounterEncoding.powercap(range: range(ofUnit: 61_035))
        for delay in [1, 10, 100, 1000, 5000] {
            var model = CounterModel(encoding, startCount: UInt128(UInt32.max) - 10)
            model.read()
            for _ in 0..<50 {
                model.pass(.milliseconds(1), counts: 16_384 * 900 / 1000)
                model.read()
            }
            // The clock was read, then the thread slept, then the register was read.
            let began = model.instant
            model.pass(.milliseconds(delay), counts: 16_384 * UInt128(delay) * 900 / 1000)
            let outcome = model.counter.advance(to: model.number, began: began, ended: model.instant)
            #expect(outcome == .counted)
            model.pass(.milliseconds(1), counts: 14)
            #expect(model.read() == .counted)
            #expect(UInt128(model.counter.total) == model.truthSinceStart)
        }
    }

    @Test func `a decrease across suspend is a reset, since packages restart after it`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 3_000_000_000)
        model.read()
        model.pass(.seconds(2), counts: 16_384 * 20)
        model.read()
        let before = model.counter.total
        model.instant = model.instant.suspended(for: .seconds(8 * 3600))
        model.truth = 1000
        #expect(model.read() == .reset)
        #expect(model.counter.total == before)
        #expect(model.counter.resets == 1)
        #expect(model.counter.ambiguousEnergy.rawValue >= 8 * 3600 * 1000)
        model.pass(.seconds(2), counts: 16_384)
        #expect(model.read() == .counted)
        #expect(model.counter.total == before + 16_384)
    }

    @Test func `a fall to more than a restarted counter can have counted is a wrap, across a suspend too`() {
        let start = UInt128(UInt32.max) - 1000
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: start)
        model.read()
        model.pass(.seconds(2), counts: 500)
        model.read()
        // 60 kJ in eight hours; a counter that restarted would have to have counted them in its two seconds awake.
        model.instant = model.instant.suspended(for: .seconds(8 * 3600))
        model.pass(.seconds(2), counts: 60_000 * 16_384)
        #expect(model.read() == .ambiguous, "the register may have wrapped more than once")
        #expect(UInt128(model.counter.total) == model.truthSinceStart)
        #expect(model.counter.wraps == 1)
        #expect(model.counter.resets == 0)
    }

    @Test func `a restarted counter that has come past its previous number adds a bound`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 1000)
        model.read()
        model.pass(.seconds(2), counts: 1000)
        model.read()
        model.instant = model.instant.suspended(for: .seconds(60))
        // It restarted at 0, and has counted 5000 since.
        model.truth = 5000
        model.instant = model.instant.advanced(by: .seconds(2))
        #expect(model.read() == .ambiguous)
        #expect(model.counter.total == 4000)
        let most = model.counter.energy + model.counter.ambiguousEnergy
        #expect(most >= Joules((1000 + 5000) / 16_384), "what the register shows since, and what it showed before")
        #expect(most < Joules(3100), "2 s awake at 1 kW, and 1 s of slack")
    }

    @Test func `a counter that stays 0 is absent, and counts from its first change`() {
        var model = CounterModel(.powercap(range: 262_143_328_850), startCount: 0)
        #expect(model.read() == .baseline)
        for _ in 0..<5 {
            model.pass(.seconds(1), counts: 0)
            #expect(model.read() == .absent)
        }
        model.pass(.seconds(1), counts: 500)
        #expect(model.read() == .counted)
        #expect(model.counter.total == 500)
    }

    @Test func `no number traps, whatever the encoding, and the sum never falls`() {
        var generator = SeededGenerator(seed: 17)
        let encodings: [CounterEncoding] = [
            .powercap(range: nil), .powercap(range: 1), .powercap(range: 999), .powercap(range: 262_143_328_850),
            .powercap(range: 953 * 4_294_967), .powercap(range: .max), .powercap(range: .max / 2),
            .counts(unit: .microjoules(1), lastCount: .max), .counts(unit: .binaryFraction(0), lastCount: 0),
        ]
        for encoding in encodings {
            var counter = EnergyCounter(encoding: encoding)
            var instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
            var energy = 0.0
            for _ in 0..<5000 {
                let shift = UInt64.random(in: 0..<64, using: &generator)
                let number = UInt64.random(in: 0 ... .max, using: &generator) >> shift
                let ended = instant.advanced(by: .nanoseconds(Int64.random(in: -1000...1000, using: &generator)))
                _ = counter.advance(to: number, began: instant, ended: ended)
                #expect(counter.energy.rawValue >= energy)
                energy = counter.energy.rawValue
                _ = counter.longestSafeInterval
                instant = instant.advanced(
                    by: .nanoseconds(Int64.random(in: -10...1_000_000_000_000 >> Int64(shift), using: &generator))
                )
            }
        }
    }

    @Test(arguments: [Double.nan, -.infinity, .infinity, -1, 0, 1e-300, 1e300])
    func `no maximum power traps`(watts: Double) {
        var counter = EnergyCounter(encoding: .powercap(range: 262_143_328_850), maximumPower: Watts(watts))
        let instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
        _ = counter.advance(to: 5, began: instant, ended: instant)
        _ = counter.advance(to: 3, began: instant, ended: instant.advanced(by: .seconds(1)))
        _ = counter.longestSafeInterval
    }
}
