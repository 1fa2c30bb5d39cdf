/// The opened readers of the current generation, and the buffer that holds their readings.
package struct OpenedReaders: ~Copyable {
    /// The readers of one topology.
    package struct Generation: ~Copyable {
        fileprivate let topology: Topology
        fileprivate var entries: [Entry] = []
        fileprivate var failures: [Finding] = []
        fileprivate var buffer: ReadingBuffer
        /// How many readers are read directly.
        fileprivate var directCount = 0
        /// Whether there are slow sources that the calling thread reads.
        fileprivate var readsSlowSources = false
        /// Whether there are sources that are read in the background at each sample.
        fileprivate var readsBeside = false
        /// Whether there are sources of either kind, or slow ones that threads read.
        fileprivate var hasBackground = false

        fileprivate init(_ topology: Topology) {
            self.topology = topology
            buffer = ReadingBuffer(count: topology.channels.count)
        }
    }

    /// A reader whose channels are read on every sample, directly or from the background readers' latest readings.
    fileprivate struct Entry {
        let sensor: SensorName
        var reader: any SensorReader
        let channels: [Channel]
        /// The number of its channels, and the index of the first one in the topology.
        let count: Int
        let first: Int
        /// Whether it returns readings of the background readers.
        let isBackground: Bool
        /// When it was last read, if it is read directly.
        var began = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
        var ended = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
        /// The index of the entry of the previous generation whose reader continues; nil if this one was opened anew.
        var continued: Int?
    }

    private let usesThreads: Bool
    private let background = BackgroundReaders()
    private var current: Generation

    /// Opens the channels of every sensor.
    ///
    /// - Parameters:
    ///   - topology: The topology that the channels belong to.
    ///   - sensors: Each sensor with its channels, in the topology's order.
    ///   - usesThreads: Whether sources that are slow, or may become slow, are read on separate threads, which
    ///     ``startBackground()`` starts. Otherwise they are read on the calling thread: slow ones when they are due, the
    ///     others at each sample.
    package init(
        _ topology: Topology, _ sensors: [(sensor: any Sensor, channels: [Channel])], usesThreads: Bool
    ) {
        self.usesThreads = usesThreads
        current = Generation(topology)
        current = opened(topology, sensors)
    }

    deinit { background.stop() }

    // MARK: Generations

    /// Opens the channels of the next generation. Readers whose channels are the same continue, so nothing that was learned of
    /// them is forgotten.
    package func opened(
        _ topology: Topology, _ sensors: [(sensor: any Sensor, channels: [Channel])]
    ) -> Generation {
        var next = Generation(topology)
        var first = 0
        for (sensor, channels) in sensors {
            for group in ReadingGroup.groups(of: channels, sensor.readingInterval, usesThreads: usesThreads) {
                next.entries.append(entry(sensor, group, first, in: &next))
                first += group.channels.count
            }
        }
        return next
    }

    private func entry(
        _ sensor: any Sensor, _ group: ReadingGroup, _ first: Int, in next: inout Generation
    ) -> Entry {
        let channels = Array(group.channels)
        let isBackground = group.interval != nil || group.isBeside
        if group.interval != nil { next.readsSlowSources = !usesThreads }
        if group.isBeside { next.readsBeside = true }
        if isBackground { next.hasBackground = true } else { next.directCount += 1 }
        let same = current.entries.firstIndex { entry in
            entry.sensor == sensor.name && entry.isBackground == isBackground && !(entry.reader is UnopenedReader)
                && entry.channels.elementsEqual(channels) { $0.isRead(like: $1) }
        }
        let reader: any SensorReader
        if let same {
            reader = current.entries[same].reader
            (reader as? BackgroundSource)?.retain(every: group.interval)
        } else if isBackground {
            reader = background.add(sensor, channels, every: group.interval)
        } else {
            do {
                reader = try sensor.open(channels)
            } catch {
                next.failures.append(.failed(sensor.name, error))
                reader = UnopenedReader(channels: channels, status: .ofFailure(error))
            }
        }
        return Entry(
            sensor: sensor.name, reader: reader, channels: channels, count: channels.count, first: first,
            isBackground: isBackground, continued: same)
    }

    /// Moves to the next generation. The current one must have been read just before.
    package mutating func move(to next: consuming Generation) {
        let continued = Set(next.entries.compactMap(\.continued))
        for index in next.entries.indices {
            if let same = next.entries[index].continued {
                // A reader may be a value, which has changed since the next generation was opened.
                next.entries[index].reader = current.entries[same].reader
                continue
            }
            for (other, entry) in current.entries.enumerated()
            where entry.sensor == next.entries[index].sensor && !continued.contains(other) {
                next.entries[index].reader.resume(from: entry.reader)
            }
        }
        background.keep(
            only: Set(next.entries.compactMap { ($0.reader as? BackgroundSource).map(ObjectIdentifier.init) }))
        current = next
    }

    package var topology: Topology { current.topology }

    /// Why sensors could not be opened.
    package var findings: [Finding] {
        (current.failures + background.findings).unique(by: \.self)
    }

    /// Starts the threads for the background, if they are needed.
    package func startBackground() {
        guard usesThreads else { return }
        // If no thread can be started, samples read what they need, and slow sources are read with it.
        try? background.start()
    }

    /// Waits a moment for the first readings in the background.
    package func waitForFirstReadings() {
        if usesThreads { background.waitForFirstReadings(atMost: 200) }
    }

    /// The processor on which reading is cheapest; nil if it does not matter.
    package var preferredProcessor: Int? { current.entries.lazy.compactMap(\.reader.preferredProcessor).first }

    // MARK: Samples

    /// Reads every channel once. No allocation.
    package mutating func read(_ now: (() -> SampleInstant)?) -> SampleInfo {
        if current.readsSlowSources { background.readDue() }
        if current.readsBeside { background.request() }
        let began = now?() ?? .now
        let ended = fillDirectly(now, from: began)
        // What the others wait for does not delay the registers.
        if current.readsBeside { background.waitForAnswers() }
        if current.hasBackground { fillFromBackground() }
        return SampleInfo(generation: topology.generation, began: began, ended: ended)
    }

    /// After which time a sample is long, so that its readers' own instants matter: registers are updated about once a
    /// millisecond.
    private static let longSampleNanoseconds: Int64 = 1_000_000

    /// Reads the channels that are read directly, and returns when that ended.
    ///
    /// The instant between two readers costs about 25 ns; between two channels of a reader it would be a twentieth of the
    /// channel's cost. So all channels of a reader have the same bounds, and if they are far apart, their powers have a band
    /// (``PowerWindow``). A slow reader does not widen those of another.
    private mutating func fillDirectly(_ now: (() -> SampleInstant)?, from began: SampleInstant) -> SampleInstant {
        var last = began
        for index in current.entries.indices where !current.entries[index].isBackground {
            fill(index)
            let ended = now?() ?? .now(after: last)
            if current.directCount > 1 { (current.entries[index].began, current.entries[index].ended) = (last, ended) }
            last = ended
        }
        if current.directCount > 1, last.boottimeNanoseconds &- began.boottimeNanoseconds > Self.longSampleNanoseconds {
            stampDirectly()
        }
        return last
    }

    private mutating func stampDirectly() {
        for index in current.entries.indices where !current.entries[index].isBackground {
            let (began, ended) = (current.entries[index].began, current.entries[index].ended)
            let (first, count) = (current.entries[index].first, current.entries[index].count)
            current.buffer.stamp(from: first, count: count, between: began, and: ended)
        }
    }

    private mutating func fillFromBackground() {
        for index in current.entries.indices where current.entries[index].isBackground { fill(index) }
    }

    @inline(__always)
    private mutating func fill(_ index: Int) {
        let (first, count) = (current.entries[index].first, current.entries[index].count)
        current.buffer.fill(from: first, count: count, by: &current.entries[index].reader)
    }

    /// Adds the latest sample to an accumulator. No allocation.
    package func record(_ info: SampleInfo, in accumulator: inout ChannelAccumulator) {
        current.buffer.withSpan { accumulator.record($0, began: info.began, ended: info.ended) }
    }

    /// Calls `body` with the readings of the latest sample.
    package func withReadings<Result, Failure: Error>(
        _ body: (Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try current.buffer.withSpan(body)
    }
}

extension Channel {
    /// Whether a reader of the other channel reads this one as well. What was measured at discovery may differ.
    fileprivate func isRead(like other: Channel) -> Bool {
        var (one, two) = (self, other)
        (one.readCost, two.readCost) = (nil, nil)
        if one.readingInterval != nil, two.readingInterval != nil { one.readingInterval = two.readingInterval }
        return one == two
    }
}

/// Reports one status for channels that could not be opened.
package struct UnopenedReader: SensorReader {
    package let channels: [Channel]
    private let status: ReadingStatus

    package init(channels: [Channel], status: ReadingStatus) {
        self.channels = channels
        self.status = status
    }

    package func readChannels(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(status)) }
    }
}

