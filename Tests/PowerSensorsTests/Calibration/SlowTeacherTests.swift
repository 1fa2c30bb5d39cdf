import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Calibration by a meter at the plug that shows whole watts, and a new value only every ten seconds.
struct SlowTeacherTests {
    /// A load that changes to another level every 20 to 50 s, as if at random, and often is none.
    private static func production(_ seconds: Double) -> Double {
        let period = Int(seconds / 35)
        let number = (period &* 2_654_435_761) >> 7 & 0xFFFF
        return number % 3 == 0 ? 0.01 : Double(number) / 65535
    }

    private static func errors(_ fit: CalibrationFit) -> [Double] {
        fit.powers.enumerated().map { tenth, power in
            abs(power.rawValue / SimulatedTeacher.watts(Double(tenth) / 10) - 1)
        }
    }

    @Test(arguments: [SimulatedTeacher.Kind.mean, .moment])
    func `watching production gives the curve within 3 %`(kind: SimulatedTeacher.Kind) throws {
        let teacher = try SimulatedTeacher(kind, load: Self.production)
        var meter = try CalibrationMeter(teacher.sampler(), clock: teacher.calibrationClock)
        let (scope, sensor) = (meter.scope, meter.sensor)
        #expect(scope == .wall && sensor == SensorName("meter"))
        meter.findRhythm(within: .seconds(600))
        let slow = meter.slowUpdates
        let rhythm = try #require(slow)
        #expect(abs(rhythm.seconds - 10) < 0.3, "\(rhythm)")
        var bins = CalibrationBins()
        meter.forEachPoint(for: .seconds(3000)) { bins.add($0) }
        #expect(bins.windows > 200)
        let errors = Self.errors(try CalibrationFit(bins))
        #expect((errors.max() ?? 1) < (kind == .mean ? 0.03 : 0.06), "\(errors)")
        #expect(errors[0] < 0.02 && errors[10] < (kind == .mean ? 0.03 : 0.06), "\(errors)")
    }

    @Test func `levels of load give idle and full load within 2 %, and the curve within 3 %`() throws {
        let teacher = try SimulatedTeacher(load: { _ in 0 })
        var meter = try CalibrationMeter(teacher.sampler(), clock: teacher.calibrationClock)
        let alternate = { (elapsed: Duration) in teacher.set(load: Int(elapsed.seconds / 2) % 2 == 0 ? 1 : 0) }
        meter.findRhythm(within: .seconds(90), whileWaiting: alternate)
        let slow = meter.slowUpdates
        #expect(slow != nil)
        var points: [CalibrationPoint] = []
        for level in [0, 50, 100, 30, 80, 10, 60, 90, 20, 70, 40] {
            teacher.set(load: Double(level) / 100)
            let measured = meter.points(for: meter.window * 4)
            #expect(measured.count >= 3, "at \(level) %")
            points += measured
        }
        let errors = Self.errors(try CalibrationFit(points))
        #expect(errors[0] < 0.02 && errors[10] < 0.02 && (errors.max() ?? 1) < 0.03, "\(errors)")
    }

    @Test func `each value is compared with the load of its own time`() throws {
        let teacher = try SimulatedTeacher(load: Self.production)
        var meter = try CalibrationMeter(teacher.sampler(), clock: teacher.calibrationClock)
        meter.findRhythm(within: .seconds(600))
        var worst = 0.0
        meter.forEachPoint(for: .seconds(600)) { point in
            worst = max(worst, abs(point.power.rawValue / SimulatedTeacher.watts(point.load) - 1))
        }
        // Windows in which the load changes much are left out; in the others, the curve is hardly bent.
        #expect(worst < 0.1, "\(worst)")
    }

    @Test func `a teacher that changes at every look is not slow`() throws {
        let teacher = try SimulatedTeacher(
            every: .milliseconds(100), load: { abs(($0 / 60).truncatingRemainder(dividingBy: 2) - 1) })
        var meter = try CalibrationMeter(teacher.sampler(), clock: teacher.calibrationClock)
        meter.findRhythm(within: .seconds(120))
        let slow = meter.slowUpdates
        #expect(slow == nil)
        let points = meter.points(for: .seconds(60))
        #expect(points.count >= 55)
        for point in points {
            #expect(abs(point.power.rawValue / SimulatedTeacher.watts(point.load) - 1) < 0.03)
        }
    }

    @Test func `a drift is told by a finding, once, and is over when the machine is as before`() throws {
        let teacher = try SimulatedTeacher(every: .seconds(1), load: Self.production)
        let points = (0..<110).map { index in
            let load = Double(index % 11) / 10
            return CalibrationPoint(load: load, power: Watts(SimulatedTeacher.watts(load)))
        }
        let hardware = CalibrationProfile.Hardware(try MachineDescription(roots: teacher.machine.roots))
        let profile = CalibrationProfile(try CalibrationFit(points), of: .wall, by: .hwmon, on: hardware)
        var estimator = Estimator()
        estimator.calibration = profile
        guard var watch = DriftWatch(SensorSet(roots: teacher.machine.roots, estimator: estimator)) else {
            Issue.record("nothing is compared")
            return
        }
        var sampler = try teacher.sampler()
        var changes = Self.changes(&watch, &sampler, teacher, hours: 0.7)
        #expect(changes.count == 0 && changes.finding == nil)
        teacher.multiply(by: 1.1)
        changes = Self.changes(&watch, &sampler, teacher, hours: 1)
        #expect(changes.count == 1)
        let finding = try #require(changes.finding)
        #expect(finding.reason.name == "drifted" && finding.text.contains("no longer fits"), "\(finding.text)")
        #expect(finding.remedy?.contains("calibrate --passive") == true)
        teacher.multiply(by: 1)
        changes = Self.changes(&watch, &sampler, teacher, hours: 1.2)
        #expect(changes.count == 1 && changes.finding == nil)
    }

    /// Lets some hours pass, and returns how often the finding changed, and the last one.
    private static func changes(
        _ watch: inout DriftWatch, _ sampler: inout Sampler, _ teacher: SimulatedTeacher, hours: Double
    ) -> (count: Int, finding: Finding?) {
        var count = 0
        for _ in 0..<Int(hours * 360) {
            teacher.work(until: teacher.clock.instant.monotonicNanoseconds + 10_000_000_000)
            if watch.record(sampler.snapshot()) { count += 1 }
        }
        return (count, watch.finding)
    }

    @Test func `a profile of other hardware is not compared`() throws {
        let teacher = try SimulatedTeacher(load: { _ in 0 })
        let points = (0..<110).map { CalibrationPoint(load: Double($0 % 11) / 10, power: Watts(Double(100 + $0 % 11))) }
        let other = MachineDescription(
            processor: ProcessorIdentity(vendor: .amd, name: "AMD EPYC 7763 64-Core Processor"), sockets: 1, cores: 64,
            threads: 128, memoryGigabytes: 64, isGuest: false)
        var estimator = Estimator()
        estimator.calibration = CalibrationProfile(
            try CalibrationFit(points), of: .wall, by: .hwmon, on: CalibrationProfile.Hardware(other))
        switch DriftWatch(SensorSet(roots: teacher.machine.roots, estimator: estimator)) {
        case .none: break
        case .some: Issue.record("it is compared")
        }
    }
}
