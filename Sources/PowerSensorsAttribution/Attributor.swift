import Glibc
package import PowerSensorsCore
import PowerSensorsMachine

/// Divides the host's energy among the processes, control groups and virtual machines that used its processors.
///
/// ``scanIfDue(at:forSnapshot:)`` finds out which of them ran since the previous scan, and for how long;
/// ``divide(_:at:)`` then gives each its part of the energy that the accumulator counted meanwhile. The owner calls one
/// right after the other, with a sample in between. In the names below, a machine is a virtual machine. Processor time
/// is in ticks of 10 ms.
package final class Attributor {
    private let attribution: Attribution
    private let roots: SystemRoots
    private var topology: Topology
    private var source: EnergySource?
    private var processes: ProcessTable
    private var groups: ControlGroupTable
    private var machines = VirtualMachineTable()
    private var energies = ConsumerEnergies()
    private var load: LoadReader
    /// Tells of ended processes; nil without the right, or if processes' times are not needed.
    private var exitRecords: (any ExitRecordSource)?
    /// Whether it has told of any.
    private var hasExitRecords = false
    /// The processors' times at the latest scan that succeeded, and when it began.
    private var scanned: (times: CPUTimes, nanoseconds: Int64)?
    /// What the processors did between the latest two scans; if that is unknown, between the two before them.
    private var latestTicks = ElapsedTicks()
    /// What they did since energy was last divided.
    private var elapsed = ElapsedTicks()
    /// When the latest scan began, whether or not it succeeded. It ends later, since it reads many files.
    private var scannedAt: SampleInstant?
    /// The processor time in nanoseconds that the latest scan took. The first one's does not count, since it opens every
    /// file and the later ones need not.
    private var scanCost: Int64 = 0
    private let threadTime: () -> Int64
    /// Whether a scan succeeded since ``divide(_:at:)`` was last called.
    private var hasNewScan = false
    /// Whether there is a scan since which all energy is divided.
    private var isStarted = false
    /// By how many ticks processes have lately run longer than all tasks together.
    private var ahead: UInt64 = 0
    /// When the sample began up to whose energy was divided.
    private var dividedAt: SampleInstant?
    /// The energy that has been divided so far.
    private var dividedEnergy = EnergyParts.zero
    /// The energy that was used before the first scan.
    private var unscannedEnergy = EnergyParts.zero
    /// Which part of the processes the current scan checks for a new control group: see ``recheckCycle``.
    private var recheckPhase = 0
    /// Why the latest scan failed; nil if it succeeded.
    private var failure: AttributeError?

    /// Divides the energy of a topology's channels.
    ///
    /// - Parameters:
    ///   - attribution: How to divide it.
    ///   - roots: Where procfs and sysfs are mounted, in which processes and control groups are found.
    ///   - topology: The channels.
    ///   - threadTime: Returns the processor time in nanoseconds that the calling thread has used.
    package init(
        _ attribution: Attribution, roots: SystemRoots, _ topology: Topology,
        threadTime: @escaping () -> Int64 = currentThreadTime
    ) {
        self.attribution = attribution
        self.roots = roots
        self.topology = topology
        self.threadTime = threadTime
        source = EnergySource(topology)
        processes = ProcessTable(beneath: roots.procfs)
        groups = ControlGroupTable(
            beneath: roots.sysfs, readsClocks: attribution.kinds.contains(.controlGroup))
        load = LoadReader(beneath: roots.procfs)
    }

    /// Continues with the channels of a new topology, found after devices appeared or disappeared.
    ///
    /// - Parameters:
    ///   - topology: The new channels.
    ///   - accumulator: What they have counted so far.
    package func move(to topology: Topology, _ accumulator: borrowing ChannelAccumulator) {
        self.topology = topology
        // While nothing could be divided, there were no scans, so the latest division is too old to continue from.
        if source == nil { isStarted = false }
        source = EnergySource(topology, continuing: source)
        source?.skipNewChannels(accumulator)
        // Without scans nobody would read them, and the next scan begins anew.
        if source == nil { (exitRecords, scanned) = (nil, nil) }
    }

    private var dividesMachines: Bool { attribution.kinds.contains(.virtualMachine) }
    private var dividesGroups: Bool { attribution.kinds.contains(.controlGroup) }

    /// Why nothing can be divided.
    package var findings: [Finding] {
        let severity: Finding.Severity = attribution.isOptional ? .info : .warning
        if let failure { return [.noConsumers(failure, severity)] }
        return source == nil ? [.nothingToDivide(topology, severity)] : []
    }

    /// How the energy that the accumulator has counted was divided; nil if nothing can be, and before the first scan.
    package func attributed(_ accumulator: borrowing ChannelAccumulator) -> AttributionSnapshot? {
        guard let source, let dividedAt else { return nil }
        let unscanned = unscannedEnergy + source.undrained(accumulator)
        let rest = Consumer.Kind.all.filter(attribution.kinds.contains).map {
            UnattributedSnapshot(kind: $0, reason: .unscanned, parts: unscanned)
        }
        return AttributionSnapshot(
            instant: dividedAt, scope: source.scope, origin: source.origin, band: source.band,
            policy: attribution.policy, consumers: energies.consumers(includesTrees: attribution.includesTrees),
            foldedIDs: energies.foldedIDs,
            unattributed: energies.unattributed + rest, given: energies.given, divided: dividedEnergy,
            counts: [.process: processes.entries.count, .controlGroup: groups.count, .virtualMachine: machines.count],
            isCurrent: failure == nil, usesExitRecords: hasExitRecords)
    }

    // MARK: Scanning

    /// Scans for consumers if at least seven eighths of the interval have passed, and there is something to divide.
    ///
    /// The eighth of tolerance keeps a scan from waiting for the next sample if this one comes a little early.
    ///
    /// - Parameters:
    ///   - now: The time before the scan.
    ///   - isForSnapshot: Whether the next sample becomes a snapshot. Its consumers then need a scan of their own, as
    ///     their energy and power would otherwise be older than the host's.
    package func scanIfDue(at now: SampleInstant, forSnapshot isForSnapshot: Bool) {
        if source == nil { return }
        if let scannedAt {
            let passed = now.monotonicNanoseconds - scannedAt.monotonicNanoseconds
            let interval = attribution.intervalNanoseconds
            let needed = isForSnapshot ? min(interval, shortestIntervalForSnapshots) : interval
            if passed < needed - needed / 8 { return }
        }
        let isFirst = scanned == nil
        let before = threadTime()
        scan(at: now)
        scanCost = isFirst ? 0 : threadTime() - before
    }

    /// The shortest interval between scans for snapshots, in nanoseconds: ten ticks, since a share of fewer would be
    /// little more than the rounding of ticks, and long enough that scans take at most a twentieth of a processor.
    private var shortestIntervalForSnapshots: Int64 { max(100_000_000, 20 * scanCost) }

    private func scan(at now: SampleInstant) {
        scannedAt = now
        do throws(AttributeError) {
            let times = try load.read()
            try processes.scan(at: now.monotonicNanoseconds)
            let isFirst = scanned == nil
            count(times, at: now.monotonicNanoseconds)
            settleEnded(isFirst)
        } catch {
            // Energy that is used before the next scan is not lost: it is divided after that one.
            failure = error
            return
        }
        failure = nil
        hasNewScan = true
        for record in groups.removeEmpty() + machines.removeStopped() { energies.removeRecord(record) }
        for memberships in processes.ended { remove(memberships) }
        if dividesGroups || dividesMachines {
            identifyProcesses()
            groups.scan(taskTicks: latestTicks.tasks)
            addTimes()
        }
        chooseListed()
    }

    /// Adds what the processors did since the previous scan. While processors come or go that is unknown, and taken to be
    /// the same as before. If nothing came before, this scan takes the place of the first one.
    private func count(_ times: CPUTimes, at now: Int64) {
        if let scanned {
            let isKnown = load.isContinuous(times, since: scanned.times, over: now - scanned.nanoseconds)
            if isKnown {
                latestTicks = times.elapsed(since: scanned.times)
            } else if latestTicks.total == 0 {
                isStarted = false
            }
            elapsed += latestTicks
        }
        scanned = (times, now)
    }

    /// Gives processes the time of descendants that ended unseen: what all tasks ran and no process accounts for, with
    /// some tolerance, as the kernel counts the former by the tick and the latter exactly.
    private func settleEnded(_ isFirst: Bool) {
        if isFirst, attribution.kinds.contains(.process), attribution.usesExitRecords {
            exitRecords = attribution.openExitRecords(roots)
        }
        let records = exitRecords?.take()
        if records == nil { exitRecords = nil }
        hasExitRecords = records.map { hasExitRecords || $0.contains { $0.nanoseconds > 0 } } ?? false
        let limit = latestTicks.tasks.saturatingAdd(latestTicks.tasks / 8 + 10)
        let known = processes.latestTicks
        processes.settleEnded(isFirst ? [] : records ?? [], upTo: limit > known ? limit - known : 0)
    }

    private func remove(_ memberships: ProcessTable.Memberships) {
        if let group = memberships.group { groups.removeProcess(from: group) }
        if let machine = memberships.machine { machines.removeProcess(of: machine) }
        energies.removeRecord(memberships.rank.record)
    }

    /// In how many scans every process is checked once for whether it moved to another control group.
    ///
    /// Each scan checks another 128th of the processes, since this costs reading one more file of each. The processes
    /// of virtual machines are few, and are checked on every scan.
    private static let recheckCycle = 128

    private func identifyProcesses() {
        recheckPhase = (recheckPhase + 1) % Self.recheckCycle
        for index in processes.entries.indices {
            if processes.entries[index].isNew {
                identify(index)
            } else if index % Self.recheckCycle == recheckPhase || processes.entries[index].memberships.machine != nil {
                moveIfNeeded(index)
            }
        }
    }

    private func identify(_ index: Int) {
        let entry = processes.entries[index]
        let files = ProcessFiles(number: entry.number, procfs: roots.procfs)
        let group = files.controlGroup(prefersUnified: groups.prefersUnified)
        let memberships = ProcessTable.Memberships(
            group: group.map { groups.addProcess(in: $0) },
            machine: dividesMachines ? machine(of: entry, files, group) : nil, servedProcess: entry.servedProcess)
        processes.setMemberships(at: index) { $0 = memberships }
    }

    /// Adds the virtual machine that a process runs, and returns its index; nil if the process runs none.
    private func machine(of entry: ProcessTable.Entry, _ files: ProcessFiles, _ group: ControlGroup?) -> SlotIndex? {
        let comm = entry.name
        guard !entry.isKernelThread,
            VirtualMachineIdentity.Hypervisor.running(files.program, comm: comm) != nil,
            let identity = VirtualMachineIdentity(commandLine: files.commandLine, comm: comm, group: group)
        else { return nil }
        var consumer = Consumer(
            kind: .virtualMachine, name: identity.name.isEmpty ? "pid-\(entry.number)" : identity.name)
        consumer.namespace = identity.namespace
        consumer.uuid = identity.uuid
        consumer.hypervisor = identity.hypervisor.rawValue
        consumer.setProcess(entry, files, group)
        let parent = machine(ofProcess: entry.parent)
        return machines.addProcess(identity, consumer, startedBy: parent, in: &energies)
    }

    private func moveIfNeeded(_ index: Int) {
        let entry = processes.entries[index]
        let memberships = entry.memberships
        let files = ProcessFiles(number: entry.number, procfs: roots.procfs)
        guard let group = files.controlGroup(prefersUnified: groups.prefersUnified),
            group != memberships.group.flatMap({ groups[$0] })
        else { return }
        if let oldIndex = memberships.group { groups.removeProcess(from: oldIndex) }
        let groupIndex = groups.addProcess(in: group)
        processes.setMemberships(at: index) { $0.group = groupIndex }
        energies.move(memberships.rank.record, to: group)
        // A manager of virtual machines, such as libvirt, moves a machine into its control group after the start, and
        // energy is only published to machines that are in such a group.
        if let machine = memberships.machine { energies.move(machines[machine]?.record, to: group) }
    }

    /// Adds the processes' times to their virtual machines and, if the kernel does not count the time of control
    /// groups, to their groups.
    private func addTimes() {
        for index in processes.entries.indices where processes.entries[index].latestTicks > 0 {
            // What others ran may be another group's.
            let ticks = processes.entries[index].latestTicks - processes.entries[index].unseenTicks
            if ticks == 0 { continue }
            let memberships = processes.entries[index].memberships
            if let group = memberships.group, !groups.hasClocks { groups.add(ticks, to: group) }
            if let machine = memberships.machine ?? memberships.servedProcess.flatMap(machine(ofProcess:)) {
                machines.add(ticks, to: machine)
            }
        }
    }

    private func machine(ofProcess number: Int32) -> SlotIndex? {
        processes.index(of: number).flatMap { processes.entries[$0].memberships.machine }
    }

    /// Chooses which consumers are listed one by one; the others are folded into one sum.
    ///
    /// This is a part of the scan and not of ``divide(_:at:)``, because it reads files that describe the consumers.
    private func chooseListed() {
        if dividesGroups { groups.chooseListed(limit: attribution.limit, in: &energies) }
        guard attribution.kinds.contains(.process) else { return }
        let (procfs, prefersUnified) = (roots.procfs, groups.prefersUnified)
        let lifetime = attribution.minimumLifetime.wholeNanoseconds
        processes.chooseListed(
            limit: attribution.limit, minimumLifetime: lifetime, byTree: attribution.includesTrees, in: &energies
        ) { entry in
            let files = ProcessFiles(number: entry.number, procfs: procfs)
            var consumer = Consumer(kind: .process, name: entry.name)
            consumer.setProcess(entry, files, files.controlGroup(prefersUnified: prefersUnified))
            return consumer
        }
    }

    // MARK: Dividing

    /// Divides the energy that the accumulator has counted since the previous division, if there was a scan since then.
    ///
    /// A source that updates its counter less often than consumers are scanned has counted nothing new after most
    /// scans. The consumers' times are then added up over several scans, until the source has counted something, or has
    /// stood still for so long that this means a true 0 W.
    ///
    /// - Parameters:
    ///   - accumulator: The state of the channels.
    ///   - instant: When the latest sample began. The energy was counted up to it, however long the scan before it took.
    package func divide(_ accumulator: borrowing ChannelAccumulator, at instant: SampleInstant) {
        guard hasNewScan else { return }
        hasNewScan = false
        guard let energy = source?.drain(accumulator) else { return }
        if isStarted, let dividedAt {
            let silence = instant.monotonicNanoseconds - dividedAt.monotonicNanoseconds
            if energy == .zero, silence < EnergySource.longestSilenceNanoseconds(topology) { return }
            // What a counter counted while the machine was suspended belongs to no consumer. A model counts nothing then.
            if source?.origin == .measured {
                elapsed.addSuspended(instant.suspendedNanoseconds(since: dividedAt), besides: silence)
            }
            divide(energy)
            dividedEnergy += energy
        } else {
            // The first scan only sets the point in time from which energy is divided.
            unscannedEnergy += energy
        }
        (isStarted, dividedAt) = (true, instant)
        elapsed = ElapsedTicks()
        processes.resetElapsed()
        groups.resetElapsed()
        machines.resetElapsed()
    }

    /// Divides energy: first into that of tasks, interrupts and idle time, then that of tasks among each kind's
    /// consumers.
    private func divide(_ energy: EnergyParts) {
        let keepsIdle = attribution.policy == .active && source?.excludesIdle == false
        var splitter = EnergySplitter(energy, totalWeight: keepsIdle ? elapsed.total : elapsed.busy)
        let active = splitter.share(of: elapsed.tasks)
        let interrupts = splitter.share(of: elapsed.interrupts)
        for kind in Consumer.Kind.all where attribution.kinds.contains(kind) {
            energies.addUnattributed(splitter.rest, kind, .idle)
            energies.addUnattributed(interrupts, kind, .interrupts)
        }
        let total = totalTicks()
        if dividesMachines { machines.divide(active, totalTicks: total, into: &energies) }
        if dividesGroups {
            groups.divide(active, taskTicks: elapsed.tasks, totalTicks: total, into: &energies)
        }
        if attribution.kinds.contains(.process) {
            processes.divide(active, totalTicks: total, includesTrees: attribution.includesTrees, into: &energies)
        }
    }

    /// The ticks among which the energy of tasks is divided.
    ///
    /// All tasks' are counted by the tick and each process's exactly, so processes may have run longer than all tasks
    /// together. What they did is set off against what they seem to have run less in the next intervals.
    private func totalTicks() -> UInt64 {
        let ran = processes.elapsedTicks
        let total = max(elapsed.tasks - min(elapsed.tasks, ahead), ran)
        ahead = elapsed.tasks > ran ? ahead - min(ahead, elapsed.tasks - ran) : ahead.saturatingAdd(ran - elapsed.tasks)
        ahead = min(ahead, elapsed.tasks / 8 + 10)
        return total
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
    /// The process for which a kernel thread named `vhost-PID` moves a virtual machine's network or disk data; nil for
    /// other processes. Since Linux 6.4, such threads belong to the process itself, and there are none of this name.
    fileprivate var servedProcess: Int32? {
        guard isKernelThread, case let name = self.name, name.hasPrefix("vhost-") else { return nil }
        return Int32(name.dropFirst("vhost-".count))
    }
}

/// The processor time that the calling thread has used, in nanoseconds.
package func currentThreadTime() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

extension Finding {
    fileprivate static func noConsumers(_ error: AttributeError, _ severity: Severity) -> Finding {
        Finding(
            severity: severity, subject: error.path, reason: Finding.Reason(error.status),
            text: "Energy is not attributed to consumers, since the processes cannot be read. \(error)",
            remedy: error.status == .absent
                ? "Mount procfs there, or say where it is mounted with --procfs."
                : "See what it contains: ls \(error.path)")
    }

    fileprivate static func nothingToDivide(_ topology: Topology, _ severity: Severity) -> Finding {
        let scopes = topology.scopes.map(\.name).joined(separator: ", ")
        return Finding(
            severity: severity, subject: "attribution", reason: .absent,
            text: "Energy is not attributed to consumers: only the energy of packages and memory, or an estimate, "
                + "can be attributed. "
                + (scopes.isEmpty ? "Nothing is measured here." : "This machine has only \(scopes)."),
            remedy: "Add an estimate: --sensor estimator — or see what keeps RAPL from being read: powersensors doctor")
    }
}
