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

/// The CPU times of `proc/stat`, which a test advances. Every change is written to the file immediately.
public final class MockProcessorTime: Sendable {
    private struct Processor {
        var ticks = MockTicks()

        // Fractions of a tick.
        var busy = Duration.zero
        var steal = Duration.zero
        var idle = Duration.zero
    }

    private static let tick: Duration = .milliseconds(10)

    private let procfs: MockTree
    private let processors: Locked<[Processor]>

    /// Sets the CPU times of a number of processors to 0 and writes the file.
    init(processors: Int, in procfs: MockTree) throws(AttributeError) {
        self.procfs = procfs
        self.processors = Locked(Array(repeating: Processor(), count: processors))
        try change { _ in }
    }

    /// The ticks of each processor.
    public var ticks: [MockTicks] { processors.withLock { $0.map(\.ticks) } }

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
        try change { processors in
            for index in processors.indices {
                processors[index].ticks.user += Self.wholeTicks(of: busy, &processors[index].busy)
                processors[index].ticks.steal += Self.wholeTicks(of: steal, &processors[index].steal)
                processors[index].ticks.idle += Self.wholeTicks(of: time - busy - steal, &processors[index].idle)
            }
        }
    }

    /// Adds ticks to one processor or to each.
    ///
    /// - Parameters:
    ///   - ticks: The ticks of each kind.
    ///   - processor: The processor's number; nil for every processor. An unknown number is ignored.
    public func advance(_ ticks: MockTicks, on processor: Int? = nil) throws(AttributeError) {
        try change { processors in
            for index in processors.indices where processor == nil || processor == index {
                processors[index].ticks = processors[index].ticks + ticks
            }
        }
    }

    /// Sets the ticks of every processor. Their number may change, as when one goes offline.
    public func set(_ ticks: [MockTicks]) throws(AttributeError) {
        try change { $0 = ticks.map { Processor(ticks: $0) } }
    }

    private func change(_ body: (inout [Processor]) -> Void) throws(AttributeError) {
        try processors.withLock { processors throws(AttributeError) in
            body(&processors)
            var text = "cpu  \(processors.map(\.ticks).reduce(MockTicks(), +).text)\n"
            for (index, processor) in processors.enumerated() { text += "cpu\(index) \(processor.ticks.text)\n" }
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

    /// The whole ticks of a time and of the fraction that an earlier time left, which becomes the new fraction.
    private static func wholeTicks(of time: Duration, _ carry: inout Duration) -> UInt64 {
        carry += time
        let count = max(carry.attoseconds, 0) / tick.attoseconds
        carry -= .milliseconds(10 * Int64(count))
        return UInt64(count)
    }
}
