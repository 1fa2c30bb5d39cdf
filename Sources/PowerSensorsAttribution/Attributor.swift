package import PowerSensorsCore
import PowerSensorsMachine

/// Divides a machine's energy among the processes, control groups and virtual machines that used its processors.
///
/// ``scanIfDue(at:)`` finds out who ran since the last scan; ``divide(_:)`` then gives them what the accumulator
/// counted meanwhile. The owner calls one right after the other.
package final class Attributor {
    private let attribution: Attribution
    private let roots: SystemRoots
    private let dividesMachines: Bool
    private let dividesGroups: Bool
    private var topology: Topology
    private var source: EnergySource?
    private var processes: ProcessTable
    private var groups: ControlGroupTable
    private var machines = MachineTable()
    private var energies = ConsumerEnergies()
    private var load: LoadReader
    private var scanned: CPUTimes?
    private var scannedAt: SampleInstant?
    private var hasNewScan = false
    /// The processors' times up to which energy has been divided.
    private var divided: CPUTimes?
    private var dividedAt: SampleInstant?
    private var recheckPhase = 0
    private var failure: AttributeError?

    /// Divides the energy of a topology's channels.
    ///
    /// - Parameters:
    ///   - attribution: How to divide it.
    ///   - roots: The trees in which processes and control groups are found.
    ///   - topology: The channels.
    package init(_ attribution: Attribution, roots: SystemRoots, _ topology: Topology) {
        self.attribution = attribution
        self.roots = roots
        self.topology = topology
        dividesMachines = attribution.kinds.contains(.virtualMachine)
        dividesGroups = attribution.kinds.contains(.controlGroup)
        let budget = DescriptorBudget.ofAttribution
        source = EnergySource(topology)
        processes = ProcessTable(beneath: roots.procfs, descriptorBudget: budget.processes)
        groups = ControlGroupTable(
            beneath: roots.sysfs, readsClocks: dividesGroups, descriptorBudget: budget.groups)
        load = LoadReader(beneath: roots.procfs)
    }

    /// Continues with another generation's channels.
    ///
    /// - Parameters:
    ///   - topology: The channels.
    ///   - accumulator: What they have counted so far.
    package func move(to topology: Topology, _ accumulator: borrowing ChannelAccumulator) {
        self.topology = topology
        // As long as nothing could be divided, there were no scans.
        if source == nil { divided = nil }
        source = EnergySource(topology, continuing: source)
        source?.skipNewChannels(accumulator)
    }

    /// Why nothing can be divided.
    package var findings: [Finding] {
        let severity: Finding.Severity = attribution.isOptional ? .info : .warning
        if let failure { return [.noConsumers(failure, severity)] }
        return source == nil ? [.nothingToDivide(topology, severity)] : []
    }

    /// How the energy has been divided so far; nil if nothing can be, and before the first scan.
    package var attributed: AttributionSnapshot? {
        guard let source, let dividedAt else { return nil }
        return AttributionSnapshot(
            instant: dividedAt, scope: source.scope, origin: source.origin, band: source.band,
            policy: attribution.policy, consumers: energies.consumers, unattributed: energies.unattributed,
            given: energies.given)
    }

    // MARK: Scanning

    /// Scans for consumers if the interval has passed, give or take an eighth, and there is something to divide.
    package func scanIfDue(at now: SampleInstant) {
        if source == nil { return }
        if let scannedAt {
            let passed = now.monotonicNanoseconds - scannedAt.monotonicNanoseconds
            let interval = attribution.intervalNanoseconds
            if passed < interval - interval / 8 { return }
        }
        scan(at: now)
    }

    private func scan(at now: SampleInstant) {
        scannedAt = now
        let taskTicks: UInt64
        do throws(AttributeError) {
            let times = try load.read()
            try processes.scan()
            taskTicks = scanned.map { times.elapsed(since: $0).tasks } ?? 0
            scanned = times
        } catch {
            // The energy used meanwhile is divided after the next scan.
            failure = error
            return
        }
        failure = nil
        hasNewScan = true
        for rank in groups.removeEmpty() { energies.removeRecord(rank.record) }
        for machine in machines.removeStopped() { energies.removeRecord(machine.record) }
        for links in processes.ended { remove(links) }
        if dividesGroups || dividesMachines {
            identifyProcesses()
            groups.scan(taskTicks: taskTicks)
            addTimes()
        }
        chooseListed()
    }

    private func remove(_ links: ProcessTable.Links) {
        if let group = links.group { groups.removeProcess(from: group) }
        if let machine = links.machine { machines.removeProcess(of: machine) }
        energies.removeRecord(links.rank.record)
    }

    /// A process may move to another group. Each is checked again once in so many scans, a virtual machine's on every
    /// scan.
    private static let recheckPeriod = 128

    private func identifyProcesses() {
        recheckPhase = (recheckPhase + 1) % Self.recheckPeriod
        for index in processes.entries.indices {
            if processes.entries[index].isNew {
                identify(index)
            } else if index % Self.recheckPeriod == recheckPhase || processes.entries[index].links.machine != nil {
                moveIfNeeded(index)
            }
        }
    }

    private func identify(_ index: Int) {
        let entry = processes.entries[index]
        let files = ProcessFiles(number: entry.number, procfs: roots.procfs)
        let group = files.controlGroup(prefersUnified: groups.prefersUnified)
        let groupIndex = group.map { groups.addProcess(in: $0) }
        let machine = dividesMachines ? machine(of: entry, files, group) : nil
        processes.updateLinks(at: index) { links in
            links.group = groupIndex
            links.machine = machine
            links.servedProcess = entry.servedProcess
        }
    }

    /// The virtual machine that a process runs.
    private func machine(of entry: ProcessTable.Entry, _ files: ProcessFiles, _ group: ControlGroup?) -> SlotIndex? {
        let comm = entry.comm
        guard !entry.isKernelThread,
            VirtualMachineIdentity.isHypervisor(String(decoding: files.program, as: UTF8.self), comm: comm),
            let identity = VirtualMachineIdentity(commandLine: files.commandLine, comm: comm, group: group)
        else { return nil }
        var consumer = Consumer(
            kind: .virtualMachine, name: identity.name.isEmpty ? "pid-\(entry.number)" : identity.name)
        consumer.namespace = identity.namespace
        consumer.uuid = identity.uuid
        consumer.hypervisor = identity.hypervisor.rawValue
        consumer.setProcess(entry, files, group)
        let parent = processes.index(of: entry.parent).flatMap { processes.entries[$0].links.machine }
        return machines.addProcess(identity, consumer, startedBy: parent)
    }

    private func moveIfNeeded(_ index: Int) {
        let entry = processes.entries[index]
        let links = entry.links
        let files = ProcessFiles(number: entry.number, procfs: roots.procfs)
        guard let group = files.controlGroup(prefersUnified: groups.prefersUnified),
            group != links.group.flatMap({ groups[$0] })
        else { return }
        if let old = links.group { groups.removeProcess(from: old) }
        let groupIndex = groups.addProcess(in: group)
        processes.updateLinks(at: index) { $0.group = groupIndex }
        energies.move(links.rank.record, to: group)
        // Managers of virtual machines move a machine to its slice after its start, and energy is only published to
        // machines that are in one.
        if let machine = links.machine { energies.move(machines.move(machine, to: group), to: group) }
    }

    /// Adds the processes' times to the machines, and to the groups if they have no clocks.
    private func addTimes() {
        for index in processes.entries.indices where processes.entries[index].step > 0 {
            let ticks = processes.entries[index].step
            let links = processes.entries[index].links
            if let group = links.group, !groups.hasClocks { groups.add(ticks, to: group) }
            if let machine = links.machine ?? links.servedProcess.flatMap(machine(ofProcess:)) {
                machines.add(ticks, to: machine)
            }
        }
    }

    private func machine(ofProcess number: Int32) -> SlotIndex? {
        processes.index(of: number).flatMap { processes.entries[$0].links.machine }
    }

    /// Chooses who is listed. This reads files, so it belongs to the scan: a sample must not wait for it.
    private func chooseListed() {
        if dividesMachines { machines.addRecords(to: &energies) }
        if dividesGroups { groups.chooseListed(limit: attribution.limit, in: &energies) }
        guard attribution.kinds.contains(.process) else { return }
        let (procfs, prefersUnified) = (roots.procfs, groups.prefersUnified)
        processes.chooseListed(limit: attribution.limit, in: &energies) { entry in
            let files = ProcessFiles(number: entry.number, procfs: procfs)
            var consumer = Consumer(kind: .process, name: entry.comm)
            consumer.setProcess(entry, files, files.controlGroup(prefersUnified: prefersUnified))
            return consumer
        }
    }

    // MARK: Dividing

    /// Divides what the accumulator has counted since the last division, if there was a scan since.
    ///
    /// A source that updates its counter less often than consumers are scanned has nothing new after most scans. Who
    /// ran is then added up until it has, or has been silent for too long.
    ///
    /// - Returns: Whether there was a scan.
    package func divide(_ accumulator: borrowing ChannelAccumulator) -> Bool {
        guard hasNewScan, let scanned, let scannedAt else { return false }
        hasNewScan = false
        guard let energy = source?.drain(accumulator) else { return true }
        if let divided, let dividedAt {
            let silence = scannedAt.monotonicNanoseconds - dividedAt.monotonicNanoseconds
            if energy == .zero, silence < EnergySource.longestSilenceNanoseconds(topology) { return true }
            divide(energy, scanned.elapsed(since: divided))
        }
        // The first scan only sets the origin.
        (divided, dividedAt) = (scanned, scannedAt)
        processes.resetElapsed()
        groups.resetElapsed()
        machines.resetElapsed()
        return true
    }

    private func divide(_ energy: EnergyParts, _ elapsed: ElapsedTicks) {
        let keepsIdle = attribution.policy == .active && source?.excludesIdle == false
        var splitter = EnergySplitter(energy, totalWeight: keepsIdle ? elapsed.total : elapsed.busy)
        let active = splitter.share(of: elapsed.tasks)
        let interrupts = splitter.share(of: elapsed.interrupts)
        for kind in Consumer.Kind.all where attribution.kinds.contains(kind) {
            energies.addUnattributed(splitter.rest, kind, .idle)
            energies.addUnattributed(interrupts, kind, .interrupts)
        }
        var ran: UInt64 = 0
        for index in processes.entries.indices { ran = ran.saturatingAdd(processes.entries[index].elapsed) }
        let total = max(elapsed.tasks, ran)
        if dividesMachines { machines.divide(active, totalTicks: total, into: &energies) }
        if dividesGroups {
            groups.divide(active, taskTicks: elapsed.tasks, totalTicks: total, into: &energies)
        }
        if attribution.kinds.contains(.process) { processes.divide(active, totalTicks: total, into: &energies) }
    }
}

