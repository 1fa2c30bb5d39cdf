import PowerSensorsCore

/// How often each channel of a generation counts, in nanoseconds.
///
/// Nobody tells it of RAPL's registers: the processor updates its own about once a millisecond (Intel SDM volume 3, energy status registers),
/// QEMU its virtual ones once a second. So they are watched for some milliseconds, and 1 s is assumed of one that hardly moves.
struct UpdateTimes {
    /// How long counters are watched, in nanoseconds. A reading counts as no more than ``step``: a thread that had to wait saw no more.
    private static let watch: Int64 = 5_000_000
    private static let step: Int64 = 1_000_000
    private static let longest: Int64 = 100_000_000

    /// What is assumed of a counter that a figure needs, and that hardly moves.
    private static let slowest: Int64 = 1_000_000_000

    /// What is assumed of others: those that do not move at all, or are no part of a figure by themselves.
    private static let usual: Int64 = 1_000_000

    private struct Watched {
        let index: Int
        var total: UInt64
        /// When the reading before the latest change began; nil before a change.
        var changedAfter: Int64?
        /// The shortest time in which two changes came, from before the first to after the second: the thread may have had to wait
        /// in any other.
        var shortest = Int64.max
        var gaps = 0
    }

    let generation: Int
    private(set) var nanoseconds: [Int64]
    private var watched: [Watched] = []
    private let start: Int64
    private var lastBegan: Int64
    private var watchedNanoseconds: Int64 = 0

    /// - Parameter start: When the latest reading began, in nanoseconds of the monotonic clock.
    init(_ topology: Topology, _ accumulator: borrowing ChannelAccumulator, since start: Int64) {
        generation = topology.generation
        (self.start, lastBegan) = (start, start)
        nanoseconds = topology.channels.map { channel in
            (channel.refreshInterval ?? channel.readingInterval)?.wholeNanoseconds ?? Self.usual
        }
        for (index, channel) in topology.channels.enumerated() where channel.countsIn != nil {
            // One that has never left 0 is not driven by the hardware, and in no figure.
            guard channel.refreshInterval ?? channel.readingInterval == nil,
                let counter = accumulator.states[index].counter, counter.hasMoved
            else { continue }
            nanoseconds[index] = Self.slowest
            watched.append(Watched(index: index, total: counter.total))
        }
    }

    /// Whether watching shows nothing more, or has taken long enough.
    var isComplete: Bool {
        watched.allSatisfy { $0.gaps >= 2 } || watchedNanoseconds >= Self.watch || lastBegan - start >= Self.longest
    }

    /// Takes a reading of all channels.
    ///
    /// - Parameter began: When it began, in nanoseconds of the monotonic clock.
    mutating func take(_ accumulator: borrowing ChannelAccumulator, since began: Int64) {
        let now = SampleInstant.monotonicNow
        for index in watched.indices {
            let total = accumulator.states[watched[index].index].counter?.total ?? 0
            guard total != watched[index].total else { continue }
            watched[index].total = total
            if let before = watched[index].changedAfter {
                watched[index].gaps += 1
                watched[index].shortest = min(watched[index].shortest, now - before)
                if watched[index].gaps >= 2 { nanoseconds[watched[index].index] = watched[index].shortest }
            }
            watched[index].changedAfter = lastBegan
        }
        watchedNanoseconds += min(now - began, Self.step)
        lastBegan = began
    }
}
