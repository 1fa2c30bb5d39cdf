/// Looks for what came to a machine while it is sampled.
///
/// What only went makes no generation: it stays `absent`, and the figure it is a part of `partial`, until it is back: on
/// its old path, which the reader sees by itself, or on another, which takes a new discovery. What may be missing from that
/// is the rule of ``AbsentParts``. The estimator is no measurement, and is no reason.
package struct Rediscovery {
    private let sensors: SensorSet
    private var discovered: DiscoveredSensors
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
        self.discovered = discovered
        marks = discovered.marks
        self.interval = interval.wholeNanoseconds
        nextLook = now &+ self.interval
    }

    /// Looks where it is due, and discovers anew where a sensor says that it is worth its while.
    ///
    /// - Returns: The next generation; nil where it would have nothing that this one has not.
    package mutating func look(at now: Int64) -> DiscoveredSensors? {
        guard now >= nextLook else { return nil }
        nextLook = now &+ interval
        let seen = sensors.discoveryMarks()
        guard seen != marks else { return nil }
        // What changes while it is looked at is noticed the next time.
        marks = seen
        let found = sensors.discover(after: discovered)
        // What is found as it was has nothing that its readers do not see by themselves.
        guard !Self.sources(of: found).isSubset(of: Self.sources(of: discovered)) else { return nil }
        discovered = found
        return found
    }

    /// Where everything is read from, and what must not be: a right that is given may give another figure to show first.
    private static func sources(of discovered: DiscoveredSensors) -> Set<[String?]> {
        let absent = discovered.absent
        let measured = discovered.topology.channels.filter { $0.provenance != .estimated && !absent.contains($0.id) }
        return Set(measured.map { [$0.id, $0.mechanism, $0.path, $0.status == .forbidden ? "forbidden" : nil] })
    }
}
