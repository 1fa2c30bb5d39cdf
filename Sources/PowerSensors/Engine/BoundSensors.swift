package import PowerSensorsCore

/// The result of a discovery: a topology, and each sensor bound to those of its channels that it is to open.
package struct BoundSensors: Sendable {
    /// The components, channels and findings.
    package let topology: Topology

    /// The sensors, each with its channels, in the topology's order.
    package let sensors: [(sensor: any Sensor, channels: [Channel])]

    /// The sensors' fingerprints (``Sensor/discoveryFingerprint()``), taken before the discovery: a change during it is then
    /// noticed afterwards.
    package let fingerprints: [Int?]

    /// What a sensor has found, and its fingerprint from before that.
    struct Answer: Sendable {
        let fingerprint: Int?
        let discovery: Discovery
    }

    /// The latest answer of each sensor of the configured ``SensorSet``; nil if it has never answered.
    var answers: [Answer?] = []

    /// The threads on which sensors are being discovered; empty if that happens on the calling thread.
    var threads: [ThreadedWork<Answer>] = []

    /// The sensors that have not answered in time.
    var unanswered: Set<SensorName> = []

    /// Whether a sensor has not answered in time, or its answer is from before the latest change.
    package var isUnfinished: Bool {
        !unanswered.isEmpty || zip(answers, fingerprints).contains { $0 != nil && $0?.fingerprint != $1 }
    }

    /// The identities of channels that an earlier discovery found and this one did not, see ``AbsentParts``.
    package internal(set) var absent: Set<String> = []

    /// Splits the topology's channels by sensor.
    init(_ topology: Topology, _ sensors: [any Sensor], fingerprints: [Int?]) {
        self.topology = topology
        self.fingerprints = fingerprints
        var rest = topology.channels[...]
        var bound: [(sensor: any Sensor, channels: [Channel])] = []
        for (sensor, count) in zip(sensors, topology.channelCounts) {
            bound.append((sensor, Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        self.sensors = bound
    }
}
