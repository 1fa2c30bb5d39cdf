import PowerSensors
import PowerSensorsTesting
import Testing

/// The estimator with a calibration instead of its model.
struct CalibratedEstimatorTests {
    /// 100 W without load, 300 W at full load, bent between them; learned on a host of 64 threads.
    private func profile(model: Int = 85, threads: Int = 64, cores: Int = 32) throws -> CalibrationProfile {
        let points = (0..<110).map { index in
            let load = Double(index % 11) / 10
            return CalibrationPoint(load: load, power: Watts(100 + 200 * load * load))
        }
        return CalibrationProfile(
            try CalibrationFit(points), of: .cpu, by: .rapl,
            on: CalibrationProfile.Hardware(machine(isGuest: false, threads: threads, cores: cores, model: model)))
    }

    private func machine(isGuest: Bool, threads: Int, cores: Int, model: Int = 85) -> MachineDescription {
        let name = "Intel(R) Xeon(R) Gold 6252 CPU @ 2.10GHz"
        return MachineDescription(
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: model, stepping: 7, name: name),
            sockets: isGuest ? 1 : 2, cores: cores, threads: threads, memoryGigabytes: 192, isGuest: isGuest)
    }

    @Test func `a machine of the same hardware has the learned curve`() throws {
        let twin = machine(isGuest: false, threads: 64, cores: 32)
        let profile = try profile()
        #expect(profile.hardware.mismatch(with: twin) == nil)
        let estimate = MachineEstimate(twin, calibration: profile)
        for tenth in 0...10 {
            let load = Double(tenth) / 10
            let truth = 100 + 200 * load * load
            #expect(abs(estimate.curve.power(at: load).rawValue / truth - 1) < 0.02, "at \(load)")
        }
        #expect(estimate.part == nil)
        #expect(estimate.band.low > 0.9 && estimate.band.high < 1.1)
        #expect(estimate.label == "calibrated by rapl")
    }

    @Test func `a guest has its threads' part of its host's learned curve`() throws {
        let guest = machine(isGuest: true, threads: 8, cores: 8)
        let profile = try profile()
        #expect(profile.hardware.mismatch(with: guest) == nil)
        let estimate = MachineEstimate(guest, calibration: profile)
        #expect(estimate.part?.fraction == 8.0 / 64)
        #expect(abs(estimate.curve.idle.rawValue - 12.5) < 0.3)
        #expect(abs(estimate.curve.maximum.rawValue - 37.5) < 0.8)
    }

    @Test func `other hardware is refused with the reason`() throws {
        let profile = try profile()
        let others = [
            machine(isGuest: false, threads: 64, cores: 32, model: 106),
            machine(isGuest: false, threads: 32, cores: 32),
            machine(isGuest: false, threads: 64, cores: 64), machine(isGuest: true, threads: 65, cores: 65),
        ]
        let reasons = others.map { profile.hardware.mismatch(with: $0) ?? "" }
        #expect(reasons[0].contains("this processor is") && reasons[0].contains("model 106"), "\(reasons[0])")
        #expect(reasons[1].contains("32 cores with 64 threads") && reasons[1].contains("with 32"))
        #expect(reasons[2].contains("64 with 64"))
        #expect(reasons[3].contains("this guest has 65"))
    }

    @Test(arguments: [false, true])
    func `a profile of other hardware gives a finding and no figure, unless it is forced`(isForced: Bool) throws {
        let mock = try MockMachine()
        _ = try mock.set(.intelServer(sockets: 1))
        var estimator = Estimator(roots: mock.roots)
        estimator.calibration = try profile(model: 1)
        estimator.forcesCalibration = isForced
        let discovery = estimator.discover()
        if isForced {
            #expect(discovery.channels.first?.countsIn == .cpu)
            #expect(discovery.channels.first?.mechanism == "calibration")
            #expect(discovery.findings.map(\.reason.name) == ["estimated"])
        } else {
            #expect(discovery.channels.isEmpty)
            #expect(discovery.findings.map(\.reason.name) == ["configuration"])
            #expect(discovery.findings.first?.text.contains("other hardware") == true)
        }
    }
}
