public import PowerSensors

/// A mock machine: sysfs, procfs and dev trees in a temporary folder.
///
/// It starts empty, like a machine without sensors, and is removed on deinitialization: keep a reference as long as its
/// ``roots`` are used.
public final class MockMachine: Sendable {
    struct State {
        var zones: [MockPowercapZone] = []
        var counters: [MockCounter] = []

        /// The number of counters created so far, which determines the next start count.
        var started: UInt64 = 0
    }

    /// The folder that contains the three others.
    public let tree: MockTree

    /// The machine's `/sys`.
    public let sysfs: MockTree

    /// The machine's `/proc`.
    public let procfs: MockTree

    /// The machine's `/dev`.
    public let dev: MockTree

    /// The three trees, for the library's initializers.
    public let roots: SystemRoots

    /// Where powercap's zones are.
    let powercapLayout: MockPowercapLayout

    let state = Locked(State())

    /// Creates an empty machine.
    ///
    /// - Parameter parent: The folder to create it in.
    /// - Throws: The system's error if it cannot be created.
    public convenience init(beneath parent: String = "/tmp") throws(AttributeError) {
        try self.init(beneath: parent, powercap: .linked)
    }

    /// Creates an empty machine of whose zones only a part may be mounted.
    package init(beneath parent: String = "/tmp", powercap: MockPowercapLayout) throws(AttributeError) {
        powercapLayout = powercap
        tree = try MockTree(beneath: parent)
        sysfs = try MockTree("sys", in: tree, mountPoint: "/sys")
        procfs = try MockTree("proc", in: tree, mountPoint: "/proc")
        dev = try MockTree("dev", in: tree, mountPoint: "/dev")
        roots = try SystemRoots(sysfs: sysfs.path, procfs: procfs.path, dev: dev.path)
    }

    /// Advances every counter by a time at its own power.
    public func advanceAll(by time: Duration) throws(AttributeError) {
        for counter in state.withLock({ $0.counters }) { try counter.advance(by: time) }
    }

    /// Starts a counter in any file of sysfs, such as a hwmon chip's `energy1_input`.
    ///
    /// - Parameters:
    ///   - register: The register.
    ///   - path: The file.
    ///   - power: The power that it counts at.
    ///   - startCount: The initial count; nil for one that differs from every other counter's.
    /// - Returns: The counter, which ``advanceAll(by:)`` advances too.
    /// - Throws: The system's error if the file cannot be written.
    @discardableResult
    public func addCounter(
        _ register: MockRegister,
        at path: String,
        power: Watts,
        startCount: UInt64? = nil
    ) throws(AttributeError) -> MockCounter {
        let started = state.withLock { state in
            state.started += 1
            return state.started
        }
        // Far apart, and never 0, which drivers treat as an absent register.
        let distinct = 1 + started &* 123_456_789 % max(register.lastCount, 1)
        let counter = try MockCounter(
            register,
            startCount: startCount ?? distinct,
            power: power,
            in: sysfs,
            at: path
        )
        state.withLock { $0.counters.append(counter) }
        return counter
    }

    /// Releases counters all of whose files are beneath a folder.
    func stopCounters(beneath folder: String) {
        state.withLock { state in
            for counter in state.counters { counter.hide(beneath: folder) }
            state.counters.removeAll { !$0.isShown }
        }
    }
}
