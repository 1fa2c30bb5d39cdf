import PowerSensors

/// Reads events, one `pread` each.
struct EventReader: SensorReader {
    let channels: [Channel]
    // A monitor's thread runs there if it may, so that its reads interrupt no other processor.
    let preferredProcessor: Int?
    private let counts: [EventCount]

    init(_ channels: [Channel]) {
        self.channels = channels
        let events = channels.map { $0.handle?.value(as: EventSensor.Event.self) }
        preferredProcessor = events.lazy.compactMap { $0?.processor }.first
        counts = events.map { EventCount(path: $0?.path ?? "") }
    }

    func read(into readings: inout OutputSpan<Reading>) {
        for count in counts { readings.append(count.reading()) }
    }

    // A new generation of the topology goes on with what is open, so nothing is lost between the two.
    func resume(from previous: any SensorReader) {
        guard let previous = previous as? EventReader else { return }
        for (channel, count) in zip(channels, counts) {
            guard let index = previous.channels.firstIndex(where: { $0.id == channel.id }) else { continue }
            count.resume(from: previous.counts[index])
        }
    }
}

/// What one event has counted since its first reading, or since the first one after a failure.
private final class EventCount {
    private let file: CounterFile
    private var origin: UInt64?

    init(path: String) { file = CounterFile(path) }

    func resume(from other: EventCount) { origin = other.origin }

    func reading() -> Reading {
        switch file.read() {
        case .success(let number):
            if let origin { return .count(number &- origin) }
            origin = number
            // It has nothing to do with an earlier count: the library must not subtract the two.
            return .newCount(0)
        case .failure(let failure):
            origin = nil
            return .missing(failure.status)
        }
    }
}
