import PowerSensors
import Testing

struct CarbonIntensityTests {
    @Test(arguments: [-1, 10_001, .nan, .infinity]) func `an implausible intensity is refused`(grams: Double) {
        #expect(CarbonIntensity(gramsPerKilowattHour: grams) == nil)
    }

    @Test func `a kilowatt-hour has 3.6 million joules`() throws {
        let intensity = try #require(CarbonIntensity(gramsPerKilowattHour: 400))
        #expect(intensity.grams(of: Joules(3_600_000)) == Grams(400))
        #expect(intensity.grams(of: Joules(0)) == Grams(0))
    }
}
