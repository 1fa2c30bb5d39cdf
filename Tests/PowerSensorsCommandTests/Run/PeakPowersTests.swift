import PowerSensors
import PowerSensorsCommand
import PowerSensorsTestSupport
import Testing

struct PeakPowersTests {
    private static func instant(_ milliseconds: Int64) -> SampleInstant {
        SampleInstant(boottimeNanoseconds: milliseconds * 1_000_000, monotonicNanoseconds: milliseconds * 1_000_000)
    }

    @Test func `a constant power has no peak, whenever marks come and whenever its counter counts`() {
        var generator = SeededGenerator(seed: 2)
        var (now, counted): (Int64, Int64) = (0, 0)
        var (peaks, mark, tick) = (PeakPowers(since: Self.instant(0)), Int64(30), Int64(100))
        while now < 20_000 {
            let before = now
            now = min(mark, tick)
            let isMark = mark == now
            if isMark { mark = now + Int64.random(in: 21...40, using: &generator) }
            if tick == now { tick += 100 }
            // A counter of 50 W that counts every 2 ms.
            let counts = now / 2
            let power = Watts(Double(counts - counted) * 0.1 / (Double(now - before) / 1000))
            counted = counts
            peaks.take([(.cpu, power)], at: Self.instant(now))
            if isMark, let recent = peaks.takeRecent()[.cpu] { #expect(recent <= Watts(56)) }
        }
        #expect(peaks.powers[.cpu].map { $0 >= Watts(49) && $0 <= Watts(56) } == true, "\(peaks.powers)")
    }

    @Test func `intervals that are short are joined, and one without a power ends that`() {
        var peaks = PeakPowers(since: Self.instant(0))
        for time in stride(from: Int64(5), through: 60, by: 5) {
            peaks.take([(.cpu, Watts(time <= 20 ? 40 : 10))], at: Self.instant(time))
        }
        #expect(peaks.powers[.cpu] == Watts(40))
        peaks.take([(.cpu, nil)], at: Self.instant(65))
        peaks.take([(.cpu, Watts(900))], at: Self.instant(66))
        #expect(peaks.powers[.cpu] == Watts(40))
    }
}
