import PowerSensorsCore

/// The control groups that processes live in, and the processor time that each used between two scans.
///
/// The kernel's clock of a group also counts processes that no scan saw. It includes the groups inside it, so their
/// time is subtracted: then the groups add up to the whole, and the root has what no other group used.
struct ControlGroupTable: ~Copyable {
    fileprivate struct Entry {
        let group: ControlGroup
        /// How many known processes live in it.
        var processes = 0
        /// The time that it used since the last reset, without the groups inside it: in microseconds if the kernel
        /// shows groups' clocks, else in its processes' ticks.
        var elapsed: UInt64 = 0
        /// The part of it since the last scan.
        var step: UInt64 = 0
        var rank = Rank()
        /// The nearest group that contains it.
        var parent: SlotIndex?
        var clock: GroupClock?
        var lastClock: UInt64?
        /// How far its clock advanced since the last scan, including the groups inside it.
        var clockStep: UInt64 = 0
    }

    /// Where the kernel shows a group's time.
    private struct Hierarchy {
        let folder: String
        /// The file in a group's folder: `cpu.stat` of the unified hierarchy, in microseconds
        /// (Documentation/admin-guide/cgroup-v2.rst), or `cpuacct.usage`, in nanoseconds
        /// (Documentation/admin-guide/cgroup-v1/cpuacct.rst).
        let file: String

        /// The hierarchy that is mounted in a tree and shows times; nil if there is none.
        static func mounted(in sysfs: SystemRoot) -> Hierarchy? {
            if sysfs.exists("fs/cgroup/cpu.stat"), sysfs.exists("fs/cgroup/cgroup.controllers") {
                return Hierarchy(folder: "fs/cgroup", file: "cpu.stat")
            }
            return ["fs/cgroup/cpuacct", "fs/cgroup/cpu,cpuacct"].map { Hierarchy(folder: $0, file: "cpuacct.usage") }
                .first { sysfs.exists("\($0.folder)/\($0.file)") }
        }

        func path(of group: ControlGroup) -> String { "\(folder)\(group.path == "/" ? "" : group.path)/\(file)" }
    }

    private let sysfs: SystemRoot
    private let descriptorBudget: Int
    private var hierarchy: Hierarchy?
    private var entries = SlotArray<Entry>()
    private var indices: [String: SlotIndex] = [:]
    private var hasStaleParents = false

    /// Whether groups are those of the unified hierarchy, rather than those of `cpuacct`.
    let prefersUnified: Bool

    /// Whether the root's time is what no other group used. The kernel's own clock of the machine's root, unlike that
    /// of a name space's, includes interrupts and stolen time.
    private let derivesRoot: Bool

    /// - Parameters:
    ///   - sysfs: The tree. If it shows no groups' clocks, groups have the times of their processes.
    ///   - readsClocks: Whether groups' times are needed.
    ///   - descriptorBudget: How many clocks to keep open at most.
    init(beneath sysfs: SystemRoot, readsClocks: Bool, descriptorBudget: Int) {
        self.sysfs = sysfs
        self.descriptorBudget = descriptorBudget
        let found = Hierarchy.mounted(in: sysfs)
        prefersUnified = found?.file != "cpuacct.usage"
        hierarchy = readsClocks ? found : nil
        derivesRoot = prefersUnified && !sysfs.exists("fs/cgroup/cgroup.events")
        if hierarchy != nil { _ = index(of: ControlGroup(path: "/")) }
    }

    /// Whether the kernel's clocks of groups are read, rather than those of processes.
    var hasClocks: Bool { hierarchy != nil }

    /// The index of a root whose time is derived from the others'.
    private var derivedRoot: SlotIndex? { hasClocks && derivesRoot ? indices["/"] : nil }

    subscript(index: SlotIndex) -> ControlGroup? { entries[index]?.group }

    // MARK: Processes

    /// Adds a process to its group, and returns the group's index.
    mutating func addProcess(in group: ControlGroup) -> SlotIndex {
        // The clock of a group whose path is not fully visible cannot be found, and clocks of some groups do not add
        // up.
        if group.isOutsideView { hierarchy = nil }
        let index = index(of: group)
        entries.update(at: index) { $0.processes += 1 }
        return index
    }

    /// Removes a process that ended or moved. The group stays until the next scan, which counts what it used last.
    mutating func removeProcess(from index: SlotIndex) { entries.update(at: index) { $0.processes -= 1 } }

    /// Adds a process's time to its group, if groups have no clocks.
    mutating func add(_ ticks: UInt64, to index: SlotIndex) {
        entries.update(at: index) {
            $0.step += ticks
            $0.elapsed += ticks
        }
    }

    /// Removes the groups without processes, and returns their ranks.
    mutating func removeEmpty() -> [Rank] {
        let keepsRoot = hasClocks
        let removed = entries.remove { $0.processes <= 0 && !($0.group.path == "/" && keepsRoot) }
        for entry in removed { indices[entry.group.path] = nil }
        if !removed.isEmpty { hasStaleParents = true }
        return removed.map(\.rank)
    }

