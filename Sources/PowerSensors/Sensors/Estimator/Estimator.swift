#if canImport(Glibc)
import Glibc
#endif

/// The sensor for machines without one: a model of the power at the plug, from the processors' load.
///
/// It knows the processor generation and the machine's size from procfs' `cpuinfo` and `meminfo`, and gives
/// a channel of energy, in µJ, whose provenance is ``Provenance/estimated`` and whose scope is ``Scope/wall``, and two beside it
/// for what of that idling takes and what work adds.
/// In a guest it is the guest's part of the host that is usual for the processor generation. An estimate is never a
/// measurement: the channel's band says how far off it may be, two times out of three.
///
/// The model was fitted to published results of SPECpower_ssj2008. SPEC® and SPECpower_ssj2008® are trademarks of
/// the Standard Performance Evaluation Corporation (spec.org); an estimate is no SPEC metric.
public struct Estimator: Sensor {
    /// `estimator`.
    public var name: SensorName { .estimator }

    /// The whole server's watts without load, where they are known; of a guest, its host's.
    public var idleWatts: Watts?

    /// The whole server's watts at full load, where they are known; of a guest, its host's.
    public var maximumWatts: Watts?

    /// How the machine's load and power belong together.
    public var profile: LoadProfile = .powersaveHost

    /// What was learned of this machine, its host or its twin: it takes the place of the model.
    ///
    /// Where it was made on other hardware nothing is estimated, but for ``forcesCalibration``.
    public var calibration: CalibrationProfile?

    /// Whether to use a calibration of other hardware.
    public var forcesCalibration = false

    /// What is known of the host, where this machine is a guest.
    public var host = GuestHost()

    private let roots: SystemRoots
    private var procfs: SystemRoot { roots.procfs }

    /// An estimator of the machine that the roots show.
    ///
    /// It reads procfs; where the processors do not tell whether they are virtual, sysfs' DMI names too.
    public init(roots: SystemRoots = .usual) {
        self.roots = roots
    }

    /// Looks at the processors and the memory, and says in a finding what it assumed.
    public func discover() -> Discovery {
        let machine: MachineDescription
        do throws(AttributeError) {
            machine = try MachineDescription(roots: roots)
        } catch {
            return Discovery(findings: [unusable("cpuinfo", error.status, error.errno)])
        }
        if !forcesCalibration, let mismatch = calibration?.hardware.mismatch(with: machine) {
            return Discovery(findings: [.foreignCalibration(mismatch)])
        }
        var load = LoadReader(beneath: procfs)
        do throws(AttributeError) {
            _ = try load.read()
        } catch {
            return Discovery(findings: [unusable(LoadReader.path, error.status, error.errno)])
        }
        guard let known = KnownWatts(idle: idleWatts, maximum: maximumWatts), host.isPossible else {
            return Discovery(findings: [Self.impossible])
        }
        let estimate = MachineEstimate(machine, known: known, profile: profile, calibration: calibration, host: host)
        var findings = [Self.note(on: estimate)]
        if estimate.calibration != nil { return Discovery(channels: Self.channels(of: estimate), findings: findings) }
        if !estimate.match.isKnown { findings.append(Self.doubt(about: machine, estimate)) }
        if machine.isGuest == nil { findings.append(Self.undecided) }
        if machine.memoryGigabytes == nil, machine.isGuest != true { findings.append(unknownMemory(estimate)) }
        return Discovery(channels: Self.channels(of: estimate), findings: findings)
    }

    /// Opens the processors' times.
    ///
    /// - Throws: ``AttributeError`` where `cpuinfo` can no longer be read.
    public func open(_ channels: [Channel]) throws -> any SensorReader {
        let known = KnownWatts(idle: idleWatts, maximum: maximumWatts) ?? KnownWatts()
        let estimate = MachineEstimate(
            try MachineDescription(roots: roots), known: known, profile: profile, calibration: calibration, host: host)
        return EstimatorReader(channels, curve: estimate.curve, beneath: procfs)
    }

    /// The host's figure, and the parts of it that idling and work take.
    private static func channels(of estimate: MachineEstimate) -> [Channel] {
        EstimatorReader.Part.allCases.map { part in
            var channel = channel(part.rawValue, of: estimate)
            if part != .whole {
                channel.parent = EstimatorReader.Part.whole.rawValue
                channel.countsIn = nil
            }
            return channel
        }
    }

    private static func channel(_ id: String, of estimate: MachineEstimate) -> Channel {
        var channel = Channel(
            id: id,
            sensor: .estimator,
            mechanism: estimate.calibration == nil ? "model" : "calibration",
            quantity: .energy,
            encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)),
            component: Component(id: Component.hostID, kind: .host, parent: nil)
        )
        channel.provenance = .estimated
        channel.band = estimate.band
        channel.label = estimate.label
        channel.countsIn = estimate.calibration?.scope ?? .wall
        channel.path = LoadReader.path
        // The kernel shows the processors' times in hundredths of a second, too coarse for a load of its own.
        channel.refreshInterval = EnergyIntegral.shortestWindow
        channel.maximumPower = max(estimate.curve.maximum * 4, Watts(1000))
        return channel
    }
}

