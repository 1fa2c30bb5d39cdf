#if Exporters
import PowerSensors

/// An instance type that a user names, and its part of its host.
struct DescribedInstance {
    let type: InstanceType

    /// The host; nil if it is not known.
    let host: CloudHost?

    /// How many virtual processors are sold for each that the host has; nil if that is not given.
    let overcommit: Double?

    /// The instance of a name; nil for no name.
    ///
    /// - Parameters:
    ///   - processor: The host's processor, if that is given: some families have hosts of several kinds.
    ///   - overcommit: How many virtual processors are sold for each that the host has, if that is given.
    init?(_ name: String?, processor: String?, overcommit: Double?) {
        guard let type = name.flatMap({ InstanceType($0) }) else { return nil }
        self.type = type
        self.overcommit = overcommit
        host = CloudHost.host(of: type, seenAs: ProcessorIdentity(vendor: .other, name: processor ?? ""))
    }

    /// The part of the host's power that is the instance's, from 0 to 1; 1 for a whole machine and where it is not known.
    var part: Double {
        guard let host, let processors = type.virtualProcessors else { return 1 }
        return min(Double(processors) / (Double(host.virtualProcessors) * (overcommit ?? 1)), 1)
    }

    /// What the watts are of.
    var text: String {
        type.hasAccelerators ? watts + " Its accelerators are not part of them." : watts
    }

    private var watts: String {
        guard part < 1, let host, let processors = type.virtualProcessors else {
            return "Instance: the watts are those of the whole host of \(type.name)."
        }
        let part =
            "Instance: the watts are the part of \(type.name), which has \(processors) of the "
            + "\(host.virtualProcessors) virtual processors of its host"
        if let overcommit { return part + ", each sold \(fixed(overcommit, decimals: 1)) times." }
        return type.isBurstable
            ? part + "; they may be sold several times, which makes its part smaller: --host-overcommit." : part + "."
    }

    /// Throws if the size is none that the host could have, the processor none of its hosts', or something is given that the
    /// host has of its own.
    ///
    /// - Parameter given: The options that describe the host's size and kind, as they were given.
    func check(processor: String?, given: [OptionValue?]) throws(CommandFailure) {
        if type.isWholeMachine, overcommit != nil {
            throw .usage("--host-overcommit: \(type.name) is a whole machine, which nobody shares; leave it out.")
        }
        guard let host else { return }
        if let option = given.compactMap({ $0 }).first {
            throw option.refused("the hosts of \(type.name) are known; leave it out.")
        }
        let processors = type.virtualProcessors ?? (type.isWholeMachine ? host.virtualProcessors : 0)
        if !(1...host.virtualProcessors).contains(processors) {
            throw .usage(
                "--instance-type \(type.name): no such size is known; its largest host has \(host.virtualProcessors).")
        }
        guard let processor else { return }
        let key = ProcessorKey(processor)
        if !CloudHost.all(of: type).contains(where: { ProcessorKey($0.processor).text == key.text }) {
            throw .usage(
                "--cpu \(processor): the hosts of \(type.name) have other processors; leave out one of the two options."
            )
        }
    }

    /// The message where the host is not known.
    var unknownHost: String {
        "--instance-type \(type.name): its hosts are not known; describe one with --cpu, --sockets, --cores and --memory."
    }
}
#endif
