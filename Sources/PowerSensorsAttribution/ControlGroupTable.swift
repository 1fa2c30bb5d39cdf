import PowerSensorsCore

/// The control groups that processes are in, and the processor time that each group used between two scans.
///
/// A group's clock is the processor time that the kernel counts for the group. Unlike the sum of the times of its known
/// processes, it includes processes that started and ended between two scans. It also includes the groups inside the
/// group, so their time is subtracted: then the groups add up to the whole, and the root group has what no other group
/// used.
struct ControlGroupTable: ~Copyable {
    fileprivate struct Entry {
        let group: ControlGroup
        /// How many known processes are in it.
        var processes = 0
        /// The time that it used since energy was last divided, without the groups inside it: in microseconds if the
        /// kernel shows groups' clocks, else in ticks of 10 ms, as the sum of its processes' times.
        var elapsed: UInt64 = 0
        /// The part of ``elapsed`` that it used between the latest scan and the one before.
        var latest: UInt64 = 0
        /// How much it has run lately, which decides whether it is listed.
        var rank = Rank()
        /// The nearest group that contains it.
        var parent: SlotIndex?
        /// Reads its clock; nil if the kernel shows no clocks.
        var clock: GroupClock?
        /// Its clock at the latest scan.
        var lastClock: UInt64?
        /// How far its clock advanced between the latest scan and the one before, including the groups inside it.
        var clockGain: UInt64 = 0
    }

    /// Where the kernel shows the clocks of groups.
    private struct Hierarchy {
        let folder: String
        /// The file in a group's folder: `cpu.stat` of the unified hierarchy, in microseconds
        /// (Documentation/admin-guide/cgroup-v2.rst), or `cpuacct.usage`, in nanoseconds
        /// (Documentation/admin-guide/cgroup-v1/cpuacct.rst).
        let file: String

        /// The hierarchy that is mounted in a sysfs and shows clocks; nil if there is none.
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
    private var hierarchy: Hierarchy?
    private var entries = SlotArray<Entry>()
    private var indices: [String: SlotIndex] = [:]
    /// Whether groups came or went, so that each one's ``Entry/parent`` has to be found again.
    private var hasStaleParents = false

    /// Whether groups are those of the unified hierarchy, rather than those of `cpuacct`.
    let prefersUnified: Bool

    /// Whether the root group's time is computed, as the time of all tasks less that of all other groups, instead of
    /// being read from the root's clock.
    ///
    /// In the unified hierarchy, the clock of the host's root group also counts interrupts and stolen time. The clock
    /// of a name space's root, which is an ordinary group, does not.
    private let derivesRoot: Bool

    /// - Parameters:
    ///   - sysfs: Where the clocks are. If there are none, a group's time is the sum of its processes' times.
    ///   - readsClocks: Whether groups' times are needed at all.
    init(beneath sysfs: SystemRoot, readsClocks: Bool) {
        self.sysfs = sysfs
        let found = Hierarchy.mounted(in: sysfs)
        prefersUnified = found?.file != "cpuacct.usage"
        hierarchy = readsClocks ? found : nil
        // Only the host's root group has no `cgroup.events`.
        derivesRoot = prefersUnified && !sysfs.exists("fs/cgroup/cgroup.events")
        if hierarchy != nil { _ = index(of: ControlGroup(path: "/")) }
    }

    /// Whether a group's time is read from its clock, rather than being the sum of its processes' times.
    var hasClocks: Bool { hierarchy != nil }

    /// The index of the root group if its time is derived from that of the others, else nil.
    private var derivedRoot: SlotIndex? { hasClocks && derivesRoot ? indices["/"] : nil }

    /// The number of groups.
    var count: Int { entries.count }

    subscript(index: SlotIndex) -> ControlGroup? { entries[index]?.group }

    // MARK: Processes

    /// Adds a process to its group, and returns the group's index.
    mutating func addProcess(in group: ControlGroup) -> SlotIndex {
        // The clock of a group whose path is not fully visible cannot be found. From then on no clocks are used, since
        // clocks for only some of the groups would not add up to the whole.
        if group.isOutsideView, hasClocks {
            hierarchy = nil
            entries.update { $0.clock = nil }
        }
        let index = index(of: group)
        entries.update(at: index) { $0.processes += 1 }
        return index
    }

    /// Removes a process that ended or moved. A group without processes is only removed at the beginning of the next
    /// scan, so that this scan still counts the time that it used last.
    mutating func removeProcess(from index: SlotIndex) { entries.update(at: index) { $0.processes -= 1 } }

