/// The opened sensors of one topology, and the one buffer that their readings go to.
struct OpenedSensors: ~Copyable {
    /// How readers are read that say of themselves that they are slow.
    enum SlowReading {
        /// In the caller's thread, when they are due: a sampler starts no thread.
        case whenDue

        /// By a thread beside the one that samples.
        case besides(SlowLane)
    }

    let topology: Topology
    private var readings: ReadingBuffer
    private var readers: [(reader: any SensorReader, count: Int)] = []

    /// What kept a sensor from being opened.
    private(set) var findings: [Finding] = []

    init(_ discovered: DiscoveredSensors, slow: SlowReading = .whenDue) {
        topology = discovered.topology
        readings = ReadingBuffer(count: topology.channels.count)
        for (sensor, channels) in discovered.sensors {
            for group in ReadingGroup.groups(of: channels, sensor.refreshInterval) {
                readers.append((open(sensor, group, slow), group.channels.count))
            }
        }
    }

    private mutating func open(
        _ sensor: any Sensor, _ group: ReadingGroup, _ slow: SlowReading
    ) -> any SensorReader {
        let channels = Array(group.channels)
        do {
            guard let interval = group.interval else { return try sensor.open(channels) }
            switch slow {
            case .whenDue: return DueReader(try sensor.open(channels), channels, every: interval)
            case .besides(let lane): return lane.add(sensor, channels, every: interval)
            }
        } catch {
            let finding = Finding(severity: .error, subject: sensor.name.name, reason: "failed", text: "\(error)")
            // One of several groups fails as the others do.
            if !findings.contains(finding) { findings.append(finding) }
            let status = (error as? AttributeError)?.status ?? .absent
            return UnopenedReader(channels: channels, status: status)
        }
    }

    /// Goes on with those of another generation's counters that would begin anew. That one must not be read any more.
    func takeOver(from old: borrowing OpenedSensors) {
        let known = old.groups
        for group in groups {
            if let same = known.first(where: { $0.scope == group.scope }) { group.takeOver(same) }
        }
    }

    private var groups: [PerfGroup] { readers.flatMap { ($0.reader as? any EventReader)?.groups ?? [] } }

    /// The processor that it is cheapest to read from; nil where it does not matter.
    var processor: Int? { readers.lazy.compactMap { ($0.reader as? any ProcessorBound)?.processor }.first }

    /// Reads every channel once. No allocation.
    mutating func read(_ now: (() -> SampleInstant)? = nil) -> SampleInfo {
        let began = now?() ?? .now
        var first = 0
        for index in readers.indices {
            let count = readers[index].count
            readings.fill(from: first, count: count, by: &readers[index].reader)
            first += count
        }
        return SampleInfo(generation: topology.generation, began: began, ended: now?() ?? .now(after: began))
    }

    /// Lends the readings of the last sample for one call.
    func withReadings<Result, Failure: Error>(
        _ body: (Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try readings.withSpan(body)
    }
}

/// Stands for channels that nothing was opened for.
struct UnopenedReader: SensorReader {
    let channels: [Channel]
    let status: ReadingStatus

    func read(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(status)) }
    }
}

/// Channels of one sensor that are opened and read together, since they follow each other and have one rhythm.
private struct ReadingGroup {
    /// How often they are read; nil for every sample.
    let interval: Duration?

    /// The component whose slow channels they are. A chip that does not answer holds up its own channels only.
    private let component: String?

    var channels: ArraySlice<Channel>

    /// Splits a sensor's channels, keeping their order.
    static func groups(of channels: [Channel], _ sensorInterval: Duration?) -> [ReadingGroup] {
        var groups: [ReadingGroup] = []
        for (index, channel) in channels.enumerated() {
            let interval = channel.readingInterval ?? sensorInterval
            // Where the whole sensor is slow, it is read as one.
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

/// Reads a slow source only when it is due, and repeats what it said until then.
private final class DueReader: SensorReader {
    private var reader: any SensorReader
    private let interval: Duration
    private var dueNanoseconds: Int64 = .min
    private var readAt = SampleInstant.now
    private var held: ReadingBuffer

    let channels: [Channel]

    init(_ reader: any SensorReader, _ channels: [Channel], every interval: Duration) {
        self.reader = reader
        self.channels = channels
        self.interval = interval
        held = ReadingBuffer(count: channels.count)
    }

    func read(into readings: inout OutputSpan<Reading>) {
        let now = SampleInstant.now
        if now.boottimeNanoseconds >= dueNanoseconds {
            dueNanoseconds = now.advanced(by: interval).boottimeNanoseconds
            readAt = now
            held.fill(from: 0, count: channels.count, by: &reader)
        }
        held.append(to: &readings, stampedAt: readAt)
    }
}

extension SensorReader {
    /// One reading of every channel, each stamped with an instant; exactly as many as were asked for.
    mutating func readings(_ count: Int, stampedAt instant: SampleInstant) -> [Reading] {
        var readings: [Reading] = []
        readings.reserveCapacity(count)
        readings.append(addingCapacity: count) { read(into: &$0) }
        while readings.count < count { readings.append(.missing(.absent)) }
        return readings.map { $0.stamped(at: instant) }
    }
}
