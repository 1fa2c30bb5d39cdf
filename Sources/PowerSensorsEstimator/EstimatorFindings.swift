import Glibc
import PowerSensorsCore
import PowerSensorsMachine

// What the estimator assumes, and why it cannot estimate.

extension Finding {
    /// The power is an estimate, by the model or a calibration.
    static func estimated(_ estimate: MachineEstimate) -> Finding {
        let isCalibrated = estimate.calibration != nil
        let part = estimate.part.map {
            let size = isCalibrated || estimate.cloudHost != nil ? "" : " usual"
            return
                ", assuming that this guest has \($0.virtualProcessors) of the\(size) \($0.hostThreads) threads of its host"
                + (estimate.cloudHost == nil ? "" : ", whose size is that of its instance type")
                + (estimate.isOvercommitUnknown
                    ? ", and which may have been sold several times: --host-overcommit" : "")
        }
        let basis =
            switch estimate.match.basis {
            case .cpuid: "found by its number"
            case .name: "found by its name"
            case .nearest: "the nearest to this processor"
            case .assumed: "assumed"
            }
        let model = estimate.method
        let method =
            estimate.calibration.map { "by a calibration with \($0.sensor) on \($0.hardware.name)\(part ?? "")" }
            ?? estimate.server.small.map { _ in
                "by the \(model.method), from \(model.inputs.joined(separator: ", "))\(part ?? "")"
            } ?? "\(model.method) of the model, by \(model.inputs.joined(separator: ", ")) (generation \(basis))"
            + "\(part ?? ""), with the load profile \(model.profile.name)"
        let (low, high) = (percent(estimate.band.low), percent(estimate.band.high))
        return Finding(
            severity: .info, subject: SensorName.estimator.name, reason: .estimated,
            text: "Host power is an estimate, not a measurement: \(method). Two times out of three, the true power is"
                + " within \(low) to \(high) of it.")
    }

    /// The calibration does not apply to this machine.
    static func foreignCalibration(_ mismatch: String) -> Finding {
        Finding(
            severity: .error, subject: SensorName.estimator.name, reason: .configuration,
            text: "The calibration profile was made on other hardware: \(mismatch).",
            remedy: "Use a profile made on the same hardware, leave out --profile, or use this one anyway:"
                + " --force-profile")
    }

    /// The model was not fitted to such a processor.
    static func unknownProcessor(_ machine: MachineDescription, _ estimate: MachineEstimate) -> Finding {
        if let small = estimate.server.small { return smallMachine(small, machine) }
        let isUnknown = estimate.match.basis == .assumed
        let name = machine.processor.name.isEmpty ? "this unnamed processor" : "'\(machine.processor.name)'"
        let generation = estimate.match.generation.rawValue
        let measure =
            "Measure its power at the plug, idle and at full load, and give both: --idle-watts W --max-watts W"
        // A hypervisor may have hidden what a processor of x86 or Arm says of itself. Of others nothing is known anyway.
        let mayBeHidden = isUnknown && machine.processor.vendor != .other
        return Finding(
            // In a guest, nothing can be measured that would improve the estimate.
            severity: machine.isGuest == true ? .info : .warning, subject: "cpuinfo",
            reason: isUnknown ? .unknown : .unseen,
            text: isUnknown
                ? "The processor generation of \(name) is unknown; \(generation) is assumed, as for a usual server."
                : "The estimator has no data for \(name), so the processor generation \(generation) is used.",
            remedy: machine.isGuest != true
                ? measure : mayBeHidden ? "Let the hypervisor show its own processor; with QEMU: -cpu host." : nil)
    }

    /// The machine is no server, so its power is that of its class.
    private static func smallMachine(_ small: SmallMachine, _ machine: MachineDescription) -> Finding {
        let processor = small.architecture.map { " with \($0)" } ?? ", and its processor is unknown"
        return Finding(
            severity: machine.isGuest == true ? .info : .warning, subject: "cpuinfo",
            reason: small.architecture == nil ? .unknown : .unseen,
            text:
                "\(machine.isGuest == true ? "The host" : "This machine") is a \(small.machineClass.rawValue)\(processor):"
                + " its power is estimated as that of its class, whose machines differ much.",
            remedy: machine.isGuest == true
                ? nil
                : "Measure its power at the plug, idle and at full load, and give both: --idle-watts W --max-watts W")
    }

    /// Neither the processors nor the firmware show whether the machine is virtual. Only its host could change that.
    static let undecidedGuest = Finding(
        severity: .info, subject: "\(FirmwareDescription.dmiFolder)/sys_vendor", reason: .undecided,
        text: """
            It is unknown whether this machine is virtual. It is modelled as a whole machine, which is far too much if \
            it is a small guest.
            """,
        remedy: "Let the host's hypervisor show its guests that they are virtual; with QEMU, that is the default.")

    /// The configured numbers cannot be a machine's.
    static let impossibleConfiguration = Finding(
        severity: .error, subject: SensorName.estimator.name, reason: .configuration,
        text: """
            Nothing can be estimated: idle and full load must be above 0 W, and idle no more than full load; a host \
            has at least one thread, an overcommit of at least 1, some memory, and a load above 0 and up to 1.
            """,
        remedy: """
            Correct --idle-watts, --max-watts, --host-threads, --host-overcommit, --host-memory or --host-load, or \
            leave them out.
            """)

    /// The configured watts are hardly this machine's.
    static func doubtfulWatts(_ estimate: MachineEstimate) -> Finding? {
        guard let question = estimate.method.question else { return nil }
        return Finding(
            severity: .warning, subject: SensorName.estimator.name, reason: .configuration,
            text: question.prefix(1).uppercased() + question.dropFirst(),
            remedy: "Correct --idle-watts or --max-watts, or leave them out.")
    }

    static func unknownMemory(_ estimate: MachineEstimate, _ procfs: SystemRoot) -> Finding {
        Finding(
            severity: .warning, subject: "meminfo", reason: .absent,
            text: """
                The size of the memory is unknown; \(Int(estimate.server.memoryGigabytes.rounded())) GB are assumed, \
                which is typical for such a processor.
                """,
            remedy: "Mount procfs there, with its meminfo: mount -t proc proc \(procfs.path)")
    }

    /// A file that the estimator needs cannot be read.
    static func noEstimate(_ file: String, _ error: AttributeError, _ procfs: SystemRoot) -> Finding {
        let isMalformed = [EBADMSG, ENODATA, EOVERFLOW, EMSGSIZE].contains(error.errno)
        return Finding(
            severity: .error, subject: file, reason: isMalformed ? .malformed : Finding.Reason(error.status),
            text: isMalformed
                ? "Nothing can be estimated: \(procfs.path)/\(file) has no form that is known here."
                : "Nothing can be estimated: \(procfs.path)/\(file): \(systemMessage(errno: error.errno)).",
            remedy: error.status == .absent
                ? "Mount procfs there: mount -t proc proc \(procfs.path)"
                : "See what it contains: head \(procfs.path)/\(file)")
    }

    /// A factor as a signed difference in per cent.
    private static func percent(_ factor: Double) -> String {
        let percent = Int(((factor - 1) * 100).rounded())
        return percent < 0 ? "−\(-percent) %" : "+\(percent) %"
    }
}