    /// Adds a process's time to its group. Only for groups without clocks.
    mutating func add(_ ticks: UInt64, to index: SlotIndex) {
        entries.update(at: index) {
            $0.latest += ticks
            $0.elapsed += ticks
        }
    }

    /// Removes the groups without processes, and returns the records of those that have one.
    mutating func removeEmpty() -> [SlotIndex] {
        let keepsRoot = hasClocks
        let removed = entries.remove { $0.processes <= 0 && !($0.group.path == "/" && keepsRoot) }
        for entry in removed { indices[entry.group.path] = nil }
        if !removed.isEmpty { hasStaleParents = true }
        return removed.compactMap(\.rank.record)
    }

    private mutating func index(of group: ControlGroup) -> SlotIndex {
        if let index = indices[group.path] { return index }
        var entry = Entry(group: group)
        entry.clock = hierarchy.map { GroupClock($0.path(of: group), beneath: sysfs) }
        // Its clock is counted from now on: the time before has been counted for the group that contains it.
        entry.lastClock = entry.clock?.microseconds()
        let index = entries.insert(entry)
        indices[group.path] = index
        hasStaleParents = true
        return index
    }

    // MARK: Scanning

    /// Reads the groups' clocks. If there are none, ``add(_:to:)`` has to be called for each process afterwards.
    ///
    /// - Parameter taskTicks: The ticks that all tasks of the host ran since the previous scan (procfs' `stat`).
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
            entries.update(at: parent) { $0.latest = $0.latest > entry.clockGain ? $0.latest - entry.clockGain : 0 }
        }
        if let root {
            var others: UInt64 = 0
            entries.update { others = others.saturatingAdd($0.latest) }
            let all = Self.microseconds(ofTicks: taskTicks)
            entries.update(at: root) { $0.latest = all > others ? all - others : 0 }
        }
        entries.update { $0.elapsed = $0.elapsed.saturatingAdd($0.latest) }
    }

    /// Converts processor time from ticks of 10 ms, as for processes, to microseconds, as for groups' clocks.
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

    /// Sets every group's elapsed time back to 0.
    mutating func resetElapsed() { entries.update { $0.elapsed = 0 } }

    // MARK: Dividing

    /// Chooses the groups that are listed, by how much they have run lately.
    mutating func chooseListed(limit: Int, in energies: inout ConsumerEnergies) {
        entries.update { $0.rank.update($0.latest) }
        let changes = Rank.changes(among: entries.slots.count, limit: limit) { entries.slots[$0]?.rank }
        for index in changes.folded {
            entries.update(at: SlotIndex(index)) { $0.rank.fold(in: &energies) }
        }
        for index in changes.promoted {
            entries.update(at: SlotIndex(index)) {
                var consumer = Consumer(kind: .controlGroup, name: $0.group.path)
                consumer.setControlGroup($0.group)
                $0.rank.list(in: &energies) { consumer }
            }
        }
    }

    /// Divides energy among the groups, in proportion to their elapsed times.
    ///
    /// - Parameters:
    ///   - energy: The energy that all tasks of the host used.
    ///   - taskTicks: The ticks that all tasks ran (procfs' `stat`).
    ///   - totalTicks: The same, or the sum of all processes' ticks if that is more.
    ///   - energies: Where each group's energy is added.
    mutating func divide(
        _ energy: EnergyParts, taskTicks: UInt64, totalTicks: UInt64, into energies: inout ConsumerEnergies
    ) {
        var sum: UInt64 = 0
        entries.update { sum = sum.saturatingAdd($0.elapsed) }
        let total = hasClocks ? max(Self.microseconds(ofTicks: taskTicks), sum) : totalTicks
        var splitter = EnergySplitter(energy, totalWeight: total)
        entries.update { energies.add(splitter.share(of: $0.elapsed), to: $0.rank.listedRecord, .controlGroup) }
        energies.addUnattributed(splitter.rest, .controlGroup, .shortLived)
    }
}

extension ControlGroupTable.Entry {
    /// Sets the latest time to how far the clock advanced since the previous scan, or to 0 for a group whose clock is
    /// not used.
    fileprivate mutating func readClock(_ isUsed: Bool) {
        (latest, clockGain) = (0, 0)
        guard isUsed, let now = clock?.microseconds() else { return }
        // The clock of a group that was removed and created again starts at 0.
        clockGain = lastClock.map { now < $0 ? now : now - $0 } ?? 0
        latest = clockGain
        lastClock = now
    }
}
