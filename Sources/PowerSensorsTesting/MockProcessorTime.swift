public import PowerSensors

/// CPU time by kind, in ticks of 10 ms.
public struct MockTicks: Hashable, Sendable {
    /// Running programs.
    public var user: UInt64 = 0

    /// Running programs of lowered priority.
    public var nice: UInt64 = 0

    /// Running the kernel.
    public var system: UInt64 = 0

    /// Idle.
    public var idle: UInt64 = 0

    /// Idle while waiting for a disk.
    public var inputOutputWait: UInt64 = 0

    /// Serving interrupts.
    public var interrupt: UInt64 = 0

    /// Serving soft interrupts.
    public var softInterrupt: UInt64 = 0

    /// Waiting while the host ran something else.
    public var steal: UInt64 = 0

    /// Running guests; counted in ``user`` as well.
    public var guest: UInt64 = 0

    /// Running guests of lowered priority; counted in ``nice`` as well.
    public var guestNice: UInt64 = 0

    /// Creates ticks of the three common kinds.
    public init(user: UInt64 = 0, idle: UInt64 = 0, steal: UInt64 = 0) {
        self.user = user
        self.idle = idle
        self.steal = steal
    }

    /// The sums, kind by kind.
    public static func + (left: MockTicks, right: MockTicks) -> MockTicks {
        var sum = left
        for kind in kinds { sum[keyPath: kind] &+= right[keyPath: kind] }
        return sum
    }

    /// The kinds in the order of `proc/stat`.
    private static var kinds: [WritableKeyPath<MockTicks, UInt64>] {
        [
            \.user, \.nice, \.system, \.idle, \.inputOutputWait, \.interrupt, \.softInterrupt, \.steal, \.guest,
            \.guestNice,
        ]
    }

    /// The numbers of a line of `proc/stat`.
    var text: String { Self.kinds.map { String(self[keyPath: $0]) }.joined(separator: " ") }
}

/// The running clock of `proc/stat`. Every change is written to the file immediately.
public final class MockProcessorTime: Sendable {
    private struct State {
        var ticks: [MockTicks]

        /// Fractions of a tick, per processor.
        var carries: [Carry]
    }

    private struct Carry {
        var busy = Duration.zero
        var steal = Duration.zero
        var idle = Duration.zero
    }

    private static let tick: Duration = .milliseconds(10)

    private let procfs: MockTree
    private let state: Locked<State>

    /// Starts the clock of a number of processors at 0 and writes the file.
    init(processors: Int, in procfs: MockTree) throws(AttributeError) {
        self.procfs = procfs
        state = Locked(
            State(
                ticks: Array(repeating: MockTicks(), count: processors),
                carries: Array(repeating: Carry(), count: processors)
            )
        )
        try change { _ in }
    }

    /// The ticks of each processor.
    public var ticks: [MockTicks] { state.withLock { $0.ticks } }

    /// Advances every processor by a time.
    ///
    /// Fractions of a tick are carried over.
    ///
    /// - Parameters:
    ///   - time: The time.
    ///   - busy: The part of it that programs ran.
    ///   - steal: The part of it that the host ran something else. The rest is idle.
    public func advance(by time: Duration, busy: Ratio, steal: Ratio = Ratio(0)) throws(AttributeError) {
        let busy = time * busy.rawValue
        let steal = time * steal.rawValue
        try change { state in
            for index in state.ticks.indices {
                state.carries[index].busy += busy
                state.carries[index].steal += steal
                state.carries[index].idle += time - busy - steal
                state.ticks[index].user += Self.wholeTicks(from: &state.carries[index].busy)
                state.ticks[index].steal += Self.wholeTicks(from: &state.carries[index].steal)
                state.ticks[index].idle += Self.wholeTicks(from: &state.carries[index].idle)
            }
        }
    }

    /// Adds ticks to one processor or to each.
    ///
    /// - Parameters:
    ///   - ticks: The ticks of each kind.
    ///   - processor: The processor's number; nil for every processor. An unknown number is ignored.
    public func advance(_ ticks: MockTicks, on processor: Int? = nil) throws(AttributeError) {
        try change { state in
            for index in state.ticks.indices where processor == nil || processor == index {
                state.ticks[index] = state.ticks[index] + ticks
            }
        }
    }

    /// Sets the ticks of every processor. Their number may change, as when one goes offline.
    public func set(_ ticks: [MockTicks]) throws(AttributeError) {
        try change { state in
            state = State(ticks: ticks, carries: Array(repeating: Carry(), count: ticks.count))
        }
    }

    private func change(_ body: (inout State) -> Void) throws(AttributeError) {
        try state.withLock { state throws(AttributeError) in
            body(&state)
            var text = "cpu  \(state.ticks.reduce(MockTicks(), +).text)\n"
            for (index, ticks) in state.ticks.enumerated() { text += "cpu\(index) \(ticks.text)\n" }
            text += """
                intr 0
                ctxt 0
                btime 1700000000
                processes 1
                procs_running 1
                procs_blocked 0
                softirq 0 0 0 0 0 0 0 0 0 0 0

                """
            try procfs.write(text, to: "stat")
        }
    }

    private static func wholeTicks(from carry: inout Duration) -> UInt64 {
        let count = max(carry.attoseconds, 0) / tick.attoseconds
        carry -= .milliseconds(10 * Int64(count))
        return UInt64(count)
    }
}