    private mutating func index(of group: ControlGroup) -> SlotIndex {
        if let index = indices[group.path] { return index }
        var entry = Entry(group: group)
        entry.clock = hierarchy.map {
            GroupClock($0.path(of: group), beneath: sysfs, isKeptOpen: indices.count < descriptorBudget)
        }
        // What it used before it was found has been counted for the group that contains it.
        entry.lastClock = entry.clock?.microseconds()
        let index = entries.insert(entry)
        indices[group.path] = index
        hasStaleParents = true
        return index
    }

    // MARK: Scanning

    /// Reads the groups' clocks. If there are none, ``add(_:to:)`` counts the times instead.
    ///
    /// - Parameter taskTicks: The ticks that all tasks ran since the last scan, by the machine's clock.
    mutating func scan(taskTicks: UInt64) {
        if hasStaleParents { findParents() }
        let (hasClocks, root) = (hasClocks, derivedRoot)
        for slot in entries.slots.indices {
            let index = SlotIndex(slot)
            entries.update(at: index) { $0.readClock(hasClocks && index != root) }
        }
        guard hasClocks else { return }
        // A group's clock includes the groups inside it.
        for index in entries.slots.indices {
            guard let entry = entries.slots[index], let parent = entry.parent else { continue }
            entries.update(at: parent) { $0.step = $0.step > entry.clockStep ? $0.step - entry.clockStep : 0 }
        }
        if let root {
            var others: UInt64 = 0
            entries.update { others = others.saturatingAdd($0.step) }
            let all = Self.microseconds(ofTicks: taskTicks)
            entries.update(at: root) { $0.step = all > others ? all - others : 0 }
        }
        entries.update { $0.elapsed = $0.elapsed.saturatingAdd($0.step) }
    }

    /// Converts the ticks of processes, of 10 ms, to the unit of groups' clocks.
    private static func microseconds(ofTicks ticks: UInt64) -> UInt64 {
        let (microseconds, overflow) = ticks.multipliedReportingOverflow(by: 10_000)
        return overflow ? .max : microseconds
    }

    private mutating func findParents() {
        hasStaleParents = false
        for slot in entries.slots.indices {
            guard let path = entries.slots[slot]?.group.path else { continue }
            let parent = parent(of: path)
            entries.update(at: SlotIndex(slot)) { $0.parent = parent }
        }
    }

    /// The nearest known group that contains a path; nil if there is none.
    private func parent(of path: String) -> SlotIndex? {
        if path == "/" { return nil }
        var path = path[...]
        while let slash = path.lastIndex(of: "/") {
            path = path[..<slash]
            if let parent = indices[path.isEmpty ? "/" : String(path)] { return parent }
        }
        return nil
    }

    /// Sets every group's time back to 0.
    mutating func resetElapsed() { entries.update { $0.elapsed = 0 } }

    // MARK: Dividing

    /// Chooses the groups that are listed, by their times up to now.
    mutating func chooseListed(limit: Int, in energies: inout ConsumerEnergies) {
        entries.update { $0.rank.update($0.step) }
        let changes = Rank.changes(among: entries.slots.count, limit: limit) { entries.slots[$0]?.rank }
        for index in changes.folded {
            entries.update(at: SlotIndex(index)) { energies.removeRecord($0.rank.record.take()) }
        }
        for index in changes.promoted {
            entries.update(at: SlotIndex(index)) {
                var consumer = Consumer(kind: .controlGroup, name: $0.group.path)
                consumer.setControlGroup($0.group)
                $0.rank.record = energies.addRecord(for: consumer)
            }
        }
    }

    /// Gives each group its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - taskTicks: The ticks that tasks ran by the machine's clock.
    ///   - totalTicks: The same, or the sum of the processes' ticks if that is more.
    ///   - energies: Where the shares are counted.
    mutating func divide(
        _ energy: EnergyParts, taskTicks: UInt64, totalTicks: UInt64, into energies: inout ConsumerEnergies
    ) {
        var sum: UInt64 = 0
        entries.update { sum = sum.saturatingAdd($0.elapsed) }
        let total = hasClocks ? max(Self.microseconds(ofTicks: taskTicks), sum) : totalTicks
        var splitter = EnergySplitter(energy, totalWeight: total)
        entries.update { energies.add(splitter.share(of: $0.elapsed), to: $0.rank.record, .controlGroup) }
        energies.addUnattributed(splitter.rest, .controlGroup, .shortLived)
    }
}

extension ControlGroupTable.Entry {
    /// Begins a scan with the time since the last one, or with 0 for a group whose clock is not used.
    fileprivate mutating func readClock(_ isUsed: Bool) {
        (step, clockStep) = (0, 0)
        guard isUsed, let now = clock?.microseconds() else { return }
        // The clock of a group that was removed and created again starts at 0.
        clockStep = lastClock.map { now < $0 ? now : now - $0 } ?? 0
        step = clockStep
        lastClock = now
    }
}
