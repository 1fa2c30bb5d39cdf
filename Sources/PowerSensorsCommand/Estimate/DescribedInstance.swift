#if Exporters
import PowerSensors

/// An instance type that a user names, and its part of its host.
struct DescribedInstance {
    let type: InstanceType

    /// The host; nil if it is not known.
    let host: CloudHost?

    /// The instance of a name; nil for no name.
    ///
    /// - Parameter processor: The host's processor, if that is given: some families have hosts of several kinds.
    init?(_ name: String?, processor: String?) {
        guard let type = name.flatMap({ InstanceType($0) }) else { return nil }
        self.type = type
        host = CloudHost.host(of: type, seenAs: ProcessorIdentity(vendor: .other, name: processor ?? ""))
    }

    /// The part of the host's power that is the instance's, from 0 to 1; 1 for a whole machine and where it is not known.
    var part: Double {
        guard let host, let processors = type.virtualProcessors else { return 1 }
        return min(Double(processors) / Double(host.virtualProcessors), 1)
    }

    /// What the watts are of.
    var text: String {
        guard part < 1, let host, let processors = type.virtualProcessors else {
            return "Instance: the watts are those of the whole host of \(type.name)."
        }
        return "Instance: the watts are the part of \(type.name), which has \(processors) of the "
            + "\(host.virtualProcessors) virtual processors of its host."
    }

    /// Throws if the size is none that the host could have, or the processor none of its hosts'.
    func check(processor: String?) throws(CommandFailure) {
        guard let host else { return }
        if !type.isWholeMachine, !(1...host.virtualProcessors).contains(type.virtualProcessors ?? 0) {
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
