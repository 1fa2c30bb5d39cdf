import PowerSensors
import PowerSensorsTestSupport
import Testing

/// An estimate of the whole machine is never below what parts of the machine measure.
struct EstimateFloorTests {
    /// A machine whose estimate is 100 W, and whose parts a test sets.
    private final class Lab {
        let clock = ManualClock()
        let parts: ScriptedSensor
        let estimator = ScriptedSensor("estimator", channels: [Lab.estimate])
        var sampler: Sampler
        private var count: UInt64 = 1

        init(_ parts: [Channel]) throws {
            self.parts = ScriptedSensor("hwmon", channels: parts)
            let sensors = SensorSet(only: [self.parts, estimator])
            self.parts.show(parts.map { _ in 0.0 })
            estimator.show(.count(1))
            sampler = try Sampler(sensors, now: { [clock] in clock.instant })
            _ = sampler.snapshot()
        }

        static var estimate: Channel {
            var channel = Channel(
                id: "estimator/host", sensor: .estimator, mechanism: "model", quantity: .energy,
                encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)),
                component: Component(id: Component.hostID, kind: .host, parent: nil))
            channel.provenance = .estimated
            channel.band = RelativeBand(low: 0.7, high: 1.3)
            channel.countsIn = .wall
            channel.refreshInterval = .milliseconds(100)
            return channel
        }

        /// Samples every 200 ms for a time, and returns the figure at its end.
        func run(_ watts: [Double], for time: Duration = .seconds(2)) throws -> HostSnapshot {
            parts.show(watts)
            for _ in 0..<Int(time / .milliseconds(200)) {
                clock.advance(by: .milliseconds(200))
                count += 20_000_000
                estimator.show(.count(count))
                sampler.sample()
            }
            return try #require(sampler.snapshot().headline)
        }

        /// Takes a single sample after a second in which the model counts 100 J, and returns its snapshot.
        func step(_ readings: Reading...) -> Snapshot {
            parts.show(readings)
            clock.advance(by: .seconds(1))
            count += 100_000_000
            estimator.show(.count(count))
            return sampler.snapshot()
        }

        var isRaised: Bool { sampler.findings().contains { $0.reason == .raised } }
    }

    private static func chip(_ name: String, _ device: String, label: String? = nil) -> Channel {
        var component = Component(id: "\(name)/\(device)", kind: .chip)
        (component.chip, component.device) = (name, "pci0000:00/\(device)")
        var channel = Channel(
            id: "hwmon/\(name)/\(device)/power1", sensor: .hwmon, mechanism: "sysfs", quantity: .power,
            encoding: .gauge, component: component)
        channel.label = label
        channel.maximumPower = Watts(10_000)
        return channel
    }

    private static func isNear(_ power: Watts?, _ watts: Double) -> Bool {
        power.map { abs($0.rawValue - watts) < 0.5 } ?? false
    }

    @Test func `a part below the estimate changes nothing`() throws {
        let lab = try Lab([Self.chip("ina226", "1-0040")])
        _ = try lab.run([90])
        let figure = try lab.run([90])
        #expect(Self.isNear(figure.power, 100))
        #expect(Self.isNear(figure.low, 90), "what is measured is a certain lower bound")
        #expect(!lab.isRaised)
    }

    @Test func `an estimate below a part is raised to it, in power and in energy, and falls again`() throws {
        let lab = try Lab([Self.chip("ina226", "1-0040")])
        let before = try #require(try lab.run([20]).energy)
        _ = try lab.run([800])
        let raised = try lab.run([800])
        #expect(Self.isNear(raised.power, 800))
        #expect(Self.isNear(raised.low, 800))
        #expect(lab.isRaised)
        let energy = try #require(raised.energy)
        // Of 4 s, all but the first sample, whose power might be shown only once.
        #expect(abs(energy.rawValue - before.rawValue - 3060) < 20)
        _ = try lab.run([20])
        let again = try lab.run([20])
        #expect(Self.isNear(again.power, 100))
        #expect(!lab.isRaised)
    }

    @Test(
        arguments: [
            (["amdgpu", "amdgpu"], ["0000:03:00.0", "0000:83:00.0"], [nil, nil], 500.0),
            (["power_meter", "power_meter"], ["ACPI000D:00", "ACPI000D:01"], ["Node 0", "Node 1"], 500),
            (["power_meter", "power_meter"], ["ACPI000D:00", "ACPI000D:01"], ["Node 0", "Rail 1"], 300),
            (["ina226", "ina226"], ["1-0040", "1-0041"], [nil, nil], 300),
        ] as [([String], [String], [String?], Double)])
    func `parts are added only if none contains another`(
        names: [String], devices: [String], labels: [String?], watts: Double
    ) throws {
        let lab = try Lab(names.indices.map { Self.chip(names[$0], devices[$0], label: labels[$0]) })
        _ = try lab.run([300, 200])
        let figure = try lab.run([300, 200])
        #expect(Self.isNear(figure.power, watts))
    }

    @Test func `a snapshot's estimate is no less than the mean that a part shows in it`() throws {
        let lab = try Lab([Self.chip("ina226", "1-0040")])
        for _ in 0..<3 { _ = lab.step(.value(600)) }
        let snapshot = lab.step(.value(100))
        #expect(Self.isNear(snapshot.channels[0].power, 350))
        #expect(Self.isNear(snapshot.headline?.power, 350))
        #expect(Self.isNear(lab.step(.value(100)).headline?.power, 100))
    }

    @Test(arguments: [[30, 30, 9000, 30, 30], [9000, 30, 30, 30, 30], [30, 20_000, 20_000, 20_000, 30]])
    func `what a chip shows only once, or can never measure, raises nothing`(watts: [Double]) throws {
        let lab = try Lab([Self.chip("ina226", "1-0040")])
        let before = try #require(lab.step(.value(30)).headline?.energy)
        for watts in watts {
            #expect(Self.isNear(lab.step(.value(watts)).headline?.power, 100))
            #expect(!lab.isRaised)
        }
        let energy = try #require(lab.sampler.snapshot().headline?.energy)
        #expect(abs(energy.rawValue - before.rawValue - 500) < 1)
    }

    @Test func `what a chip shows only once raises an estimate that is raised already by little`() throws {
        let lab = try Lab([Self.chip("ina226", "1-0040")])
        for _ in 0..<3 { _ = lab.step(.value(300)) }
        let before = try #require(lab.step(.value(300)).headline?.energy)
        for watts in [9000, 300, 300] as [Double] { _ = lab.step(.value(watts)) }
        let energy = try #require(lab.sampler.snapshot().headline?.energy)
        #expect((900...1200).contains(energy.rawValue - before.rawValue))
    }

    @Test func `a part that becomes implausible no longer raises an estimate`() throws {
        let lab = try Lab([Self.chip("amdgpu", "0000:03:00.0")])
        for _ in 0..<3 { _ = lab.step(.value(900)) }
        #expect(lab.isRaised)
        #expect(Self.isNear(lab.step(.missing(.implausible)).headline?.power, 100))
        #expect(!lab.isRaised)
    }

    @Test func `only what is measured raises an estimate`() {
        var nominal = Self.chip("port", "1-1")
        #expect(EstimateFloor([nominal, Lab.estimate]) != nil)
        nominal.provenance = .nominal
        #expect(EstimateFloor([nominal, Lab.estimate]) == nil)
    }
}
