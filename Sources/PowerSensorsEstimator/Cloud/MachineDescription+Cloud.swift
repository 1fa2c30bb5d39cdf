import PowerSensorsCore
import PowerSensorsMachine

extension MachineDescription {
    /// The machine's instance type: the given one, else the one that the firmware names; nil if neither has the form of
    /// its cloud.
    func instanceType(_ host: GuestHost) -> InstanceType? {
        guard let type = (host.instanceType ?? cloud?.instanceType).flatMap({ InstanceType($0) }),
            cloud.map({ $0.provider == type.provider }) ?? true
        else { return nil }
        return type
    }

    /// Whether the machine is in a cloud: by its firmware, its instance type, or a processor that only clouds buy new.
    func isInCloud(_ host: GuestHost) -> Bool {
        cloud != nil || instanceType(host) != nil
            || isGuest == true
                && CloudHost.isCloudProcessor(ProcessorName(processor.name), ProcessorKey(processor.name))
    }

    /// The host that the instance type runs on; nil for a machine that is no guest, and for a type without known hosts.
    func cloudHost(_ host: GuestHost) -> CloudHost? {
        guard isGuest == true, let type = instanceType(host) else { return nil }
        return CloudHost.host(of: type, seenAs: processor)
    }
}

extension MachineEstimate {
    /// A guest's part of a cloud's host, by the size that is known of it; nil if the guest is larger than that.
    ///
    /// It is no host of the guest's either if the guest has more processors than its instance type.
    static func host(
        of guest: MachineDescription, _ match: GenerationMatch, _ known: GuestHost, on host: CloudHost
    ) -> (ModelledServer, PartOfHost)? {
        // Some types have processors that are switched off, and which nobody else is given.
        let processors = guest.instanceType(known)?.virtualProcessors ?? guest.threads
        guard guest.threads <= processors, processors <= host.virtualProcessors else { return nil }
        let server = ModelledServer(
            generation: match.generation, sockets: host.sockets, cores: host.cores,
            memoryGigabytes: known.memoryGigabytes ?? host.memoryGigabytes, isClient: match.isClient)
        let memory = known.memoryGigabytes.flatMap { total in guest.memoryGigabytes.map { min($0 / total, 1) } }
        let part = PartOfHost(
            virtualProcessors: processors, hostThreads: host.virtualProcessors, overcommit: known.overcommit,
            memory: memory)
        return (server, part)
    }
}

extension Finding {
    /// The given instance type has more processors than this guest: those switched off, or those of another type.
    static func doubtfulInstance(
        _ machine: MachineDescription, _ host: GuestHost, _ estimate: MachineEstimate
    ) -> Finding? {
        guard let name = host.instanceType, estimate.cloudHost != nil, let part = estimate.part,
            machine.threads < part.virtualProcessors
        else { return nil }
        return Finding(
            severity: .warning, subject: SensorName.estimator.name, reason: .configuration,
            text: "This guest has \(machine.threads) virtual processors, and the instance type \(name) has"
                + " \(part.virtualProcessors), whose part of the host is estimated.",
            remedy: "Correct --instance-type, unless the others are switched off.")
    }

    /// The machine is a cloud's guest of unknown instance type, or of one that is not in the table; nil for any other.
    static func unknownInstance(
        _ machine: MachineDescription, _ host: GuestHost, _ estimate: MachineEstimate
    ) -> Finding? {
        guard estimate.part != nil, host.threads == nil, estimate.cloudHost == nil else { return nil }
        let name = host.instanceType ?? machine.cloud?.instanceType
        guard let name else {
            guard let cloud = machine.cloud else { return nil }
            return Finding(
                severity: .info, subject: FirmwareDescription.dmiFolder, reason: .unknown,
                text: """
                    This is a guest of \(cloud.provider.rawValue), whose firmware does not name its instance type; a typical \
                    host is assumed.
                    """,
                remedy: CloudHost.rows(of: cloud.provider).isEmpty
                    ? "Say what you know of the host: --host-threads N"
                    : "Name the type, --instance-type NAME, or let the command ask the cloud: --cloud-metadata")
        }
        return Finding(
            severity: .info, subject: FirmwareDescription.dmiFolder, reason: .unseen,
            text: "The hosts of the instance type \(name) are not known, or not like this; a typical host is assumed.",
            remedy: "Say what you know of the host: --host-threads N")
    }
}
