import PowerSensorsCore

/// Reads channels of several mechanisms with each mechanism's own reader, and returns the readings in the channels'
/// order.
struct RAPLReader: SensorReader, EventGroups {
    private struct Part {
        var reader: any SensorReader
        /// Where its readings belong among all.
        let indices: [Int]
        var readings: [Reading] = []

        mutating func read(into all: inout [Reading]) {
            readings.removeAll(keepingCapacity: true)
            readings.append(addingCapacity: indices.count) { reader.read(into: &$0) }
            for index in indices.indices { all[indices[index]] = readings[index] }
        }
    }

    let channels: [Channel]
    private var parts: [Part] = []
    private var readings: [Reading]

    /// The mechanism's own reader, if the channels share one mechanism.
    var onlyReader: (any SensorReader)? { parts.count == 1 ? parts[0].reader : nil }

    init(_ channels: [Channel], by open: (RAPLMechanism, [Channel]) -> any SensorReader) {
        self.channels = channels
        readings = channels.map { _ in .missing(.absent) }
        for mechanism in RAPLMechanism.all {
            let indices = channels.indices.filter { channels[$0].mechanism == mechanism.name }
            if indices.isEmpty { continue }
            parts.append(Part(reader: open(mechanism, indices.map { channels[$0] }), indices: indices))
        }
    }

    var preferredProcessor: Int? { parts.lazy.compactMap(\.reader.preferredProcessor).first }

    var groups: [PerfGroup] { parts.flatMap { ($0.reader as? any EventGroups)?.groups ?? [] } }

    func resume(from previous: any SensorReader) {
        for part in parts { part.reader.resume(from: previous) }
    }

    mutating func read(into output: inout OutputSpan<Reading>) {
        for index in parts.indices { parts[index].read(into: &readings) }
        for index in readings.indices { output.append(readings[index]) }
    }
}
