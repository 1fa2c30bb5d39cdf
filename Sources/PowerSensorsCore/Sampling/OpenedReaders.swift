/// The opened readers of one topology, and the buffer that holds their readings.
package struct OpenedReaders: ~Copyable {
    /// A reader whose channels are read on every sample, directly or from the background readers' latest readings.
    private struct Entry {
        let sensor: SensorName
        var reader: any SensorReader
        let count: Int
    }

    package let topology: Topology
    private let usesThreads: Bool
    private let background = BackgroundReaders()
    /// Whether there are slow sources that the calling thread reads.
    private var readsSlowSources = false
    private var buffer: ReadingBuffer
    private var entries: [Entry] = []
    private var failures: [Finding] = []

    /// Opens the channels of every sensor.
    ///
    /// - Parameters:
    ///   - topology: The topology that the channels belong to.
    ///   - sensors: Each sensor with its channels, in the topology's order.
    ///   - usesThreads: Whether slow sources are read on separate threads, which ``startBackground()`` starts.
    ///     Otherwise they are read on the calling thread, when they are due.
    package init(
        _ topology: Topology, _ sensors: [(sensor: any Sensor, channels: [Channel])], usesThreads: Bool
    ) {
        self.topology = topology
        self.usesThreads = usesThreads
        buffer = ReadingBuffer(count: topology.channels.count)
        for (sensor, channels) in sensors {
            for group in ReadingGroup.groups(of: channels, sensor.readingInterval) {
                let reader = open(sensor, group)
                entries.append(Entry(sensor: sensor.name, reader: reader, count: group.channels.count))
            }
        }
    }

    deinit { background.stop() }

    private mutating func open(_ sensor: any Sensor, _ group: ReadingGroup) -> any SensorReader {
        let channels = Array(group.channels)
        if let interval = group.interval {
            readsSlowSources = !usesThreads
            return background.add(sensor, channels, every: interval)
        }
        do {
            return try sensor.open(channels)
        } catch {
            return UnopenedReader(channels: channels, status: failures.recordFailure(of: sensor, error))
        }
    }

    /// Why sensors could not be opened.
    package var findings: [Finding] {
        failures + background.findings.filter { !failures.contains($0) }
    }

    /// Starts the threads that read slow sources, if there are any.
    package func startBackground() {
        guard usesThreads else { return }
        // If no thread can be started, slow sources stay at warming_up and everything else works.
        try? background.start()
    }

    /// Waits a moment for the slow sources' first readings.
    package func waitForFirstReadings() {
        if usesThreads { background.waitForFirstReadings(atMost: 200) }
    }

    /// Stops the threads without waiting for reads in progress.
    package func stopBackground() { background.stop(waiting: .zero) }

    /// Continues the counts of the readers of the previous topology, which must not be read afterwards.
    package func resume(from previous: borrowing OpenedReaders) {
        for entry in entries {
            for other in previous.entries where other.sensor == entry.sensor { entry.reader.resume(from: other.reader) }
        }
    }

    /// The processor on which reading is cheapest; nil if it does not matter.
    package var preferredProcessor: Int? { entries.lazy.compactMap(\.reader.preferredProcessor).first }

    /// Reads every channel once. No allocation.
    package mutating func read(_ now: (() -> SampleInstant)?) -> SampleInfo {
        if readsSlowSources { background.readDue() }
        let began = now?() ?? .now
        var first = 0
        for index in entries.indices {
            let count = entries[index].count
            buffer.fill(from: first, count: count, by: &entries[index].reader)
            first += count
        }
        return SampleInfo(generation: topology.generation, began: began, ended: now?() ?? .now(after: began))
    }

    /// Adds the latest sample to an accumulator. No allocation.
    package func record(_ info: SampleInfo, in accumulator: inout ChannelAccumulator) {
        buffer.withSpan { accumulator.record($0, began: info.began, ended: info.ended) }
    }

    /// Calls `body` with the readings of the latest sample.
    package func withReadings<Result, Failure: Error>(
        _ body: (Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try buffer.withSpan(body)
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

    package func read(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(status)) }
    }
}

/// Consecutive channels of one sensor with the same interval, which are opened and read together.
private struct ReadingGroup {
    /// How often they are read; nil for every sample.
    let interval: Duration?

    /// The component of slow channels, so that a chip that does not answer delays only its own channels.
    private let component: String?

    var channels: ArraySlice<Channel>

    /// Splits a sensor's channels, keeping their order.
    static func groups(of channels: [Channel], _ sensorInterval: Duration?) -> [ReadingGroup] {
        var groups: [ReadingGroup] = []
        for (index, channel) in channels.enumerated() {
            let interval = channel.readingInterval ?? sensorInterval
            // A sensor that is slow as a whole is read as one group.
            let component = interval == sensorInterval ? nil : channel.component.id
            if let last = groups.last, last.interval == interval, last.component == component {
                groups[groups.count - 1].channels = channels[last.channels.startIndex...index]
            } else {
                groups.append(
                    ReadingGroup(interval: interval, component: component, channels: channels[index...index]))
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
        readings.append(addingCapacity: count) { read(into: &$0) }
        while readings.count < count { readings.append(.missing(.absent)) }
        return readings.map { $0.stamped(at: instant) }
    }
}
