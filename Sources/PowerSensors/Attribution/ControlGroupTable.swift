/// The control groups that processes live in, and the processor time that each used between two looks.
///
/// The kernel's own clock of a group holds processes that nobody saw, too. It is that of the groups in it as well, so what
/// is theirs is taken off: the groups are a partition, and the root has what is no other's.
struct ControlGroupTable: ~Copyable {
    /// A group in which some process lives.
    struct Group {
        let group: ControlGroup
        /// How many of the known processes live in it.
        var processes = 0
        /// The time that it used since it was last settled, without the groups in it: in microseconds by the kernel's clock, in
        /// ticks by its processes'.
        var elapsed: UInt64 = 0
        /// The part of it since the look before.
        var step: UInt64 = 0
        var rank = Rank()
        /// Where the nearest group around it stands; -1 for none.
        fileprivate var parent: Int32 = -1
        fileprivate var clock: GroupClock?
        fileprivate var last: UInt64?
        /// What its clock went on since the look before, the groups in it included.
        fileprivate var whole: UInt64 = 0
    }

    /// How the kernel shows a group's time.
    enum Hierarchy {
        /// `cpu.stat`, in microseconds (Documentation/admin-guide/cgroup-v2.rst).
        case unified
        /// `cpuacct.usage`, in nanoseconds (Documentation/admin-guide/cgroup-v1/cpuacct.rst).
        case accounting(folder: String)

        /// The hierarchy of a tree; nil where none is mounted there that shows times.
        init?(beneath sysfs: SystemRoot) {
            if sysfs.exists("fs/cgroup/cpu.stat"), sysfs.exists("fs/cgroup/cgroup.controllers") {
                self = .unified
                return
            }
            let folders = ["fs/cgroup/cpuacct", "fs/cgroup/cpu,cpuacct"]
            guard let folder = folders.first(where: { sysfs.exists("\($0)/cpuacct.usage") }) else { return nil }
            self = .accounting(folder: folder)
        }

        fileprivate func path(of group: ControlGroup) -> String {
            let path = group.path == "/" ? "" : group.path
            switch self {
            case .unified: return "fs/cgroup\(path)/cpu.stat"
            case .accounting(let folder): return "\(folder)\(path)/cpuacct.usage"
            }
        }
    }

    private let sysfs: SystemRoot
    private let budget: Int
    private var hierarchy: Hierarchy?
    private var needsParents = false
    private(set) var groups: [Group?] = []
    private var places: [String: Int32] = [:]
    private var free: [Int32] = []

    /// Groups as a tree shows them; where it shows none, their times are those of the processes in them.
    ///
    /// - Parameters:
    ///   - sysfs: The tree.
    ///   - readsClocks: Whether their times are wanted.
    ///   - budget: How many clocks to keep open at most.
    init(beneath sysfs: SystemRoot, readsClocks: Bool, budget: Int) {
        self.sysfs = sysfs
        self.budget = budget
        let found = Hierarchy(beneath: sysfs)
        if case .accounting = found { prefersUnified = false } else { prefersUnified = true }
        hierarchy = readsClocks ? found : nil
        // Of the root of the whole machine, and no name space's, the kernel's clock holds interrupts and stolen time.
        hasTrueRoot = prefersUnified && !sysfs.exists("fs/cgroup/cgroup.events")
        if hierarchy != nil { _ = place(of: ControlGroup(path: "/")) }
    }

    /// Whether the kernel's clocks of groups are used, and not those of processes.
    var hasClocks: Bool { hierarchy != nil }

    /// Whether groups are those of the hierarchy with all controllers, and not of the one of processor times.
    let prefersUnified: Bool

    /// Whether what no other group used is the root's.
    private let hasTrueRoot: Bool

    /// Where the root has what no other group used: its place.
    private var rootOfRest: Int32? { hasClocks && hasTrueRoot ? places["/"] : nil }

    /// A process came: its group's place.
    mutating func enter(_ group: ControlGroup) -> Int32 {
        // A path whose beginning is hidden leads to no clock, and half of the clocks are no partition.
        if group.isOutsideView { hierarchy = nil }
        let place = place(of: group)
        groups[Int(place)]?.processes += 1
        return place
    }

    /// A process ended. Its group stays until the next look, which counts what it used last.
    mutating func leave(_ place: Int32) { groups[Int(place)]?.processes -= 1 }

