import PowerSensors
import PowerSensorsTestSupport
import Testing

struct ProfileDriftTests {
    private static func watts(_ load: Double) -> Double { 100 + 200 * load }

    private static func profile() throws -> CalibrationProfile {
        let points = (0..<110).map { index in
            CalibrationPoint(load: Double(index % 11) / 10, power: Watts(watts(Double(index % 11) / 10)))
        }
        let machine = MachineDescription(
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: 85, stepping: 7, name: "Intel Xeon"),
            sockets: 1, cores: 8, threads: 16, memoryGigabytes: 64, isGuest: false)
        return CalibrationProfile(
            try CalibrationFit(points), of: .platform, by: .hwmon, on: CalibrationProfile.Hardware(machine))
    }

    /// Lets some hours pass at changing loads, with the power off by a factor; the changes and when they came, in minutes.
    private static func changes(
        _ drift: inout ProfileDrift, hours: Double, factor: Double
    ) -> [(minute: Double, change: ProfileDrift.Change)] {
        var random = SeededGenerator(seed: 9)
        var found: [(Double, ProfileDrift.Change)] = []
        for window in 0..<Int(hours * 360) {
            let load = Double.random(in: 0...1, using: &random)
            let noise = Double.random(in: 0.9...1.1, using: &random)
            let point = CalibrationPoint(load: load, power: Watts(watts(load) * noise * factor))
            if let change = drift.record(point, over: .seconds(10)) { found.append((Double(window) / 6, change)) }
        }
        return found
    }

    @Test func `a machine that uses 9 % more than its profile says is noticed within the hour, once`() throws {
        var drift = ProfileDrift(try Self.profile())
        #expect(Self.changes(&drift, hours: 3, factor: 1).isEmpty)
        #expect(!drift.isDrifted && drift.text == nil)
        let changes = Self.changes(&drift, hours: 5, factor: 1.09)
        #expect(changes.count == 1)
        #expect(changes.first.map { $0.minute > 20 && $0.minute < 60 } == true, "\(changes)")
        #expect(drift.text?.hasPrefix("this profile no longer fits: 9 % off over the last hour") == true)
        #expect(drift.text?.contains("more power") == true)
    }

    @Test func `it ends when the profile fits again`() throws {
        var drift = ProfileDrift(try Self.profile())
        _ = Self.changes(&drift, hours: 2, factor: 0.85)
        #expect(drift.isDrifted && drift.text?.contains("less power") == true)
        let changes = Self.changes(&drift, hours: 2, factor: 1)
        #expect(changes.count == 1)
        guard case .ended = changes.first?.change else {
            Issue.record("\(changes)")
            return
        }
        #expect(!drift.isDrifted)
    }

    @Test func `noise, and what is usual between machines of one kind, is no drift`() throws {
        var drift = ProfileDrift(try Self.profile())
        #expect(Self.changes(&drift, hours: 24, factor: 1.03).isEmpty)
    }

    @Test func `a few minutes say nothing yet`() throws {
        var drift = ProfileDrift(try Self.profile())
        #expect(Self.changes(&drift, hours: 0.4, factor: 2).isEmpty)
        #expect(drift.deviation == nil)
        // Nonsense adds nothing.
        #expect(drift.record(CalibrationPoint(load: .nan, power: Watts(1)), over: .seconds(3600)) == nil)
        #expect(drift.record(CalibrationPoint(load: 0.5, power: Watts(.nan)), over: .seconds(3600)) == nil)
        #expect(drift.deviation == nil)
    }
}
