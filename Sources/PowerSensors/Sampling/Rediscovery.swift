/// Looks for what came to a machine while it is sampled, and lets go of nothing that went.
///
/// A channel that went stays `absent`, and the figure it is a part of `partial`, until it is back: on its old path, which
/// the reader sees by itself, or on another, which takes a new discovery. So a new generation has every measured channel
/// of the one before, and something besides. The estimator is no measurement, and gives way.
package struct Rediscovery {
    private let sensors: SensorSet
    private var topology: Topology
    private var marks: [Int?]
    private let interval: Int64
    private var nextLook: Int64

    /// Begins with what a discovery of the sensors found.
    ///
    /// - Parameters:
    ///   - sensors: The sensors that were asked.
    ///   - discovered: What they found.
    ///   - now: Nanoseconds of the clock that ``look(at:)`` is given, too.
    ///   - interval: The time between two looks. A look lists the folders that the sensors discover in.
    package init(
        _ sensors: SensorSet, _ discovered: DiscoveredSensors, at now: Int64, every interval: Duration = .seconds(10)
    ) {
        self.sensors = sensors
        topology = discovered.topology
        marks = discovered.marks
        self.interval = interval.wholeNanoseconds
        nextLook = now &+ self.interval
    }

    /// Looks where it is due, and discovers anew where a sensor says that it is worth its while.
    ///
    /// - Returns: The next generation; nil where there is none, or where it would lack something.
    package mutating func look(at now: Int64) -> DiscoveredSensors? {
        guard now >= nextLook else { return nil }
        nextLook = now &+ interval
        let seen = sensors.discoveryMarks()
        guard seen != marks else { return nil }
        // What changes while it is looked at is noticed the next time.
        marks = seen
        let found = sensors.discover(generation: topology.generation + 1)
        let ids = Set(found.topology.channels.map(\.id))
        let measured = topology.channels.filter { $0.provenance != .estimated }
        guard !ids.isEmpty, measured.allSatisfy({ ids.contains($0.id) }) else { return nil }
        // What is found as it was has nothing that its readers do not see by themselves.
        guard Self.sources(of: found.topology) != Self.sources(of: topology) else { return nil }
        topology = found.topology
        return found
    }

    /// Where everything is read from, and what must not be: a right that is given may give another figure to show first.
    private static func sources(of topology: Topology) -> Set<[String?]> {
        Set(topology.channels.map { [$0.id, $0.mechanism, $0.path, $0.status == .forbidden ? "forbidden" : nil] })
    }
}