    /// The group at a place.
    subscript(_ place: Int32) -> ControlGroup? { place < 0 ? nil : groups[Int(place)]?.group }

    /// Adds a process's time to its group, where groups have no clocks of their own.
    mutating func add(_ ticks: UInt64, at place: Int32) {
        groups[Int(place)]?.step += ticks
        groups[Int(place)]?.elapsed += ticks
    }

    /// Lends every group there is.
    mutating func update(_ body: (inout Group) -> Void) {
        for index in groups.indices where groups[index] != nil { groups[index].mutate(body) }
    }

    /// Lends the group at a place.
    mutating func update(at place: Int, _ body: (inout Group) -> Void) { groups[place].mutate(body) }

    /// Begins a look: reads the groups' clocks, where there are any; else ``add(_:at:)`` counts.
    ///
    /// - Parameter tasks: The ticks that all tasks ran since the look before, by the machine's clock.
    mutating func look(tasks: UInt64) {
        if needsParents { findParents() }
        for index in groups.indices where groups[index] != nil { readClock(index) }
        guard hasClocks else { return }
        // A group's time holds that of the groups in it.
        for index in groups.indices {
            guard let group = groups[index], group.parent >= 0 else { continue }
            groups[Int(group.parent)].mutate { $0.step = $0.step > group.whole ? $0.step - group.whole : 0 }
        }
        if let root = rootOfRest {
            var others: UInt64 = 0
            update { others = others.saturatingAdd($0.step) }
            let all = Self.microseconds(ofTicks: tasks)
            update(at: Int(root)) { $0.step = all > others ? all - others : 0 }
        }
        update { $0.elapsed = $0.elapsed.saturatingAdd($0.step) }
    }

    /// The clocks of groups count microseconds, those of processes ticks of 10 ms.
    static func microseconds(ofTicks ticks: UInt64) -> UInt64 {
        let (microseconds, overflow) = ticks.multipliedReportingOverflow(by: 10_000)
        return overflow ? .max : microseconds
    }

    /// Takes the times since the look before into the ranks.
    mutating func rank() { update { $0.rank.take($0.step) } }

    /// Begins to count everybody's time anew.
    mutating func settle() { update { $0.elapsed = 0 } }

    /// Takes out the groups in which nobody lives any more.
    ///
    /// - Returns: Their ranks.
    mutating func removeEmpty() -> [Rank] {
        var ranks: [Rank] = []
        for index in groups.indices {
            guard let group = groups[index], group.processes <= 0, group.group.path != "/" || !hasClocks else {
                continue
            }
            ranks.append(group.rank)
            places[group.group.path] = nil
            groups[index] = nil
            free.append(Int32(index))
        }
        if !ranks.isEmpty { needsParents = true }
        return ranks
    }

    private mutating func readClock(_ index: Int) {
        let isRead = hasClocks && rootOfRest != Int32(index)
        groups[index].mutate { group in
            group.step = 0
            guard isRead, let now = group.clock?.microseconds() else {
                group.whole = 0
                return
            }
            // One that is made anew begins at 0.
            group.whole = group.last.map { now < $0 ? now : now - $0 } ?? 0
            group.step = group.whole
            group.last = now
        }
    }

    private mutating func place(of group: ControlGroup) -> Int32 {
        if let place = places[group.path] { return place }
        var new = Group(group: group)
        new.clock = hierarchy.map {
            GroupClock($0.path(of: group), beneath: sysfs, isKept: places.count < budget)
        }
        // What it used before it was seen is in the group around it already.
        new.last = new.clock?.microseconds()
        let place: Int32
        if let reused = free.popLast() {
            place = reused
            groups[Int(place)] = new
        } else {
            place = Int32(groups.count)
            groups.append(new)
        }
        places[group.path] = place
        needsParents = true
        return place
    }

    /// Finds the nearest known group around each.
    private mutating func findParents() {
        needsParents = false
        for index in groups.indices {
            guard var path = groups[index]?.group.path[...], path != "/" else { continue }
            var parent: Int32 = -1
            while parent < 0, let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                parent = places[path.isEmpty ? "/" : String(path)] ?? -1
                if path.isEmpty { break }
            }
            groups[index].mutate { $0.parent = parent }
        }
    }
}

extension Optional {
    /// Changes the value in its place, where there is one.
    fileprivate mutating func mutate(_ change: (inout Wrapped) -> Void) {
        if var value = take() {
            change(&value)
            self = value
        }
    }
}
