import PowerSensors
import Testing

struct UnitsTests {
    @Test(
        arguments: [
            (41.2, "41.2 W"), (0, "0.0 W"), (313.908123456, "313.908 W"), (-0.000123456789, "-0.000123457 W"),
            (1_234_567.8, "1234570.0 W"), (.infinity, "inf W"), (.leastNonzeroMagnitude, "5e-324 W"),
        ] as [(Double, String)])
    func `a value is printed with its unit and at most six digits`(watts: Double, text: String) {
        #expect(Watts(watts).description == text)
    }

    @Test func `each unit has its symbol, and a ratio has none`() {
        #expect("\(Joules(1)) \(Watts(1)) \(Grams(1)) \(Ratio(0.5))" == "1.0 J 1.0 W 1.0 g 0.5")
    }

    @Test func `values are literals, and add, scale and divide within their unit`() {
        var energy: Joules = 10
        energy += 2.5
        #expect(energy / 2 == 6.25)
        #expect(energy / Joules(5) == 2.5)
        #expect(energy - 12.5 == .zero)
        energy -= 2.5
        #expect(energy == 10)
        #expect(2 * energy == energy * 2)
        #expect(-energy == -10)
        #expect([energy, 2.5, energy].reduce(.zero, +) == 22.5)
        #expect(min(energy, 3) == 3)
    }

    @Test func `energy divided by time is power, and power times time is energy`() {
        let power: Watts = 5
        #expect(power * .seconds(3) == Joules(15))
        #expect(Joules(15) / .seconds(3) == power)
        #expect(Joules(15).power(over: .zero) == nil)
    }
}
