import PowerSensors

/// Reads events, one `pread` each.
struct EventReader: SensorReader {
    let channels: [Channel]
    // A monitor's thread runs there if it may, so that its reads interrupt no other processor.
    let preferredProcessor: Int?
    private let counts: [EventCount]

    init(_ channels: [Channel], processor: Int?) {
        self.channels = channels
        preferredProcessor = processor
        counts = channels.map { EventCount(path: $0.handle?.value(as: String.self) ?? "") }
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
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
