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
    private(set) var readings: [Reading] = []
    private var readers: [any SensorReader] = []
    /// How many readings each reader gives. To ask it on every sample would copy it, and count references.
    private var counts: [Int] = []

    init(_ discovered: DiscoveredSensors, slow: SlowReading = .whenDue) {
        topology = discovered.topology
        for sensor in discovered.sensors {
            let channels = topology.channels.filter { $0.sensor == sensor.name }
            if channels.isEmpty { continue }
            let reader = Self.open(sensor, channels, slow)
            readers.append(reader)
            counts.append(reader.channels.count)
        }
        readings.reserveCapacity(topology.channels.count)
    }

    private static func open(_ sensor: any Sensor, _ channels: [Channel], _ slow: SlowReading) -> any SensorReader {
        do {
            if let interval = sensor.refreshInterval {
                switch slow {
                case .whenDue: return DueReader(try sensor.open(channels), every: interval)
                case .besides(let lane): return lane.add(sensor, channels, every: interval)
                }
            }
            return try sensor.open(channels)
        } catch {
            return UnopenedReader(channels: channels)
        }
    }

    /// Reads every channel once. No allocation.
    mutating func read(_ now: (() -> SampleInstant)? = nil) -> SampleInfo {
        let began = now?() ?? .now
        readings.removeAll(keepingCapacity: true)
        for index in readers.indices {
            let count = counts[index]
            let expected = readings.count + count
            readings.append(addingCapacity: count) { readings in
                readers[index].read(into: &readings)
            }
            // A reader that appends too little would shift every channel after its own.
            while readings.count < expected { readings.append(.missing(.absent)) }
        }
        return SampleInfo(generation: topology.generation, began: began, ended: now?() ?? .now(after: began))
    }
}

/// Stands for a sensor that was discovered and could not be opened.
private struct UnopenedReader: SensorReader {
    let channels: [Channel]

    func read(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(.absent)) }
    }
}

/// Reads a slow sensor only when it is due, and repeats what it said until then.
private struct DueReader: SensorReader {
    private var reader: any SensorReader
    private let interval: Duration
    private var dueNanoseconds: Int64 = .min
    private var held: [Reading] = []

    init(_ reader: any SensorReader, every interval: Duration) {
        self.reader = reader
        self.interval = interval
    }

    var channels: [Channel] { reader.channels }

    mutating func read(into readings: inout OutputSpan<Reading>) {
        let now = SampleInstant.now
        if now.boottimeNanoseconds >= dueNanoseconds {
            dueNanoseconds = now.advanced(by: interval).boottimeNanoseconds
            held = reader.readings(stampedAt: now)
        }
        for reading in held { readings.append(reading) }
    }
}

extension SensorReader {
    /// One reading of every channel, each stamped with an instant; exactly as many as there are channels.
    mutating func readings(stampedAt instant: SampleInstant) -> [Reading] {
        let count = channels.count
        var readings: [Reading] = []
        readings.reserveCapacity(count)
        readings.append(addingCapacity: count) { read(into: &$0) }
        while readings.count < count { readings.append(.missing(.absent)) }
        return readings.map { $0.stamped(at: instant) }
    }
}
