package import PowerSensorsCore

/// A topology, and each sensor with the channels that it is to open.
package struct BoundSensors: Sendable {
    /// The components, channels and findings.
    package let topology: Topology

    /// The sensors, each with its channels, in the topology's order.
    package let sensors: [(sensor: any Sensor, channels: [Channel])]

    /// The sensors' fingerprints from before the discovery.
    package let fingerprints: [Int?]

    /// The identities of channels that an earlier discovery found and this one did not, see ``AbsentParts``.
    package var absent: Set<String> { (sensors.last?.sensor as? AbsentParts)?.ids ?? [] }

    /// Splits the topology's channels by sensor.
    init(_ topology: Topology, _ sensors: [any Sensor], fingerprints: [Int?]) {
        self.topology = topology
        self.fingerprints = fingerprints
        var rest = topology.channels[...]
        self.sensors = zip(sensors, topology.channelCounts).map { sensor, count in
            defer { rest = rest.dropFirst(count) }
            return (sensor, Array(rest.prefix(count)))
        }
    }
}
