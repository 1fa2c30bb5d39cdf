import PowerSensors
import PowerSensorsTestSupport
import Testing

private let milliseconds: Int64 = 1_000_000

/// A straight line from 100 W to 200 W, so that energies are easy to calculate.
private let line = PowerCurve(idle: Watts(100), maximum: Watts(200), shape: LoadCurve(jump: 0, slope: 1))

private func times(busy: UInt64, idle: UInt64, steal: UInt64 = 0) -> CPUTimes {
    CPUTimes(SIMD8(busy, 0, 0, idle, 0, 0, 0, steal))
}

struct EnergyIntegralTests {
    @Test func `the first reading is the start and not 0`() {
        var energy = EnergyIntegral(line)
        #expect(count(&energy, to: times(busy: 500, idle: 500), at: 5) == 1)
    }

    @Test func `energy is the power at the load times the time`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        #expect(count(&energy, to: times(busy: 0, idle: 100), at: 1000 * milliseconds) == 1 + 100_000_000)
        #expect(count(&energy, to: times(busy: 100, idle: 100), at: 2000 * milliseconds) == 1 + 300_000_000)
        #expect(count(&energy, to: times(busy: 150, idle: 150), at: 3000 * milliseconds) == 1 + 450_000_000)
    }

    @Test func `stolen time lowers the load`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        #expect(count(&energy, to: times(busy: 50, idle: 0, steal: 50), at: 1000 * milliseconds) == 1 + 150_000_000)
    }

    @Test func `readings faster than the kernel's ticks give a steady energy`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        _ = energy.advance(to: times(busy: 10, idle: 10), at: 200 * milliseconds)
        var previous: UInt64 = 1 + 30_000_000
        for step in 1...2000 {
            // A tick every 10 ms, of busy time for a second and of idle time for another.
            let ticks = UInt64(step / 10)
            let busy = min(ticks, 100)
            let time = (200 + Int64(step)) * milliseconds
            let count = energy.advance(to: times(busy: 10 + busy, idle: 10 + ticks - busy), at: time).count ?? 0
            #expect((99_000...201_000).contains(count - previous), "100 W to 200 W over 1 ms")
            previous = count
        }
        let truth = 30_000_000 + 200_000_000 + 100_000_000.0
        #expect(abs(Double(previous) - truth) < 0.05 * truth, "a window of 100 ms late")
    }

    @Test func `no fraction of a microjoule is lost`() {
        var energy = EnergyIntegral(
            PowerCurve(idle: Watts(1.0 / 3), maximum: Watts(1), shape: LoadCurve(jump: 0, slope: 1))
        )
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        var count: UInt64?
        for step in 1...300_000 {
            count = energy.advance(to: times(busy: 0, idle: UInt64(step)), at: Int64(step) * 1000).count
        }
        // A third of a watt for 300 ms.
        #expect(count.map { (1 + 99_999...1 + 100_000).contains($0) } == true)
    }

    @Test func `a clock that does not advance or steps back gives no energy`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 1000)
        #expect(count(&energy, to: times(busy: 5, idle: 5), at: 1000) == 1)
        #expect(count(&energy, to: times(busy: 10, idle: 10), at: 10) == 1)
        #expect(energy.advance(to: times(busy: 10, idle: 20), at: .min).count == nil)
    }

    @Test func `CPU times unchanged for over a second are stale, and the gap is bridged later`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        #expect(energy.advance(to: times(busy: 0, idle: 0), at: 1500 * milliseconds).status == .stale)
        #expect(count(&energy, to: times(busy: 0, idle: 200), at: 2000 * milliseconds) == 1 + 200_000_000)
    }

    @Test func `times that do not continue the ones before tell no load`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        #expect(count(&energy, to: times(busy: 100, idle: 0), at: 1000 * milliseconds) == 1 + 200_000_000)
        let jump = energy.advance(to: times(busy: 200, idle: 9000), at: 2000 * milliseconds, isContinuous: false)
        // As in `count`, without an optional.
        #expect((jump.count ?? .max) == 1 + 400_000_000)
        #expect(count(&energy, to: times(busy: 250, idle: 9050), at: 3000 * milliseconds) == 1 + 550_000_000)
    }

    @Test func `times that do not continue the first ones are a new beginning, and no time is lost`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 0, idle: 0), at: 0)
        let jump = energy.advance(to: times(busy: 0, idle: 3_000_000), at: 15_000 * milliseconds, isContinuous: false)
        #expect((jump.count ?? .max) == 1)
        let all: UInt64 = 1 + 16 * 200_000_000
        #expect(count(&energy, to: times(busy: 100, idle: 3_000_000), at: 16_000 * milliseconds) == all)
    }

    @Test func `CPU times that all restart are the new origin`() {
        var energy = EnergyIntegral(line)
        _ = energy.advance(to: times(busy: 1000, idle: 1000), at: 0)
        #expect(count(&energy, to: times(busy: 0, idle: 0), at: 500 * milliseconds) == 1)
        #expect(count(&energy, to: times(busy: 50, idle: 0), at: 1000 * milliseconds) == 1 + 200_000_000)
    }

    /// The count of the reading; the maximum if there is none.
    ///
    /// Optional numbers in an expectation make the address sanitizer complain of the testing library.
    private func count(_ energy: inout EnergyIntegral, to times: CPUTimes, at nanoseconds: Int64) -> UInt64 {
        energy.advance(to: times, at: nanoseconds).count ?? .max
    }

    @Test func `the number never falls, whatever the times`() {
        var random = SeededGenerator(seed: 99)
        var energy = EnergyIntegral(line)
        var previous: UInt64 = 0
        var nanoseconds: Int64 = 0
        for _ in 0..<20_000 {
            let fields = SIMD8<UInt64>((0..<8).map { _ in random.next() >> (random.next() % 64) })
            nanoseconds += Int64(random.next() % 2_000_000_000)
            guard let count = energy.advance(to: CPUTimes(fields), at: nanoseconds).count else { continue }
            #expect(count >= previous)
            previous = count
        }
        // Never more than full load over the whole time.
        #expect(previous <= 1 + UInt64(nanoseconds / 1000) * 200)
    }
}
