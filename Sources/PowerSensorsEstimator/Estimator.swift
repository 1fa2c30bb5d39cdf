public import PowerSensorsCore
import PowerSensorsMachine

/// The sensor for machines without a hardware sensor: it computes the power at the plug by a model, from the
/// processors' load.
///
/// It knows the processor generation and the machine's size from procfs' `cpuinfo` and `meminfo`. It has a channel of
/// energy, in µJ, with the provenance ``Provenance/estimated`` and the scope ``Scope/wall``, and two more for the parts
/// of it that idling and work use. In a guest it models the guest's part of a typical host. An estimate is not a
/// measurement: with a probability of two thirds, the true value lies in the channel's band.
///
/// The model was fitted to published results of SPECpower_ssj2008. SPEC® and SPECpower_ssj2008® are trademarks of
/// the Standard Performance Evaluation Corporation (spec.org); an estimate is not a SPEC metric.
public struct Estimator: Sensor {
    /// `estimator`.
    public var name: SensorName { .estimator }

    /// The known watts of the whole server without load; for a guest, its host's.
    public var idleWatts: Watts?

    /// The known watts of the whole server at full load; for a guest, its host's.
    public var maximumWatts: Watts?

    /// How the machine's load and power are related; nil, the default, for ``LoadProfile/performance`` in a cloud, and
    /// ``LoadProfile/powersave`` elsewhere.
    public var profile: LoadProfile?

    /// A calibration of this machine, its host, or an identical machine, which replaces the model.
    ///
    /// If it was made on other hardware, nothing is estimated unless ``forcesCalibration`` is set.
    public var calibration: CalibrationProfile?

    /// Whether to use a calibration of other hardware.
    public var forcesCalibration = false

    /// What is known of the host, if this machine is a guest.
    public var host = GuestHost()

    /// Where it reads. In a ``SensorSet``, those of the set take their place.
    package var roots: SystemRoots

    /// An estimator for this machine, or for the machine whose procfs and sysfs are given.
    ///
    /// It reads procfs and, if the processors do not show whether they are virtual, the names of the machine in sysfs
    /// (DMI).
    public init(roots: SystemRoots = .default) {
        self.roots = roots
    }

    /// Reads the machine's description, and reports its assumptions as findings.
    public func discover() -> Discovery {
        var file = "cpuinfo"
        let machine: MachineDescription
        do throws(AttributeError) {
            machine = try MachineDescription(roots: roots)
            if !forcesCalibration, let mismatch = calibration?.hardware.mismatch(with: machine) {
                return Discovery(findings: [.foreignCalibration(mismatch)])
            }
            file = LoadReader.path
            var load = LoadReader(beneath: roots.procfs)
            _ = try load.read()
        } catch {
            return Discovery(findings: [.noEstimate(file, error, roots.procfs)])
        }
        guard let known = KnownWatts(idle: idleWatts, maximum: maximumWatts), host.isPossible else {
            return Discovery(findings: [.impossibleConfiguration])
        }
        let estimate = MachineEstimate(machine, known: known, profile: profile, calibration: calibration, host: host)
        var findings = [Finding.estimated(estimate)]
        if estimate.calibration == nil {
            if !estimate.match.isKnown || estimate.server.small != nil {
                findings.append(.unknownProcessor(machine, estimate))
            }
            if machine.isGuest == nil, machine.instanceType(host) == nil { findings.append(.undecidedGuest) }
            findings += [
                .unknownInstance(machine, host, estimate), .doubtfulInstance(machine, host, estimate),
                .doubtfulWatts(estimate),
            ].compactMap { $0 }
            if machine.memoryGigabytes == nil, machine.isGuest != true, estimate.server.small == nil {
                findings.append(.unknownMemory(estimate, roots.procfs))
            }
        }
        return Discovery(channels: Self.channels(of: estimate), findings: findings)
    }

    /// Opens the file with the processors' times.
    ///
    /// - Throws: ``AttributeError`` if `cpuinfo` can no longer be read.
    public func open(_ channels: [Channel]) throws -> any SensorReader {
        let known = KnownWatts(idle: idleWatts, maximum: maximumWatts) ?? KnownWatts()
        let estimate = MachineEstimate(
            try MachineDescription(roots: roots), known: known, profile: profile, calibration: calibration, host: host)
        return EstimatorReader(channels, curve: estimate.curve, beneath: roots.procfs)
    }

    /// The host's figure, and the parts of it that idling and work use.
    private static func channels(of estimate: MachineEstimate) -> [Channel] {
        EstimatorReader.Part.allCases.map { part in
            var channel = Channel(
                id: part.rawValue, sensor: .estimator,
                mechanism: estimate.calibration == nil ? "model" : "calibration", quantity: .energy,
                encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)),
                component: Component(id: Component.hostID, kind: .host, parent: nil))
            channel.provenance = .estimated
            channel.band = estimate.band
            channel.label = estimate.label
            channel.path = LoadReader.path
            // The kernel counts the processors' times in hundredths of a second, so over a shorter interval than this
            // they show no useful load.
            channel.refreshInterval = .nanoseconds(EnergyIntegral.shortestWindowNanoseconds)
            channel.maximumPower = max(estimate.curve.maximum * 4, Watts(1000))
            if part == .total {
                channel.countsIn = estimate.calibration?.scope ?? .wall
            } else {
                channel.parent = EstimatorReader.Part.total.rawValue
            }
            return channel
        }
    }
}
