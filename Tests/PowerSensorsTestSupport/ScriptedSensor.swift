package import PowerSensors

/// A sensor whose readings a test sets.
package final class ScriptedSensor: Sensor {
    package let name: SensorName
    package let channels: [Channel]
    private let shown: Locked<[Reading]>

    package init(_ name: String = "scripted", channels: [Channel]) {
        self.name = SensorName(name)
        self.channels = channels
        shown = Locked(channels.map { _ in .missing(.absent) })
    }

    package func show(_ readings: Reading...) { shown.withLock { $0 = readings } }

    package func show(_ readings: [Reading]) { shown.withLock { $0 = readings } }

    package func show(_ values: [Double]) { shown.withLock { $0 = values.map { .value($0) } } }

    package func discover() -> Discovery { Discovery(channels: channels) }

    package func open(_ channels: [Channel]) -> any SensorReader { Reader(sensor: self, channels: channels) }

    private struct Reader: SensorReader {
        let sensor: ScriptedSensor
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) {
            let shown = sensor.shown.withLock { $0 }
            for reading in shown.prefix(channels.count) { readings.append(reading) }
        }
    }
}

extension Channel {
    /// A counter of 2⁻¹⁴ J in 32 bits, part of `cpu`.
    package static func counter(
        _ id: String, of sensor: String = "scripted", scope: Scope? = .cpu, domain: String = "package"
    ) -> Channel {
        var component = Component(id: id, kind: .domain)
        component.domain = domain
        var channel = Channel(
            id: "\(sensor)/\(id)",
            sensor: SensorName(sensor),
            mechanism: "script",
            quantity: .energy,
            encoding: .counter(.counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max))),
            component: component
        )
        channel.countsIn = scope
        return channel
    }
}
