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
    private var topology: Topology
    private var energy: DividedEnergy?
    private var processes: ProcessTable
    private var groups: ControlGroupTable
    private var machines = MachineTable()
    private var accounts = ConsumerAccounts()
    private var load: LoadReader
    /// The processors' times when the consumers' times were last settled.
    private var settled: CPUTimes?
    private var settledAt: SampleInstant?
    private var times: CPUTimes?
    private var looked: SampleInstant?
    private var hasLooked = false
    private var dividedAt: SampleInstant?
    private var turn = 0
    private var failure: AttributeError?

    /// Divides the energy of a topology's channels.
    init(_ attribution: Attribution, _ topology: Topology) {
        self.attribution = attribution
        self.topology = topology
        let (procfs, sysfs) = (attribution.roots.procfs, attribution.roots.sysfs)
        let budget = DescriptorBudget.ofAttribution
        intervalNanoseconds = attribution.intervalNanoseconds
        energy = DividedEnergy(topology)
        processes = ProcessTable(beneath: procfs, budget: budget.processes)
        groups = ControlGroupTable(
            beneath: sysfs, readsClocks: attribution.kinds.contains(.controlGroup), budget: budget.groups)
        load = LoadReader(beneath: procfs)
    }

    /// Goes on with another generation's channels.
    ///
    /// - Parameters:
    ///   - topology: The channels.
    ///   - ledger: What they have counted so far.
    func move(to topology: Topology, _ ledger: borrowing Ledger) {
        self.topology = topology
        // Where nothing could be divided, nobody was looked at.
        if energy == nil { settled = nil }
        energy = DividedEnergy(topology, continuing: energy)
        energy?.begin(at: ledger)
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
            consumers: accounts.consumers, unattributed: accounts.unattributed, given: accounts.given)
        return Attributed(snapshot: snapshot, band: energy.band)
    }

    // MARK: Looking

    /// Looks who ran, where the time for it has come, and there is something to divide. A sample that comes a little early is
    /// as good.
    func lookIfDue(at now: SampleInstant) {
        if energy == nil { return }
        if let looked {
            let passed = now.monotonicNanoseconds - looked.monotonicNanoseconds
            if passed < intervalNanoseconds - intervalNanoseconds / 8 { return }
        }
        look(at: now)
    }

    /// Looks who ran since the look before.
    private func look(at now: SampleInstant) {
        looked = now
        let ran: UInt64
        do throws(AttributeError) {
            let read = try load.read()
            try processes.look()
            ran = times.map { read.ticks(since: $0).tasks } ?? 0
            times = read
        } catch {
            // What was used stays to be divided at the next look.
            failure = error
            return
        }
        failure = nil
        hasLooked = true
        for rank in groups.removeEmpty() { accounts.close(rank.account) }
        for account in machines.removeStopped() { accounts.close(account) }
        for notes in processes.ended { forget(notes) }
        identify()
        groups.look(tasks: ran)
        addTimes()
        choose()
    }

    private func forget(_ notes: ProcessTable.Notes) {
        if notes.group >= 0 { groups.leave(notes.group) }
        if notes.machine >= 0 { machines.leave(notes.machine) }
        accounts.close(notes.rank.account)
    }

    /// A process that may have been moved to another group since it came is looked at again now and then, a machine's each time.
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
            } else if index % Self.turns == turn || processes.entries[index].notes.machine >= 0 {
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
        let comm = entry.comm
        guard !entry.isKernelThread,
            VirtualMachineIdentity.isHypervisor(String(decoding: files.program, as: UTF8.self), comm: comm),
            let identity = VirtualMachineIdentity(commandLine: files.commandLine, comm: comm, group: group)
        else { return -1 }
        var consumer = Consumer(
            kind: .virtualMachine, name: identity.name.isEmpty ? "pid-\(entry.number)" : identity.name)
        consumer.namespace = identity.namespace
        consumer.uuid = identity.uuid
        consumer.hypervisor = identity.hypervisor.rawValue
        consumer.take(entry, files)
        consumer.take(group)
        let parent = processes.index(of: entry.parent).map { processes.entries[$0].notes.machine } ?? -1
        return machines.enter(identity, consumer, startedBy: parent)
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
        accounts.move(entry.notes.rank.account, to: group)
        // Who manages machines moves them to their slice once they run, and only there they are told anything.
        if entry.notes.machine >= 0 { accounts.move(machines.move(entry.notes.machine, to: group), to: group) }
    }

    /// Adds the processes' times to the machines, and to the groups that have no clock.
    private func addTimes() {
        guard wantsGroups else { return }
        for index in processes.entries.indices where processes.entries[index].step > 0 {
            let ticks = processes.entries[index].step
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

    /// Tells consumers apart: here, as it reads files, and not where others wait for a sample.
    private func choose() {
        if attribution.kinds.contains(.virtualMachine) { machines.openAccounts(in: &accounts) }
        if attribution.kinds.contains(.controlGroup) { groups.choose(limit: attribution.limit, in: &accounts) }
        guard attribution.kinds.contains(.process) else { return }
        let (procfs, prefersUnified) = (attribution.roots.procfs, groups.prefersUnified)
        processes.choose(limit: attribution.limit, in: &accounts) { entry in
            let files = ProcessFiles(entry.number, beneath: procfs)
            var consumer = Consumer(kind: .process, name: entry.comm)
            consumer.take(entry, files)
            consumer.take(files.controlGroup(prefersUnified: prefersUnified))
            return consumer
        }
    }

    // MARK: Dividing

    /// Divides what the ledger has counted since the division before, if there was a look since.
    ///
    /// A source that renews its counter less often than consumers are looked at has nothing new at most looks: who ran since
    /// it had is remembered until it has, or has been silent for long.
    ///
    /// - Returns: Whether there is news.
    func divide(_ ledger: borrowing Ledger) -> Bool {
        guard hasLooked, let times, let looked else { return false }
        hasLooked = false
        guard let counted = energy?.take(from: ledger) else { return true }
        if let settled, let settledAt {
            let silence = looked.monotonicNanoseconds - settledAt.monotonicNanoseconds
            if counted == .zero, silence < DividedEnergy.patience(topology) { return true }
            divide(counted, times.ticks(since: settled))
        }
        // The first look only tells from where to count.
        (settled, settledAt, dividedAt) = (times, looked, looked)
        processes.settle()
        groups.settle()
        machines.settle()
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
        if attribution.kinds.contains(.virtualMachine) { machines.divide(active, whole: whole, into: &accounts) }
        if attribution.kinds.contains(.controlGroup) {
            groups.divide(active, tasks: elapsed.tasks, whole: whole, into: &accounts)
        }
        if attribution.kinds.contains(.process) { processes.divide(active, whole: whole, into: &accounts) }
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
