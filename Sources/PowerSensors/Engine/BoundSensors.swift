package import PowerSensorsCore

/// The result of a discovery: a topology, and each sensor with the channels that it is to open.
package struct BoundSensors: Sendable {
    /// The components, channels and findings.
    package let topology: Topology

    /// The sensors, each with its channels, in the topology's order.
    package let sensors: [(sensor: any Sensor, channels: [Channel])]

    /// The sensors' fingerprints (``Sensor/discoveryFingerprint()``), taken before the discovery: a change during it is then
    /// noticed afterwards.
    package let fingerprints: [Int?]

    /// What each sensor of the set has found.
    var discoveries: [Discovery] = []

    /// Where the sensors of the set are discovered; none for the calling thread.
    var threads: [ThreadedWork<Discovery>] = []

    /// Whether a sensor has not answered yet.
    var isUnfinished = false

    /// The identities of channels that an earlier discovery found and this one did not. ``AbsentParts`` holds them, which is
    /// always the last sensor, because it depends on what the others have found.
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
