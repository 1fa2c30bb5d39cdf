#if canImport(Glibc)
import Glibc
#endif

/// Divides a machine's energy among those that used its processors.
///
/// A look tells who ran since the look before; ``divide(_:)`` then gives them what the ledger counted meanwhile. One owner
/// calls both, one right after the other.
final class Attributor {
    private let attribution: Attribution
    private let intervalNanoseconds: Int64
    private var energy: DividedEnergy?
    private var processes: ProcessTable
    private var groups: ControlGroupTable
    private var machines = MachineTable()
    private var load: LoadReader
    private var times: CPUTimes?
    private var hasLooked = false
    private var elapsed: ElapsedTicks?
    private var accounts = ConsumerAccounts()
    private var instant: SampleInstant?
    private var dividedAt: SampleInstant?
    private var turn = 0
    private var topology: Topology
    private var failure: AttributeError?

    /// Divides the energy of a topology's channels.
    ///
    /// - Throws: ``AttributeError`` where procfs cannot be opened.
    init(_ attribution: Attribution, _ topology: Topology) throws(AttributeError) {
        self.attribution = attribution
        self.topology = topology
        intervalNanoseconds = max(attribution.interval.wholeNanoseconds, 10_000_000)
        energy = DividedEnergy(topology)
        processes = try ProcessTable(beneath: attribution.roots.procfs)
        groups = ControlGroupTable(beneath: attribution.roots.sysfs)
        load = LoadReader(beneath: attribution.roots.procfs)
    }

    /// Goes on with another generation's channels.
    func move(to topology: Topology) {
        self.topology = topology
        energy = DividedEnergy(topology, continuing: energy)
    }

    /// How often to look.
    var interval: Int64 { intervalNanoseconds }

    /// Whether the time for a look has come; a sample that comes a little early is as good.
    func isDue(at now: SampleInstant) -> Bool {
        guard let instant else { return true }
        let passed = now.monotonicNanoseconds - instant.monotonicNanoseconds
        return passed >= intervalNanoseconds - intervalNanoseconds / 8
    }

    /// What stands in the way of dividing anything.
    var findings: [Finding] {
        let severity: Finding.Severity = attribution.isByTheWay ? .info : .warning
        if let failure { return [.noConsumers(failure, severity)] }
        return energy == nil ? [.nothingToDivide(topology, severity)] : []
    }

    /// How the energy was divided so far; nil where nothing can be, and before the first look.
    var attributed: Attributed? {
        guard let energy, let instant = dividedAt else { return nil }
        let snapshot = AttributionSnapshot(
            instant: instant, scope: energy.scope, origin: energy.origin, policy: attribution.policy,
            consumers: accounts.consumers, unattributed: accounts.unattributed)
        return Attributed(snapshot: snapshot, band: energy.band)
    }

    // MARK: Looking

    /// Looks who ran, where the time for it has come.
    func lookIfDue(at now: SampleInstant) {
        if isDue(at: now) { look(at: now) }
    }

    /// Looks who ran since the look before.
    func look(at now: SampleInstant) {
        do throws(AttributeError) {
            let read = try load.read()
            try processes.look()
            failure = nil
            hasLooked = true
            elapsed = times.map { read.ticks(since: $0) }
            times = read
        } catch {
            // What was used stays to be divided at the next look.
            failure = error
            instant = now
            return
        }
        instant = now
        for rank in groups.removeEmpty() { accounts.close(rank.account) }
        for account in machines.removeStopped() { accounts.close(account) }
        for notes in processes.ended { forget(notes) }
        identify()
        groups.look()
        machines.look()
        addTimes()
    }

    private func forget(_ notes: ProcessTable.Notes) {
        if notes.group >= 0 { groups.leave(notes.group) }
        if notes.machine >= 0 { machines.leave(notes.machine) }
        accounts.close(notes.rank.account)
    }

    /// Processes that may have been moved to another group since they came are looked at again now and then.
    private static let turns = 128

    private var wantsGroups: Bool {
        attribution.kinds.contains(.controlGroup) || attribution.kinds.contains(.virtualMachine)
    }

    private func identify() {
        turn = (turn + 1) % Self.turns
        guard wantsGroups else { return }
        for index in processes.entries.indices {
            if processes.entries[index].isNew {
                identify(index)
            } else if index % Self.turns == turn {
                moveIfNeeded(index)
            }
        }
    }

    private func identify(_ index: Int) {
        let entry = processes.entries[index]
        let files = ProcessFiles(entry.number, beneath: attribution.roots.procfs)
        let group = files.controlGroup(prefersUnified: groups.prefersUnified)
        let place = group.map { groups.enter($0) } ?? -1
        let machine = attribution.kinds.contains(.virtualMachine) ? machine(of: entry, files, group) : -1
        let owner = entry.ownerOfKernelThread
        processes.note(at: index) { notes in
            notes.group = place
            notes.machine = machine
            notes.owner = owner
        }
    }

    /// The machine that a process runs; -1 for none.
    private func machine(of entry: ProcessTable.Entry, _ files: ProcessFiles, _ group: ControlGroup?) -> Int32 {
        guard !entry.isKernelThread,
            let identity = VirtualMachineIdentity(commandLine: files.commandLine, comm: entry.comm, group: group)
        else { return -1 }
        var consumer = Consumer(
            kind: .virtualMachine, name: identity.name.isEmpty ? "pid-\(entry.number)" : identity.name)
        consumer.namespace = identity.namespace
        consumer.uuid = identity.uuid
        consumer.hypervisor = identity.hypervisor.rawValue
        consumer.take(entry, files)
        consumer.take(group)
        return machines.enter(identity, consumer)
    }