extension Estimator {
    private static func note(on estimate: MachineEstimate) -> Finding {
        let basis =
            switch estimate.match.basis {
            case .cpuid: "found by its number"
            case .name: "found by its name"
            case .nearest: "the nearest to this processor"
            case .assumed: "assumed"
            }
        let part = estimate.part.map {
            ", with this guest as the part of the host that is \($0.virtualProcessors) of its usual \($0.hostThreads) threads"
        }
        if let calibration = estimate.calibration {
            return .calibrated(calibration, estimate, percent(estimate.band.low), percent(estimate.band.high))
        }
        return Finding(
            severity: .info,
            subject: SensorName.estimator.name,
            reason: "estimated",
            text: """
                Host power is an estimate and no measurement: \(estimate.method.method) of the model, by \
                \(estimate.method.inputs.joined(separator: ", ")) (generation \(basis))\(part ?? ""), with the load \
                profile \(estimate.method.profile.name), off by \
                \(percent(estimate.band.low)) to \(percent(estimate.band.high)) two times out of three.
                """
        )
    }

    /// A finding where the model was not fitted to such a processor.
    private static func doubt(about machine: MachineDescription, _ estimate: MachineEstimate) -> Finding {
        let isUnknown = estimate.match.basis == .assumed
        let name = machine.processor.name.isEmpty ? "this one, which has no name" : "'\(machine.processor.name)'"
        let generation = estimate.match.generation.rawValue
        return Finding(
            severity: .warning,
            subject: "cpuinfo",
            reason: isUnknown ? "unknown" : "unseen",
            text: isUnknown
                ? "Nothing tells the processor generation of \(name); \(generation) is assumed."
                : "The estimator's data have no processor such as \(name); processor generation \(generation) is used.",
            remedy: isUnknown && machine.isGuest == true
                ? "Let the hypervisor show its own processor; with QEMU: -cpu host."
                : "Measure the machine at the plug once, to know how far off its estimate is."
        )
    }

    /// A finding where neither the processors nor the firmware tell whether the machine is virtual.
    private static let undecided = Finding(
        severity: .warning,
        subject: "\(FirmwareDescription.dmiFolder)/sys_vendor",
        reason: "undecided",
        text: """
            Nothing tells whether this machine is virtual; it is modelled as a whole server, which is far too much \
            where it is a small guest.
            """,
        remedy: "Let the host tell its guest by its firmware; with QEMU, that is the default."
    )

    /// The finding where the configured watts cannot be a machine's.
    private static let impossible = Finding(
        severity: .error,
        subject: SensorName.estimator.name,
        reason: "configuration",
        text: """
            Nothing can be estimated: idle and full load must be above 0 W, and idle no more than full load; a host has a \
            thread or more, an overcommit of 1 or more, some memory, and a load above 0 and up to 1.
            """,
        remedy: "Set them to what was measured, or leave them out."
    )

    private func unknownMemory(_ estimate: MachineEstimate) -> Finding {
        Finding(
            severity: .warning,
            subject: "meminfo",
            reason: "absent",
            text: """
                The size of the memory is unknown; \(Int(estimate.server.memoryGigabytes.rounded())) GB, usual for \
                such a processor, are assumed.
                """,
            remedy: "Mount procfs there, with its meminfo: mount -t proc proc \(procfs.path)"
        )
    }

    /// The finding for a machine of which the estimator can say nothing.
    private func unusable(_ file: String, _ status: ReadingStatus, _ code: Int32) -> Finding {
        let isMalformed = code == EBADMSG || code == ENODATA || code == EOVERFLOW || code == EMSGSIZE
        let isAbsent = status == .absent
        return Finding(
            severity: .error,
            subject: file,
            reason: isMalformed ? "malformed" : status.name,
            text: isMalformed
                ? "Nothing can be estimated: \(procfs.path)/\(file) is not what the kernel writes."
                : "Nothing can be estimated: \(procfs.path)/\(file): \(systemMessage(errno: code)).",
            remedy: isMalformed || isAbsent
                ? "Mount procfs there: mount -t proc proc \(procfs.path)"
                : "Let this user read it: chmod a+r \(procfs.path)/\(file)"
        )
    }

    /// A factor as a signed difference in whole per cent.
    private static func percent(_ factor: Double) -> String {
        let percent = Int(((factor - 1) * 100).rounded())
        return percent < 0 ? "−\(-percent) %" : "+\(percent) %"
    }
}