/// Consecutive channels of one sensor that are opened and read together.
private struct ReadingGroup {
    /// How often they are read; nil for every sample.
    let interval: Duration?

    /// Whether they are read in the background at each sample.
    let isBeside: Bool

    /// The component of channels that are read in the background, so that a chip that does not answer delays only its own.
    let component: String?

    var channels: ArraySlice<Channel>

    /// Splits a sensor's channels, keeping their order.
    static func groups(
        of channels: [Channel], _ sensorInterval: Duration?, usesThreads: Bool
    ) -> [ReadingGroup] {
        var groups: [ReadingGroup] = []
        for (index, channel) in channels.enumerated() {
            let interval = channel.readingInterval ?? sensorInterval
            // A sensor that is slow as a whole is read as one group.
            let isBeside = interval == nil && channel.mayBlock && usesThreads
            let isAlone = isBeside || interval != sensorInterval
            let group = ReadingGroup(
                interval: interval, isBeside: isBeside, component: isAlone ? channel.component.id : nil,
                channels: channels[index...index])
            if let last = groups.last, last.interval == interval, last.isBeside == isBeside,
                last.component == group.component
            {
                groups[groups.count - 1].channels = channels[last.channels.startIndex...index]
            } else {
                groups.append(group)
            }
        }
        return groups
    }
}

extension SensorReader {
    /// Reads every channel once and stamps each reading with an instant; always returns `count` readings.
    package mutating func readings(_ count: Int, stampedAt instant: SampleInstant) -> [Reading] {
        var readings: [Reading] = []
        readings.reserveCapacity(count)
        readings.append(addingCapacity: count) { readChannels(into: &$0) }
        while readings.count < count { readings.append(.missing(.absent)) }
        return readings.map { $0.stamped(at: instant) }
    }
}
