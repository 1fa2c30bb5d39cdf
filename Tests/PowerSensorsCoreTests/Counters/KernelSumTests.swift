import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Energy from perf's sums, compared with the registers' true counts under the mistakes of real drivers.
struct KernelSumTests {
    /// A register, the driver that sums up its counts, and the counter that reads the driver.
    private struct Machine {
        let events: MockEvents
        let descriptor: CInt
        let unit: EnergyUnit
        var counter: EnergyCounter
        var instant = SampleInstant(boottimeNanoseconds: 1_000_000_000, monotonicNanoseconds: 1_000_000_000)

        init(exponent: Int, known: Int?, driver: MockEvents.Driver, maximumPower: Watts = Watts(1000)) {
            events = MockEvents(
                [MockPMU(events: [.init("energy-pkg", code: 2, registerExponent: exponent)])], driver: driver)
            var code = EventCode(type: 23)
            code.config = 2
            descriptor = events.open(code, processor: 0, leader: -1, isPinned: true)
            unit = .binaryFraction(exponent)
            counter = EnergyCounter(
                encoding: .kernelSum(exponent: 32, registerExponent: known), maximumPower: maximumPower)
        }

        mutating func pass(_ time: Duration, counts: UInt64) {
            instant = instant.advanced(by: time)
            events.advance(2, counts: counts)
        }

        @discardableResult
        mutating func read() -> EnergyCounter.Outcome {
            var values = [UInt64](repeating: 0, count: 4)
            var span = values.mutableSpan
            _ = events.read(descriptor, into: &span)
            return counter.advance(to: values[3], began: instant, ended: instant)
        }

        var truth: Joules { unit.energy(of: RegisterCount(events.trueCounts(2))) }
    }

    @Test(arguments: [MockEvents.Driver.signed, .plain], [0, 10, 14, 16, 19])
    func `no wrap of the register is lost, whatever the driver makes of it`(driver: MockEvents.Driver, exponent: Int) {
        var generator = SeededGenerator(seed: UInt64(exponent))
        var machine = Machine(exponent: exponent, known: exponent, driver: driver, maximumPower: Watts(1e16))
        machine.read()
        for _ in 0..<2000 {
            // Up to a whole range less one count between two readings; the driver counts more than half of it backwards.
            machine.pass(.milliseconds(1), counts: UInt64.random(in: 0..<(1 << 32), using: &generator))
            #expect(machine.read() != .reset)
        }
        #expect(machine.counter.energy == machine.truth)
        #expect(machine.counter.resets == 0)
        let isExact: Bool = machine.counter.encoding.isExact
        #expect(isExact)
    }

    @Test(arguments: [MockEvents.Driver.signed, .plain], [0, 14, 16, 19])
    func `the register's unit is learned from the bits it never sets`(driver: MockEvents.Driver, exponent: Int) {
        var generator = SeededGenerator(seed: 7)
        var machine = Machine(exponent: exponent, known: nil, driver: driver, maximumPower: Watts(1e5))
        machine.read()
        var isKnown = false
        for _ in 0..<40 {
            machine.pass(.milliseconds(10), counts: UInt64.random(in: 1..<1000, using: &generator))
            machine.read()
            isKnown = machine.counter.encoding.isExact
        }
        #expect(isKnown)
        let unit = machine.counter.encoding.unit
        #expect(unit == .binaryFraction(exponent))
        #expect(machine.counter.ambiguousEnergy == Joules(0))
        // From here on wraps are counted.
        for _ in 0..<20 where exponent > 0 {
            machine.pass(.milliseconds(100), counts: min(3 << 30, UInt64(9000) << UInt64(exponent)))
            machine.read()
        }
        #expect(machine.counter.energy == machine.truth)
    }

    @Test func `a decrease before the unit is known adds a bound and no energy`() {
        var machine = Machine(exponent: 14, known: nil, driver: .plain)
        machine.read()
        machine.pass(.seconds(1), counts: 1 << 14)
        machine.read()
        // To just behind the register's wrap.
        machine.events.reset(2)
        machine.pass(.seconds(1), counts: 100)
        #expect(machine.read() == .reset)
        #expect(machine.counter.energy == Joules(1))
        let bound = machine.counter.ambiguousEnergy
        #expect(bound > Joules(999))
        #expect(bound < Joules(3001))
    }

