/// A reader whose reads cost least on one processor.
package protocol ProcessorBound {
    /// The processor; nil where it does not matter.
    var processor: Int? { get }
}

/// Reads channels of several mechanisms, each by its own reader, and puts the readings into the channels' order.
struct RaplReader: SensorReader, ProcessorBound, EventReader {
    private struct Part {
        var reader: any SensorReader
        let places: [Int]
        var readings: [Reading] = []

        /// Reads its channels into the places that they have among all.
        mutating func read(into all: inout [Reading]) {
            readings.removeAll(keepingCapacity: true)
            readings.append(addingCapacity: places.count) { reader.read(into: &$0) }
            for index in places.indices { all[places[index]] = readings[index] }
        }
    }

    let channels: [Channel]
    private var parts: [Part] = []
    private var readings: [Reading]

    /// A reader of the channels: that of their mechanism, where they have only one.
    static func reader(
        of channels: [Channel], by open: (RaplMechanism, [Channel]) -> any SensorReader
    ) -> any SensorReader {
        let reader = RaplReader(channels, by: open)
        return reader.parts.count == 1 ? reader.parts[0].reader : reader
    }

    private init(_ channels: [Channel], by open: (RaplMechanism, [Channel]) -> any SensorReader) {
        self.channels = channels
        readings = channels.map { _ in .missing(.absent) }
        for mechanism in RaplMechanism.byPreference {
            let places = channels.indices.filter { channels[$0].mechanism == mechanism.name }
            if places.isEmpty { continue }
            let reader = open(mechanism, places.map { channels[$0] })
            parts.append(Part(reader: reader, places: places))
        }
    }

    var processor: Int? { parts.lazy.compactMap { ($0.reader as? any ProcessorBound)?.processor }.first }

    var groups: [PerfGroup] { parts.flatMap { ($0.reader as? any EventReader)?.groups ?? [] } }

    mutating func read(into output: inout OutputSpan<Reading>) {
        for index in parts.indices { parts[index].read(into: &readings) }
        for index in readings.indices { output.append(readings[index]) }
    }
}
