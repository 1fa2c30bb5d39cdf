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
        for (sensor, channels) in discovered.sensors where !channels.isEmpty {
            readers.append((open(sensor, channels, slow), channels.count))
        }
    }

    private mutating func open(
        _ sensor: any Sensor, _ channels: [Channel], _ slow: SlowReading
    ) -> any SensorReader {
        do {
            guard let interval = sensor.refreshInterval else { return try sensor.open(channels) }
            switch slow {
            case .whenDue: return DueReader(try sensor.open(channels), channels, every: interval)
            case .besides(let lane): return lane.add(sensor, channels, every: interval)
            }
        } catch {
            findings.append(
                Finding(severity: .error, subject: sensor.name.name, reason: "failed", text: "\(error)"))
            let status = (error as? AttributeError)?.status ?? .absent
            return UnopenedReader(channels: channels, status: status)
        }
    }

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

/// Stands for a sensor that was discovered and could not be opened.
private struct UnopenedReader: SensorReader {
    let channels: [Channel]
    let status: ReadingStatus

    func read(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(status)) }
    }
}

/// Reads a slow sensor only when it is due, and repeats what it said until then.
private struct DueReader: SensorReader {
    private var reader: any SensorReader
    private let interval: Duration
    private var dueNanoseconds: Int64 = .min
    private var held: [Reading] = []

    let channels: [Channel]

    init(_ reader: any SensorReader, _ channels: [Channel], every interval: Duration) {
        self.reader = reader
        self.channels = channels
        self.interval = interval
    }

    mutating func read(into readings: inout OutputSpan<Reading>) {
        let now = SampleInstant.now
        if now.boottimeNanoseconds >= dueNanoseconds {
            dueNanoseconds = now.advanced(by: interval).boottimeNanoseconds
            held = reader.readings(channels.count, stampedAt: now)
        }
        for reading in held { readings.append(reading) }
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
