package import PowerSensorsCore

/// Finds the spikes of the headline figure in a monitor's snapshots.
package struct SpikeWatch: Sendable {
    private let rule: SpikeRule
    private let usualPower: (@Sendable (Scope, Int64) -> Watts?)?
    private var detector: SpikeDetector?
    /// The figure that is watched: its scope, and the channels that it is the sum of.
    private var figure: (generation: Int, scope: Scope, channels: [String])?

    package init?(_ configuration: MonitorConfiguration) {
        guard let rule = configuration.spikes else { return nil }
        self.rule = rule
        usualPower = configuration.usualPower
    }

    /// Records a snapshot, and returns the spike that begins or ends with it.
    ///
    /// A mean over a suspend says nothing of a machine at work, so it is neither a spike nor part of the baseline.
    package mutating func record(_ snapshot: Snapshot) -> SpikeDetector.Change? {
        guard let host = snapshot.headline else { return nil }
        if let over = follow(host, of: snapshot.topology) { return over }
        guard let power = host.power, let interval = snapshot.interval, !snapshot.includesSuspend else { return nil }
        return detector?.record(
            power, over: interval, until: snapshot.instant,
            // An estimate's band is about its level, which the baseline shares.
            least: host.provenance == .estimated ? nil : host.low,
            usual: usualPower?(host.scope, snapshot.timeNanoseconds))
    }

    /// Starts over if the figure is no longer the sum of the same channels, and returns the spike that is over then. A new
    /// generation alone changes nothing.
    private mutating func follow(_ host: HostSnapshot, of topology: Topology) -> SpikeDetector.Change? {
        if let figure, figure.generation == topology.generation, figure.scope == host.scope { return nil }
        let channels = topology.channels.filter { $0.countsIn == host.scope }.map(\.id)
        let isSame = figure?.scope == host.scope && figure?.channels == channels
        figure = (topology.generation, host.scope, channels)
        if isSame { return nil }
        let over = detector?.end()
        detector = SpikeDetector(rule, of: host)
        return over
    }
}
