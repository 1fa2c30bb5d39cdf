package import PowerSensorsCore

/// Finds the spikes of the headline figure in a monitor's snapshots.
package struct SpikeWatch {
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
        follow(host, of: snapshot.topology)
        guard let power = host.power, let interval = snapshot.interval, !snapshot.includesSuspend else { return nil }
        return detector?.record(
            power, over: interval, until: snapshot.instant, usual: usualPower?(host.scope, snapshot.timeNanoseconds))
    }

    /// Begins anew if the figure is no longer the sum of the same channels. A new generation alone changes nothing.
    private mutating func follow(_ host: HostSnapshot, of topology: Topology) {
        if let figure, figure.generation == topology.generation, figure.scope == host.scope { return }
        let channels = topology.channels.filter { $0.countsIn == host.scope }.map(\.id)
        if figure?.scope != host.scope || figure?.channels != channels { detector = SpikeDetector(rule, of: host) }
        figure = (topology.generation, host.scope, channels)
    }
}
