import PowerSensorsCore

/// Decides when a new generation begins while a machine is sampled.
///
/// A generation is the time during which the topology of one discovery is sampled. A new one begins when something can be
/// measured that could not be measured before, or when the estimator becomes needed or unneeded.
///
/// A channel that disappears does not begin a generation: it stays `absent`, and its host figure `partial`, until it returns,
/// either on the same path, which its reader notices, or on another one, which needs a new discovery. ``AbsentParts`` decides
/// which channels stay; while one is absent, no estimate replaces its figure.
package struct Rediscovery: Sendable {
    private let sensors: SensorSet
    private var bound: BoundSensors
    private var fingerprints: [Int?]
    private let limit: Duration?
    /// The latest discovery, which may not have begun a generation.
    private var latest: BoundSensors
    private var grid: TimeGrid
    /// The checks that are due only while a part of a figure is missing.
    private var urgentGrid: TimeGrid

    /// Starts with the result of a discovery.
    ///
    /// - Parameters:
    ///   - sensors: The sensors.
    ///   - bound: What they found.
    ///   - now: The monotonic time in nanoseconds, as for ``check(at:)``.
    ///   - interval: The time between two checks; zero for no checks.
    ///   - limit: How long to wait for the sensors at a discovery, see ``SensorSet/bind(after:within:)``.
    package init(
        _ sensors: SensorSet, _ bound: BoundSensors, at now: Int64, every interval: Duration = .seconds(10),
        within limit: Duration? = nil
    ) {
        self.sensors = sensors
        self.bound = bound
        fingerprints = bound.fingerprints
        self.limit = limit
        latest = bound
        let nanoseconds = interval.wholeNanoseconds
        grid = TimeGrid(from: nanoseconds > 0 ? now &+ nanoseconds : .max, every: nanoseconds)
        let urgent = min(nanoseconds, 2_000_000_000)
        urgentGrid = TimeGrid(from: nanoseconds > 0 ? now &+ urgent : .max, every: urgent)
    }

    /// Whether a check would be due if a part of a figure were missing, which happens every 2 s or more often. If it would
    /// be, the next one is due an interval later.
    package mutating func advanceIfUrgent(at now: Int64) -> Bool { urgentGrid.advanceIfDue(at: now) }

    /// If a check is due, compares the sensors' fingerprints, and runs a discovery if one of them has changed.
    ///
    /// - Parameters:
    ///   - now: The monotonic time in nanoseconds.
    ///   - isPartMissing: Whether to check even if that is not due yet.
    /// - Returns: The next generation; nil if the current one continues.
    package mutating func check(at now: Int64, isPartMissing: Bool = false) -> BoundSensors? {
        advanceIfDue(at: now, isPartMissing: isPartMissing) ? run() : nil
    }

    /// Whether a check is due, or a part is missing. After one that was due, the next one is due an interval later.
    mutating func advanceIfDue(at now: Int64, isPartMissing: Bool) -> Bool {
        grid.advanceIfDue(at: now) || isPartMissing
    }

    /// Whether a sensor has not answered at the latest discovery.
    var isUnfinished: Bool { latest.isUnfinished }

    /// How often a discovery is run at most in one check, if the machine changes each time.
    private static let mostDiscoveries = 3

    /// Runs a check, which is slow where a sensor is.
    ///
    /// While a processor or a driver comes back, what belongs to it appears step by step. A discovery in between may find a
    /// counter's second-best mechanism and not yet its best one, and each change of mechanism leaves the energy between the two
    /// open. So what was found begins a generation if nothing has changed meanwhile, or if it is the third discovery, or if a sensor
    /// does not answer, for which a discovery waits.
    mutating func run() -> BoundSensors? {
        let current = sensors.discoveryFingerprints()
        guard current != fingerprints || isUnfinished else { return nil }
        for _ in 0..<Self.mostDiscoveries {
            latest = sensors.bind(after: bound, latest: latest, within: limit)
            // These are from before the discovery, so a change during it is noticed at the next check.
            fingerprints = latest.fingerprints
            guard beginsGeneration(latest) else { return nil }
            if isUnfinished || sensors.discoveryFingerprints() == fingerprints { break }
        }
        bound = latest
        return latest
    }

    private func beginsGeneration(_ found: BoundSensors) -> Bool {
        // Its finding comes or goes.
        if found.unanswered != bound.unanswered { return true }
        // If every source is already known, the readers notice changes themselves.
        if !found.measuredSources.isSubset(of: bound.measuredSources) { return true }
        return found.absent.isEmpty && found.estimates != bound.estimates
    }
}

extension BoundSensors {
    /// What is measured and where, and whether it is forbidden, since a new permission may change the headline figure. A
    /// source that is awake counts as one that sleeps, too: falling asleep is not new, but waking is, since only then the
    /// source's name and labels can be read.
    fileprivate var measuredSources: Set<[String?]> {
        let absent = absent
        let measured = topology.channels.filter { $0.provenance != .estimated && !absent.contains($0.id) }
        return Set(
            measured.flatMap { channel -> [[String?]] in
                let source = [channel.id, channel.mechanism, channel.path]
                return switch channel.status {
                case .forbidden: [source + ["forbidden"]]
                case .asleep: [source + ["asleep"]]
                default: [source + [nil], source + ["asleep"]]
                }
            })
    }

    /// The identities of the channels that are estimated.
    fileprivate var estimates: Set<String> {
        Set(topology.channels.lazy.filter { $0.provenance == .estimated }.map(\.id))
    }
}
