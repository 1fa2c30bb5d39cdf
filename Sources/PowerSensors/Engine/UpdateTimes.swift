import PowerSensorsCore

/// How often each channel of a generation counts, in nanoseconds.
///
/// Nobody tells it of RAPL's registers: the processor updates its own about once a millisecond (Intel SDM volume 3, section 15.10.1),
/// QEMU its virtual ones once a second. So they are watched for some milliseconds, and 1 s is assumed of one that hardly moves.
struct UpdateTimes {
    /// How long counters are watched, in nanoseconds; at least ``leastReads``, unless these take ``longest``.
    static let watch: Int64 = 5_000_000
    static let longest: Int64 = 100_000_000
    static let leastReads = 5

    /// What is assumed of a counter that nobody knows better.
    private static let slowest: Int64 = 1_000_000_000

    private struct Watched {
        let index: Int
        var total: UInt64
        /// When the reading before the latest change began; nil before a change.
        var changedAfter: Int64?
        /// The longest time between two changes.
        var longest: Int64 = 0
        var gaps = 0
    }

    let generation: Int
    private(set) var nanoseconds: [Int64]
    private var watched: [Watched] = []
    private var lastBegan = SampleInstant.monotonicNow

    init(_ topology: Topology, _ accumulator: borrowing ChannelAccumulator) {
        generation = topology.generation
        nanoseconds = topology.channels.map { channel in
            let known = channel.refreshInterval ?? channel.readingInterval
            if case .counter = channel.encoding { return known?.wholeNanoseconds ?? Self.slowest }
            return (known ?? .milliseconds(1)).wholeNanoseconds
        }
        for (index, channel) in topology.channels.enumerated() where channel.countsIn != nil {
            guard case .counter = channel.encoding, channel.refreshInterval ?? channel.readingInterval == nil else {
                continue
            }
            watched.append(Watched(index: index, total: accumulator.states[index].counter?.total ?? 0))
        }
    }

    /// Whether all is known that watching may show.
    var isComplete: Bool { watched.allSatisfy { $0.gaps >= 2 } }

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
                watched[index].longest = max(watched[index].longest, now - before)
                if watched[index].gaps >= 2 { nanoseconds[watched[index].index] = watched[index].longest }
            }
            watched[index].changedAfter = lastBegan
        }
        lastBegan = began
    }
}
