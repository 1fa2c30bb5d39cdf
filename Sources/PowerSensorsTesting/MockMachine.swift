public import PowerSensors

/// A machine in a folder: sysfs, procfs and dev trees that sensors can be pointed at.
///
/// It begins empty, like a machine without any sensor. It is removed when the last holder lets it go; hold it as
/// long as its ``roots`` are read.
public final class MockMachine: Sendable {
    struct State {
        var zones: [MockPowercapZone] = []
        var counters: [MockCounter] = []
        var registerDevices: [MockRegisterDevice] = []

        /// How many counters were ever made: the next one begins elsewhere.
        var started: UInt64 = 0
    }

    /// The folder that holds the three others.
    public let tree: MockTree

    /// What stands for `/sys`.
    public let sysfs: MockTree

    /// What stands for `/proc`.
    public let procfs: MockTree

    /// What stands for `/dev`.
    public let dev: MockTree

    /// The three trees, as the library takes them.
    public let roots: SystemRoots

    let state = Guarded(State())

    /// Makes an empty machine.
    ///
    /// - Parameter parent: The folder to make it in.
    /// - Throws: What the system says where it cannot be made.
    public init(beneath parent: String = "/tmp") throws(AttributeError) {
        tree = try MockTree(beneath: parent)
        sysfs = try MockTree("sys", in: tree, mountPoint: "/sys")
        procfs = try MockTree("proc", in: tree, mountPoint: "/proc")
        dev = try MockTree("dev", in: tree, mountPoint: "/dev")
        roots = try SystemRoots(sysfs: sysfs.path, procfs: procfs.path, dev: dev.path)
    }

    /// Lets time pass for every counter, each at its own power.
    public func advanceAll(by time: Duration) throws(AttributeError) {
        for counter in state.withLock({ $0.counters }) { try counter.advance(by: time) }
    }

    /// Starts a counter in any file of sysfs, such as a hwmon chip's `energy1_input`.
    ///
    /// - Parameters:
    ///   - register: What counts.
    ///   - path: The file.
    ///   - power: The power it counts at.
    ///   - startCount: The count to begin with; nil for one that no other counter of the machine begins with.
    /// - Returns: The counter, which ``advanceAll(by:)`` advances too.
    /// - Throws: What the system says where the file cannot be written.
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
        // Far apart, and never 0, which a driver takes for a register that is absent.
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

    /// Lets counters go whose files lie beneath a folder and nowhere else.
    func stopCounters(beneath folder: String) {
        state.withLock { state in
            for counter in state.counters { counter.hide(beneath: folder) }
            state.counters.removeAll { !$0.isShown }
        }
    }
}
