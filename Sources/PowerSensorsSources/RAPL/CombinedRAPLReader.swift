import PowerSensorsCore

/// Combines the readers of several mechanisms (perf, powercap, MSR) into one: each mechanism's reader reads its own
/// channels, and the readings are returned in the order of all channels.
struct CombinedRAPLReader: SensorReader, EventGroups {
    /// One mechanism's reader.
    private struct Part {
        var reader: any SensorReader
        /// For each of its readings, the index of its channel among all channels.
        let indices: [Int]
        var readings: [Reading] = []

        mutating func read(into all: inout [Reading]) {
            readings.removeAll(keepingCapacity: true)
            readings.append(addingCapacity: indices.count) { reader.readChannels(into: &$0) }
            for index in indices.indices { all[indices[index]] = readings[index] }
        }
    }

    let channels: [Channel]
    private var parts: [Part] = []
    private var readings: [Reading]

    /// The reader of the only mechanism, if all channels use the same one; else nil.
    var onlyReader: (any SensorReader)? { parts.count == 1 ? parts[0].reader : nil }

    /// Opens the channels, calling `open` once for each mechanism with its channels.
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

    mutating func readChannels(into output: inout OutputSpan<Reading>) {
        for index in parts.indices { parts[index].read(into: &readings) }
        for index in readings.indices { output.append(readings[index]) }
    }
}
