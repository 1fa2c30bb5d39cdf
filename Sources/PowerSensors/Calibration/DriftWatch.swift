package import PowerSensorsCore
import PowerSensorsEstimator
import PowerSensorsMachine

/// Compares a calibration profile with the measured figure of the same scope, where a machine has both: on the machine that
/// it was learned on, or on one like it.
package struct DriftWatch: ~Copyable {
    private let profile: CalibrationProfile
    private var drift: ProfileDrift
    private var load: LoadReader
    private var latest: (times: CPUTimes, nanoseconds: Int64)?

    /// Says that the profile no longer fits; nil while it does.
    package private(set) var finding: Finding?

    /// Watches the profile that a set of sensors was given; nil for none, and for one of other hardware.
    package init?(_ sensors: SensorSet) {
        guard let profile = sensors.calibration, let machine = try? MachineDescription(roots: sensors.roots),
            machine.isGuest != true, profile.hardware.mismatch(with: machine) == nil
        else { return nil }
        self.profile = profile
        drift = ProfileDrift(profile)
        load = LoadReader(beneath: sensors.roots.procfs)
    }

    /// Takes in a snapshot, and returns whether ``finding`` has changed.
    package mutating func record(_ snapshot: Snapshot) -> Bool {
        let now = snapshot.instant.monotonicNanoseconds
        guard let times = try? load.read() else {
            latest = nil
            return false
        }
        defer { latest = (times, now) }
        guard let latest, let interval = snapshot.interval, !snapshot.includesSuspend,
            load.isContinuous(times, since: latest.times, over: now - latest.nanoseconds),
            let mean = times.elapsed(since: latest.times).load,
            let figure = snapshot.host.first(where: { $0.scope == profile.scope }), figure.status == .ok,
            figure.provenance == .measured, let power = figure.power
        else { return false }
        switch drift.record(CalibrationPoint(load: mean, power: power), over: interval) {
        case .began: finding = drift.text.map { .drifted($0, profile) }
        case .ended: finding = nil
        case nil: return false
        }
        return true
    }
}

extension Finding {
    /// A calibration profile no longer fits what is measured.
    fileprivate static func drifted(_ text: String, _ profile: CalibrationProfile) -> Finding {
        Finding(
            severity: .warning, subject: SensorName.estimator.name, reason: .drifted,
            text: "Of the calibration of \(profile.scope) on \(profile.hardware.name): \(text).",
            remedy: "Learn it again: powersensors calibrate --passive 1d --output FILE")
    }
}
