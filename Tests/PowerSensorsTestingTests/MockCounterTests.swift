import PowerSensors
import PowerSensorsTesting
import Testing

struct MockCounterTests {
    struct Constant: CustomTestStringConvertible {
        let testDescription: String
        let register: MockRegister
        let range: UInt64
    }

    @Test(arguments: [
        Constant(testDescription: "2⁻¹⁴ J", register: .intel, range: 262_143_328_850),
        Constant(testDescription: "2⁻¹⁶ J", register: .amd, range: 65_532_610_987),
        Constant(testDescription: "15.3 µJ", register: .serverDRAM, range: 65_712_999_613),
        Constant(testDescription: "2⁻¹⁴ J, older", register: .olderDriver(14), range: 262_143_999_938),
        Constant(testDescription: "plain µJ", register: .microjoules(range: 1_234_567), range: 1_234_567),
    ])
    func `the greatest count corresponds to the range that the kernel shows`(constant: Constant) throws {
        let tree = try MockTree()
        let counter = try MockCounter(constant.register, startCount: 0, power: Watts(1), in: tree, at: "energy_uj")
        try counter.set(count: constant.register.lastCount)
        #expect(counter.number == constant.range)
        #expect(constant.register.shownRange == constant.range)
        #expect(try tree.text(of: "energy_uj") == "\(constant.range)\n")
        try counter.advance(counts: 1)
        #expect(try tree.text(of: "energy_uj") == "0\n")
    }

    @Test(arguments: [MockRegister.intel, .amd, .serverDRAM, .nanojoules(32_000), .binaryFraction(29)])
    func `the library recovers the register from what the counter shows`(register: MockRegister) throws {
        let encoding = CounterEncoding.powercap(range: register.shownRange)
        #expect(encoding.unit == register.unit)
        #expect(encoding.lastCount == RegisterCount(register.lastCount))
    }

    @Test(arguments: [MockRegister.intel, .amd, .serverDRAM, .microjoules(range: 999), .binaryFraction(30)])
    func `many small steps are exactly equal to one large step`(register: MockRegister) throws {
        let tree = try MockTree()
        let small = try MockCounter(register, startCount: 5, power: Watts(65.123457), in: tree, at: "small")
        let large = try MockCounter(register, startCount: 5, power: Watts(65.123457), in: tree, at: "large")
        var time = Duration.zero
        for step in 1...1000 {
            let duration = Duration(secondsComponent: 0, attosecondsComponent: Int64(step) * 7_777_777_777_777)
            try small.advance(by: duration)
            time += duration
        }
        try large.advance(by: time)
        #expect(small.trueCounts == large.trueCounts)
        #expect(try tree.text(of: "small") == tree.text(of: "large"))
        #expect(small.trueCounts > 0)
    }

    @Test
    func `advancing by a time at a power adds the energy`() throws {
        let tree = try MockTree()
        let counter = try MockCounter(.intel, startCount: 1, power: Watts(65), in: tree, at: "energy_uj")
        try counter.advance(by: .seconds(2))
        #expect(counter.trueCounts == 2 * 65 << 14)
        #expect(counter.trueEnergy == Joules(130))
        try counter.advance(by: .milliseconds(500), at: Watts(10))
        #expect(counter.trueEnergy == Joules(135))
        counter.power = Watts(0)
        try counter.advance(by: .seconds(1000))
        #expect(counter.trueEnergy == Joules(135))
    }

    @Test
    func `a wrap does not change the true energy, and a reset adds none`() throws {
        let tree = try MockTree()
        let counter = try MockCounter(.intel, startCount: 9, power: Watts(65), in: tree, at: "energy_uj")
        try counter.set(countsBeforeWrap: 3)
        #expect(counter.trueCounts == 0)
        #expect(try tree.text(of: "energy_uj") == "262143328728\n")
        try counter.advance(counts: 5)
        #expect(counter.trueCounts == 5)
        #expect(try tree.text(of: "energy_uj") == "122\n")
        try counter.advance(counts: 3 << 32)
        #expect(try tree.text(of: "energy_uj") == "122\n")
        try counter.set(count: 0)
        #expect(try tree.text(of: "energy_uj") == "0\n")
        #expect(counter.trueCounts == 5 + 3 << 32)
    }

    @Test
    func `a counter with a 64-bit range wraps at its end`() throws {
        let tree = try MockTree()
        let counter = try MockCounter(
            .microjoules(range: .max),
            startCount: 1,
            power: Watts(1),
            in: tree,
            at: "energy1_input"
        )
        try counter.set(countsBeforeWrap: 1)
        #expect(try tree.text(of: "energy1_input") == "18446744073709551615\n")
        try counter.advance(counts: 2)
        #expect(try tree.text(of: "energy1_input") == "1\n")
    }

    @Test
    func `a counter continues during a fault`() throws {
        let tree = try MockTree()
        let counter = try MockCounter(
            .microjoules(range: 1 << 40),
            startCount: 10,
            power: Watts(1),
            in: tree,
            at: "energy_uj"
        )
        try counter.inject(.empty)
        try counter.advance(counts: 5)
        #expect(try tree.text(of: "energy_uj").isEmpty)
        try counter.restore()
        #expect(try tree.text(of: "energy_uj") == "15\n")
    }
}
