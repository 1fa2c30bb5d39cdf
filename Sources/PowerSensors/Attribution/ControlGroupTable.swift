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
        /// The time that it used since the look before without the groups in it.
        var elapsed: UInt64 = 0
        var rank = Rank()
        /// Where the nearest group around it stands; -1 for none.
        fileprivate var parent: Int32 = -1
        fileprivate var clock: GroupClock?
        fileprivate var last: UInt64?
        fileprivate var step: UInt64 = 0
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

    /// How many clocks are kept open: a sensor's part of the descriptors, as processes have the most of them.
    private static let keptClocks = DescriptorBudget.ofSensor

    private let sysfs: SystemRoot
    private let hierarchy: Hierarchy?
    private(set) var groups: [Group?] = []
    private var places: [String: Int32] = [:]
    private var free: [Int32] = []

    /// Groups as a tree shows them; where it shows none, their times are those of the processes in them.
    init(beneath sysfs: SystemRoot) {
        self.sysfs = sysfs
        hierarchy = Hierarchy(beneath: sysfs)
        if hierarchy != nil { _ = place(of: ControlGroup(path: "/")) }
    }

    /// Whether the kernel's clocks of groups are used, and not those of processes.
    var hasClocks: Bool { hierarchy != nil }

    /// Whether groups are those of the hierarchy with all controllers, and not of the one of processor times.
    var prefersUnified: Bool {
        if case .accounting = hierarchy { return false }
        return true
    }

    /// A process came: its group's place.
    mutating func enter(_ group: ControlGroup) -> Int32 {
        let place = place(of: group)
        groups[Int(place)]?.processes += 1
        return place
    }

    /// A process ended. Its group stays until the next look, which counts what it used last.
    mutating func leave(_ place: Int32) { groups[Int(place)]?.processes -= 1 }

    /// The group at a place.
    subscript(_ place: Int32) -> ControlGroup? { place < 0 ? nil : groups[Int(place)]?.group }

    /// Adds a process's time to its group, where groups have no clocks of their own.
    mutating func add(_ ticks: UInt64, at place: Int32) { groups[Int(place)]?.elapsed += ticks }

    /// Lends every group there is.
    mutating func update(_ body: (inout Group) -> Void) {
        for index in groups.indices where groups[index] != nil { groups[index].mutate(body) }
    }

    /// Lends the group at a place.
    mutating func update(at place: Int, _ body: (inout Group) -> Void) { groups[place].mutate(body) }

    /// Begins a look: reads the groups' clocks, or sets their times to 0 for ``add(_:at:)``.
    mutating func look() {
        for index in groups.indices where groups[index] != nil { readClock(index) }
        guard hasClocks else { return }
        // A group's time holds that of the groups in it.
        for index in groups.indices {
            guard let group = groups[index], group.parent >= 0 else { continue }
            groups[Int(group.parent)].mutate { $0.elapsed = $0.elapsed > group.step ? $0.elapsed - group.step : 0 }
        }
    }

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
        if !ranks.isEmpty { findParents() }
        return ranks
    }

    private mutating func readClock(_ index: Int) {
        groups[index].mutate { group in
            let now = group.clock?.microseconds()
            group.step = if let now, let last = group.last, now > last { now - last } else { 0 }
            group.elapsed = group.step
            if let now { group.last = max(now, group.last ?? 0) }
        }
    }

    private mutating func place(of group: ControlGroup) -> Int32 {
        if let place = places[group.path] { return place }
        var new = Group(group: group)
        new.clock = hierarchy.map {
            GroupClock($0.path(of: group), beneath: sysfs, isKept: places.count < Self.keptClocks)
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
        findParents()
        return place
    }

    /// Finds the nearest known group around each.
    private mutating func findParents() {
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