    @Test(arguments: [false, true])
    func `a sum that a restart of the register may have moved adds a bound and no energy`(rises: Bool) {
        // The sum does not show the register: after a restart it has moved by up to half the range, up or down.
        var machine = Machine(exponent: 14, known: 14, driver: .signed)
        machine.events.advance(2, counts: rises ? 3 << 30 : 1 << 28)
        machine.read()
        machine.pass(.seconds(2), counts: 130 << 14)
        machine.read()
        machine.instant = machine.instant.suspended(for: .seconds(3600))
        machine.events.reset(2)
        machine.pass(.seconds(2), counts: 0)
        #expect(machine.read() == (rises ? .ambiguous : .reset))
        #expect(machine.counter.energy == Joules(130))
        let bound = machine.counter.ambiguousEnergy
        #expect(bound >= Joules(3_602_000))
        machine.pass(.seconds(2), counts: 130 << 14)
        #expect(machine.read() == .counted)
        #expect(machine.counter.energy == Joules(260))
    }

    @Test func `a sum goes on across a suspend by what the time awake allows`() {
        var machine = Machine(exponent: 14, known: 14, driver: .signed)
        machine.read()
        machine.instant = machine.instant.suspended(for: .seconds(60))
        machine.pass(.seconds(2), counts: 4000 << 14)
        #expect(machine.read() == .counted)
        #expect(machine.counter.energy == Joules(4000))
    }

    @Test func `until the unit is known, the interval is safe for the finest unit`() {
        let unknown = EnergyCounter(
            encoding: .kernelSum(exponent: 32, registerExponent: nil), maximumPower: Watts(1000))
        #expect(abs(unknown.longestSafeInterval / .milliseconds(1) - 32_768) < 1, "half of 65,536 J")
        let finest = EnergyCounter(encoding: .kernelSum(exponent: 32, registerExponent: 16), maximumPower: Watts(1000))
        #expect(abs((finest.longestSafeInterval - unknown.longestSafeInterval) / .milliseconds(1)) < 1)
        let usual = EnergyCounter(encoding: .kernelSum(exponent: 32, registerExponent: 14), maximumPower: Watts(1000))
        #expect(usual.longestSafeInterval > .seconds(131), "four times as long")
        let coarse = EnergyCounter(encoding: .kernelSum(exponent: 0, registerExponent: nil), maximumPower: Watts(1000))
        #expect(coarse.longestSafeInterval > .seconds(32))
    }

    @Test func `a unit that contradicts the numbers is discarded and learned again`() {
        var machine = Machine(exponent: 16, known: 14, driver: .signed)
        machine.read()
        for index in 0..<60 {
            machine.pass(.seconds(1), counts: UInt64(65536 + index % 7))
            machine.read()
        }
        let unit = machine.counter.encoding.unit
        #expect(unit == .binaryFraction(16))
        #expect(machine.counter.energy == machine.truth)
    }

    @Test func `negative sums are counted, too`() {
        // The driver first reads after more than half the range, so its sum first decreases.
        var machine = Machine(exponent: 14, known: 14, driver: .signed, maximumPower: Watts(1e6))
        machine.read()
        machine.pass(.seconds(1), counts: 3 << 30)
        machine.read()
        machine.pass(.seconds(1), counts: 5)
        machine.read()
        #expect(machine.counter.energy == machine.truth)
    }

    @Test func `a newly opened event begins a new count, and the gap is a bound`() {
        var machine = Machine(exponent: 14, known: 14, driver: .signed)
        machine.read()
        machine.pass(.seconds(1), counts: 50 << 14)
        machine.read()
        let later = machine.instant.advanced(by: .seconds(2))
        #expect(machine.counter.restart(at: 60 << 32, began: later, ended: later) == .reset)
        #expect(machine.counter.energy == Joules(50), "60 J from 0 are none of ours")
        let bound = machine.counter.ambiguousEnergy
        #expect(bound >= Joules(2000))
        let last = later.advanced(by: .seconds(1))
        #expect(machine.counter.advance(to: 61 << 32, began: last, ended: last) == .counted)
        #expect(machine.counter.energy == Joules(51))
    }

    @Test func `months at full power do not overflow the sum`() {
        var counter = EnergyCounter(encoding: .kernelSum(exponent: 32, registerExponent: 14), maximumPower: Watts(1000))
        var instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
        var sum: UInt64 = 0
        _ = counter.advance(to: sum, began: instant, ended: instant)
        // 1 kW for 60 days, read every two minutes: more than 2⁶⁴ of the 2⁻³² J that perf counts in.
        let readings = 60 * 24 * 30
        for _ in 0..<readings {
            instant = instant.advanced(by: .seconds(120))
            sum &+= 120_000 << 32
            _ = counter.advance(to: sum, began: instant, ended: instant)
        }
        let total = Joules(Double(readings) * 120_000)
        #expect(counter.energy == total)
        #expect(counter.ambiguousEnergy == Joules(0))
        #expect(counter.wraps == 0)
    }
}
