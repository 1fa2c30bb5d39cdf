import PowerSensors

/// Our figures under the metric names that Scaphandre's dashboards read, in µW and µJ.
///
/// Its counters lack the `_total` suffix that OpenMetrics requires, so their type is `unknown`.
enum ScaphandreMetrics {
    /// The series of a topology.
    static func series(of topology: Topology) -> [MetricSeries] {
        var result: [MetricSeries] = []
        func add(_ name: String, _ help: String, _ labels: MetricLabels, _ source: MetricSeries.Source) {
            let family = MetricFamily(name, .unknown, prefix: "scaph_", help)
            let scaled = MetricSeries.Source { source.number($0, $1).map { $0 * 1e6 } }
            result.append(MetricSeries(family, labels, scaled))
        }
        if let index = topology.scopes.firstIndex(where: { $0 == topology.headlineScope }) {
            // If psys is readable, Scaphandre uses it as the host's power and adds this label.
            let source = topology.headlineScope == .platform ? "powercap_rapl_psys" : nil
            let labels = MetricLabels([("value_source", source)])
            add("host_power_microwatts", "Power of the host's headline figure.", labels, .hostPower(index))
            add("host_energy_microjoules", "Energy of the host's headline figure.", labels, .hostEnergy(index))
        }
        var domains: [Int: Int] = [:]
        for (index, channel) in topology.channels.enumerated() where channel.mirrorOf == nil {
            let isShare = channel.sensor == .share && channel.countsIn == .cpu
            guard channel.sensor == .rapl || isShare else { continue }
            guard let socket = channel.component.socket, let domain = channel.component.domain else { continue }
            if domain == "package" {
                if channel.component.die != nil { continue }
                let labels = MetricLabels([("socket_id", "\(socket)")])
                add("socket_power_microwatts", "Power of a processor package.", labels, .power(index))
                add("socket_energy_microjoules", "Energy of a processor package.", labels, .energy(index))
            } else if domain != "psys" {
                let number = domains[socket, default: 0]
                domains[socket] = number + 1
                let labels = MetricLabels([
                    ("domain_id", "\(number)"), ("domain_name", domain), ("socket_id", "\(socket)"),
                ])
                add("domain_power_microwatts", "Power of a part of a processor package.", labels, .power(index))
                add("domain_energy_microjoules", "Energy of a part of a processor package.", labels, .energy(index))
            }
        }
        return result
    }
}
