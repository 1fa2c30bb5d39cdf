import PowerSensors

/// What a `powersensors_monitor` points to.
final class MonitorObject: Sendable {
    private let monitor: PowerMonitor
    /// Those of the latest snapshot's topology.
    private let strings: Guarded<TopologyStrings>

    /// Starts sampling.
    ///
    /// - Parameters:
    ///   - options: What to open.
    ///   - interval: The interval of the latest snapshot in seconds.
    init(_ options: OpenOptions, interval: Double) throws(SamplerError) {
        let interval = Duration.seconds(interval)
        var configuration = MonitorConfiguration(
            sensors: options.sensors, interval: min(interval, .seconds(1)), latestInterval: interval,
            headlineScope: options.scope)
        // There is nobody to tell of them.
        configuration.spikes = nil
        monitor = try PowerMonitor(configuration)
        strings = Guarded(TopologyStrings(monitor.topology))
    }

    /// The latest snapshot; nil before the first sample.
    func latest() -> SnapshotObject? {
        monitor.latest().map { snapshot in
            let strings = strings.withLock { strings in
                if strings.generation != snapshot.topology.generation { strings = TopologyStrings(snapshot.topology) }
                return strings
            }
            return SnapshotObject(snapshot, strings)
        }
    }

    /// The finding of the latest discovery with an index; nil if there is none.
    func finding(_ index: Int) -> Finding? {
        let findings = monitor.topology.findings
        return findings.indices.contains(index) ? findings[index] : nil
    }

    func stop() { monitor.stop() }
}
