import PowerSensors
import PowerSensorsTestSupport
import Testing

struct CalibrationFitTests {
    /// The shapes of a machine's power between idle and full load.
    enum Shape: CaseIterable {
        case straight, jumping, convex, concave

        func part(_ load: Double) -> Double {
            switch self {
            case .straight: load
            case .jumping: load == 0 ? 0 : 0.25 + 0.75 * load
            case .convex: 0.4 * load + 0.6 * load * load * load
            case .concave: load.squareRoot()
            }
        }

        func watts(_ load: Double) -> Double { 80 + 240 * part(load) }
    }

    /// Ten windows at each of eleven loads, with errors of up to 3 %, and of half the power in one of twenty.
    private func measured(_ shape: Shape, seed: UInt64, wild: Bool = false) -> [CalibrationPoint] {
        var random = SeededGenerator(seed: seed)
        return (0..<110).map { index in
            let load = Double(index / 10) / 10
            let noise = 1 + Double.random(in: -0.03...0.03, using: &random)
            let jolt = wild && index % 20 == 7 ? 1.5 : 1
            return CalibrationPoint(load: load, power: Watts(shape.watts(load) * noise * jolt))
        }
    }

    @Test(arguments: Shape.allCases, 0..<20 as Range<UInt64>)
    func `despite noise, idle and maximum are found within 2 %, and the curve within 3 %`(
        shape: Shape, seed: UInt64
    ) throws {
        let fit = try CalibrationFit(measured(shape, seed: seed, wild: seed % 2 == 1))
        let truth = (0...10).map { shape.watts(Double($0) / 10) }
        let errors = zip(fit.powers, truth).map { abs($0.rawValue / $1 - 1) }
        #expect(errors[0] < 0.02 && errors[10] < 0.02, "\(errors)")
        #expect((errors.max() ?? 1) < 0.03, "\(errors)")
        #expect(zip(fit.powers, fit.powers.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(fit.counts.used + fit.counts.tested == 110)
    }

    @Test func `the error is that of measurements that were not used`() throws {
        // Two thirds are on one line; the third that the fit does not use is 10 % above it.
        let points = (0..<99).map { index in
            let load = Double(index / 3) / 32
            return CalibrationPoint(load: load, power: Watts((100 + 100 * load) * (index % 3 == 2 ? 1.1 : 1)))
        }
        let fit = try CalibrationFit(points)
        #expect(abs(fit.error - (1 - 1 / 1.1)) < 0.002)
    }

    @Test func `the curve is interpolated between measured loads`() throws {
        let points = measured(.straight, seed: 1).filter { $0.load < 0.35 || $0.load > 0.65 }
        let fit = try CalibrationFit(points)
        #expect(abs(fit.powers[5].rawValue / Shape.straight.watts(0.5) - 1) < 0.03)
        #expect(fit.loads == 0...1)
    }

    @Test func `measurements that give no curve are refused with the reason`() {
        let few = Array(measured(.straight, seed: 1).prefix(19))
        #expect(throws: CalibrationError.tooFewPoints(19)) { try CalibrationFit(few) }
        let narrow = measured(.straight, seed: 1).filter { $0.load < 0.45 }
        #expect(throws: CalibrationError.loadHardlyChanged(from: 0, to: 0.4)) { try CalibrationFit(narrow) }
        let flat = (0..<110).map { CalibrationPoint(load: Double($0 / 10) / 10, power: Watts(50)) }
        #expect(throws: CalibrationError.powerDoesNotRise) { try CalibrationFit(flat) }
        let falling = (0..<110).map { CalibrationPoint(load: Double($0 / 10) / 10, power: Watts(200 - Double($0))) }
        #expect(throws: CalibrationError.powerDoesNotRise) { try CalibrationFit(falling) }
        // Errors beyond any integer are printed, too.
        var spoiled = measured(.straight, seed: 1)
        spoiled[2] = CalibrationPoint(load: 0, power: Watts(1e-300))
        #expect { try CalibrationFit(spoiled) } throws: { "\($0)".contains("mean error") }
        let nonsense = (0..<110).map { CalibrationPoint(load: Double($0), power: Watts(.nan)) }
        #expect(throws: CalibrationError.tooFewPoints(0)) { try CalibrationFit(nonsense) }
    }
}
