import PowerSensors
import PowerSensorsExporters
import PowerSensorsTestSupport
import Testing

struct CoarseEnergyTests {
    @Test func `an energy grows by whole millijoules and is less than one behind, also at a wrap`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let start = UInt64.random(in: 0...(UInt64(Int64.max) / 1000), using: &generator) * 1000
            var energy = CoarseEnergy(microjoules: start)
            // The record's sum wraps within some of the runs.
            var total = (1 << 64) - UInt128.random(in: 1...1_000_000_000_000, using: &generator)
            energy.advance(to: total)
            for _ in 0..<100 {
                total += .random(in: 0...(1 << UInt128.random(in: 0...36, using: &generator)), using: &generator)
                energy.advance(to: total)
                let entry = energy.entry(of: .package)
                #expect(entry.energy == UInt64(truncatingIfNeeded: total / 1_000_000 * 1_000_000))
                #expect(entry.low == entry.energy && entry.high == entry.energy)
                #expect(UInt128(energy.microjoules) == (UInt128(start) + total / 1_000_000 * 1000) % (1 << 63))
            }
        }
    }

    @Test func `the bounds of an earlier figure are forgotten, and no band is greater than a record holds`() {
        var energy = CoarseEnergy()
        energy.advance(to: 2_000_000_000, band: .init(low: 0.5, high: 1.5))
        energy.forgetBounds()
        energy.advance(to: 12_000_000_000)
        #expect(
            energy.entry(of: .package)
                == .init(
                    domain: .package, energy: 12_000_000_000, low: 12_000_000_000, high: 12_000_000_000, status: .ok))
        energy.advance(to: 13_000_000_000, band: .init(low: 0, high: 1e9))
        #expect(energy.entry(of: .package).high == 1_012_000_000_000)
    }

    @Test func `the bounds grow by their parts of each step, and are rounded outwards`() {
        var energy = CoarseEnergy()
        energy.advance(to: 1_500_000)
        energy.advance(to: 3_500_000, band: .init(low: 0.5, high: 2))
        #expect(energy.entry(of: .dram) == .init(domain: .dram, energy: 3_000_000, low: 2_000_000, high: 6_000_000))
        energy.advance(to: nil)
        #expect(energy.entry(of: .dram).energy == 3_000_000 && energy.entry(of: .dram).status == .absent)
    }
}