    private func moveIfNeeded(_ index: Int) {
        let entry = processes.entries[index]
        let files = ProcessFiles(entry.number, beneath: attribution.roots.procfs)
        guard let group = files.controlGroup(prefersUnified: groups.prefersUnified),
            group != groups[entry.notes.group]
        else { return }
        if entry.notes.group >= 0 { groups.leave(entry.notes.group) }
        let place = groups.enter(group)
        processes.note(at: index) { $0.group = place }
    }

    /// Adds the processes' times to the machines, and to the groups that have no clock.
    private func addTimes() {
        guard wantsGroups else { return }
        for index in processes.entries.indices where processes.entries[index].elapsed > 0 {
            let ticks = processes.entries[index].elapsed
            let notes = processes.entries[index].notes
            if notes.group >= 0, !groups.hasClocks { groups.add(ticks, at: notes.group) }
            if notes.machine >= 0 {
                machines.add(ticks, at: notes.machine)
            } else if notes.owner > 0, let owner = processes.index(of: notes.owner),
                case let machine = processes.entries[owner].notes.machine, machine >= 0
            {
                machines.add(ticks, at: machine)
            }
        }
    }

    // MARK: Dividing

    /// Divides what the ledger has counted since the division before, if there was a look since.
    ///
    /// - Returns: Whether there was.
    func divide(_ ledger: borrowing Ledger) -> Bool {
        guard hasLooked else { return false }
        hasLooked = false
        guard let counted = energy?.take(from: ledger) else { return true }
        // The first look only tells from where to count.
        if let elapsed { divide(counted, elapsed) }
        dividedAt = instant
        return true
    }

    private func divide(_ counted: EnergyParts, _ elapsed: ElapsedTicks) {
        let keepsIdle = attribution.policy == .active && energy?.isOfActiveTime == false
        let busy = elapsed.tasks.saturatingAdd(elapsed.interrupts)
        var division = EnergyDivision(counted, whole: keepsIdle ? max(elapsed.whole, busy) : busy)
        let active = division.share(of: elapsed.tasks)
        let interrupts = division.share(of: elapsed.interrupts)
        for kind in Consumer.Kind.known where attribution.kinds.contains(kind) {
            accounts.add(division.rest, kind, .idle)
            accounts.add(interrupts, kind, .interrupts)
        }
        var ran: UInt64 = 0
        for index in processes.entries.indices { ran = ran.saturatingAdd(processes.entries[index].elapsed) }
        let whole = max(elapsed.tasks, ran)
        let limit = attribution.limit
        if attribution.kinds.contains(.virtualMachine) { machines.divide(active, whole: whole, into: &accounts) }
        if attribution.kinds.contains(.controlGroup) {
            groups.divide(active, tasks: elapsed.tasks, whole: whole, limit: limit, into: &accounts)
        }
        if attribution.kinds.contains(.process) {
            let (procfs, prefersUnified) = (attribution.roots.procfs, groups.prefersUnified)
            processes.divide(active, whole: whole, limit: limit, into: &accounts) { entry in
                let files = ProcessFiles(entry.number, beneath: procfs)
                var consumer = Consumer(kind: .process, name: entry.comm)
                consumer.take(entry, files)
                consumer.take(files.controlGroup(prefersUnified: prefersUnified))
                return consumer
            }
        }
    }
}

extension Consumer {
    fileprivate mutating func take(_ entry: ProcessTable.Entry, _ files: ProcessFiles) {
        processID = Int(entry.number)
        startTime = entry.start
        if let owner = files.owner { (userID, groupID) = owner }
    }
}

extension ProcessTable.Entry {
    /// Whether it is a thread of the kernel, all of which `kthreadd` starts.
    fileprivate var isKernelThread: Bool { parent == 2 || number == 2 }

    /// The process for which the kernel's thread `vhost-PID` moves data; since Linux 6.4 that is one of its own threads. 0
    /// for others.
    fileprivate var ownerOfKernelThread: Int32 {
        guard isKernelThread, case let name = comm, name.hasPrefix("vhost-") else { return 0 }
        return Int32(name.dropFirst("vhost-".count)) ?? 0
    }
}

extension Finding {
    fileprivate static func noConsumers(_ error: AttributeError, _ severity: Severity) -> Finding {
        Finding(
            severity: severity, subject: error.path, reason: error.status.name,
            text: "No consumer is given energy: who ran cannot be told. \(error)",
            remedy: "Mount procfs there, or name the place where it is with --procfs.")
    }

    fileprivate static func nothingToDivide(_ topology: Topology, _ severity: Severity) -> Finding {
        let scopes = topology.scopes.map(\.name).joined(separator: ", ")
        return Finding(
            severity: severity, subject: "attribution", reason: "absent",
            text: "No consumer is given energy: only that of packages and memory, or an estimate, is divided; here is "
                + (scopes.isEmpty ? "none." : "only \(scopes)."),
            remedy: "Open RAPL to this process: powersensors doctor tells how; or add --sensor estimator.")
    }
}
