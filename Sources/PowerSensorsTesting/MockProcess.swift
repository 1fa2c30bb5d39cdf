public import PowerSensors

/// A process in a mock machine's procfs.
public final class MockProcess: Sendable {
    private struct State {
        var comm = ""
        var ticks: UInt64 = 0
        var waitedFor: UInt64 = 0
        var parent: Int
    }

    /// The process ID.
    public let number: Int

    /// The start time in ticks since boot.
    public let start: UInt64

    private let procfs: MockTree
    private let isKernelThread: Bool
    private let state: Locked<State>

    /// Adds a process to a procfs, replacing an earlier process with the same ID.
    ///
    /// - Parameters:
    ///   - number: The process ID.
    ///   - start: The start time in ticks since boot.
    ///   - comm: The kernel's name for it.
    ///   - arguments: The arguments; empty for a kernel thread.
    ///   - group: The path of its control group in the unified hierarchy.
    ///   - user: The user ID, also used as the group ID.
    ///   - parent: The parent process's ID.
    ///   - procfs: The tree.
    /// - Throws: The system's error if a file cannot be written.
    public init(
        _ number: Int, start: UInt64, comm: String, arguments: [String] = [], group: String = "/", user: Int = 0,
        parent: Int = 1, in procfs: MockTree
    ) throws(AttributeError) {
        self.number = number
        self.start = start
        self.procfs = procfs
        state = Locked(State(parent: parent))
        isKernelThread = arguments.isEmpty
        try execute(comm: comm, arguments: arguments)
        try procfs.write(
            "Name:\t\(comm)\nUid:\t\(user)\t\(user)\t\(user)\t\(user)\nGid:\t\(user)\t\(user)\t\(user)\t\(user)\n",
            to: "\(number)/status")
        try move(to: group)
    }

    /// Its CPU time in ticks.
    public var ticks: UInt64 { state.withLock { $0.ticks } }

    /// Adds CPU time in ticks of 10 ms.
    public func run(ticks: UInt64) throws(AttributeError) {
        state.withLock { $0.ticks += ticks }
        try write()
    }

    /// Replaces its program, as execve(2) does.
    public func execute(comm: String, arguments: [String]) throws(AttributeError) {
        state.withLock { $0.comm = comm }
        try procfs.write(arguments.map { $0 + "\0" }.joined(), to: "\(number)/cmdline")
        try write()
    }

    /// Becomes the child of another process, as when the one that started it ends.
    public func move(toParent parent: Int) throws(AttributeError) {
        state.withLock { $0.parent = parent }
        try write()
    }

    /// Moves it to another control group.
    public func move(to group: String) throws(AttributeError) {
        try procfs.write("0::\(group)\n", to: "\(number)/cgroup")
    }

    /// Ends it and removes its folder.
    public func end() throws(AttributeError) { try procfs.remove("\(number)") }

    /// Waits for a child: it ends, and its time and that of its descendants that ended are added to this process's, as the
    /// kernel does.
    public func wait(for child: MockProcess) throws(AttributeError) {
        try child.end()
        try wait(forUnseen: child.state.withLock { $0.ticks + $0.waitedFor })
    }

    /// Waits for children that ran for so many ticks and were never in procfs.
    public func wait(forUnseen ticks: UInt64) throws(AttributeError) {
        state.withLock { $0.waitedFor += ticks }
        try write()
    }

    private func write() throws(AttributeError) {
        let (comm, ticks, waitedFor, parent) = state.withLock { ($0.comm, $0.ticks, $0.waitedFor, $0.parent) }
        // The fields are those of proc_pid_stat(5); the parent is the 4th, the times are the 14th to 17th, the start is the 22nd.
        let text =
            "\(number) (\(comm)) S \(parent) 1 1 0 -1 \(isKernelThread ? 2_129_984 : 4_194_560) 100 0 0 0 \(ticks - ticks / 4) \(ticks / 4) \(waitedFor / 2) \(waitedFor - waitedFor / 2) 20 0 1 0 \(start) 1000000 100 18446744073709551615\n"
        try procfs.write(text, to: "\(number)/stat")
    }
}

extension MockMachine {
    /// Writes a control group of the unified hierarchy with its CPU time, including that of nested groups.
    ///
    /// - Parameters:
    ///   - path: The group's path with a leading slash; `/` for the root, which must exist.
    ///   - microseconds: The CPU time.
    public func setControlGroup(_ path: String, microseconds: UInt64) throws(AttributeError) {
        let folder = path == "/" ? "fs/cgroup" : "fs/cgroup\(path)"
        if path == "/" { try sysfs.write("cpuset cpu io memory pids\n", to: "\(folder)/cgroup.controllers") }
        let user = microseconds / 2
        try sysfs.write(
            "usage_usec \(microseconds)\nuser_usec \(user)\nsystem_usec \(microseconds - user)\n",
            to: "\(folder)/cpu.stat")
    }
}