extension Consumer {
    fileprivate mutating func setProcess(
        _ entry: ProcessTable.Entry, _ files: ProcessFiles, _ group: ControlGroup?
    ) {
        processID = Int(entry.number)
        startTime = entry.start
        if let owner = files.owner { (userID, groupID) = owner }
        setControlGroup(group)
    }
}

extension ProcessTable.Entry {
    /// The process for which the kernel thread `vhost-PID` moves data. Since Linux 6.4 that is a thread of the process
    /// itself.
    fileprivate var servedProcess: Int32? {
        guard isKernelThread, case let name = comm, name.hasPrefix("vhost-") else { return nil }
        return Int32(name.dropFirst("vhost-".count))
    }
}

extension Finding {
    fileprivate static func noConsumers(_ error: AttributeError, _ severity: Severity) -> Finding {
        Finding(
            severity: severity, subject: error.path, reason: Finding.Reason(error.status),
            text: "Energy is not attributed to consumers, since the processes cannot be read. \(error)",
            remedy: "Mount procfs there, or say where it is mounted with --procfs.")
    }

    fileprivate static func nothingToDivide(_ topology: Topology, _ severity: Severity) -> Finding {
        let scopes = topology.scopes.map(\.name).joined(separator: ", ")
        return Finding(
            severity: severity, subject: "attribution", reason: .absent,
            text: "Energy is not attributed to consumers: only that of packages and memory, or an estimate, can be. "
                + (scopes.isEmpty ? "Nothing is measured here." : "Here is only \(scopes)."),
            remedy: "Give this process access to RAPL, as powersensors doctor explains, or add --sensor estimator.")
    }
}
