import PowerSensors
import PowerSensorsTestSupport
import Testing

struct EnergySplitterTests {
    private func divide(_ energy: EnergyParts, _ weights: [UInt64], of total: UInt64) -> (
        shares: [EnergyParts], rest: EnergyParts
    ) {
        var splitter = EnergySplitter(energy, totalWeight: total)
        let shares = weights.map { splitter.share(of: $0) }
        return (shares, splitter.rest)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `the parts and the rest add up exactly, and each is off by less than a nanojoule`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let most: UInt64 = 1 << UInt64.random(in: 0...62, using: &random)
        let energy = EnergyParts(
            package: UInt128(UInt64.random(in: 0...most, using: &random)),
            dram: UInt128(UInt64.random(in: 0...most, using: &random)))
        let weights = (0..<Int.random(in: 0...50, using: &random)).map { _ in
            UInt64.random(in: 0...1_000_000, using: &random)
        }
        let sum = weights.reduce(0, +)
        let total = sum * UInt64.random(in: 1...3, using: &random)
        let (shares, rest) = divide(energy, weights, of: total)
        #expect(shares.reduce(rest, +) == energy)
        for (share, weight) in zip(shares, weights) where total > 0 {
            let exact = Double(energy.package) * Double(weight) / Double(total)
            #expect(abs(Double(share.package) - exact) <= max(1, exact * 1e-9))
        }
    }

    @Test func `if no clock advanced, all energy is left over`() {
        let energy = EnergyParts(package: 5, dram: 7)
        #expect(divide(energy, [0, 0], of: 0).rest == energy)
        #expect(divide(energy, [], of: 10).rest == energy)
    }

    @Test func `weights beyond the total get nothing, and take nothing from others`() {
        let (shares, rest) = divide(EnergyParts(package: 100, dram: 0), [6, 6, 6], of: 10)
        #expect(shares.map(\.package) == [60, 40, 0])
        #expect(rest == .zero)
    }

    @Test func `the largest numbers do not overflow`() {
        let most = EnergyParts(package: UInt128(UInt64.max), dram: UInt128(UInt64.max))
        let (shares, rest) = divide(most, [1 << 40, .max, .max], of: .max)
        #expect(shares.reduce(rest, +) == most)
    }
}
