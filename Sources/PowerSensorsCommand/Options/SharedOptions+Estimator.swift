#if Exporters
import PowerSensors

extension SharedOptions {
    /// The estimator that the options describe, by what they say about this machine and its host.
    func estimator(
        _ power: KnownPowerOptions, roots: SystemRoots, in environment: Environment
    ) throws(CommandFailure) -> Estimator {
        var estimator = Estimator(roots: roots)
        let known = try power.known(in: environment)
        estimator.idleWatts = known.idle
        estimator.maximumWatts = known.maximum
        estimator.profile = try power.loadProfile.value(in: environment)
        estimator.host.threads = try hostThreads.value(in: environment)
        estimator.host.memoryGigabytes = try hostMemory.value(in: environment)
        estimator.host.overcommit = try hostOvercommit.value(in: environment)
        estimator.host.load = try hostLoad.value(in: environment)
        estimator.forcesCalibration = try environment.isOn(forceProfile)
        if let option = profile.given(in: environment) {
            let replaced = [
                power.idleWatts.given(in: environment), power.maxWatts.given(in: environment),
                power.loadProfile.given(in: environment),
            ]
            if let other = replaced.compactMap(\.self).first {
                throw other.refused("a profile replaces it; leave out either this or \(option.name).")
            }
            estimator.calibration = try calibration(option, for: estimator, roots: roots)
        }
        return estimator
    }

    private func calibration(
        _ option: OptionValue, for estimator: Estimator, roots: SystemRoots
    ) throws(CommandFailure) -> CalibrationProfile {
        let calibration = try ProfileFile.read(option.value)
        let machine = try? MachineDescription(roots: roots)
        if !estimator.forcesCalibration, let mismatch = machine.flatMap({ calibration.hardware.mismatch(with: $0) }) {
            throw .failure("\(option.name) \(option.value): \(mismatch). --force-profile uses it anyway.")
        }
        return calibration
    }
}
#endif
