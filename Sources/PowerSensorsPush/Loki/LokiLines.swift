#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Formats the snapshots and events of one topology as lines.
struct LokiLines: Sendable {
    /// A line with its provenance, which becomes a label.
    struct Line: Sendable {
        var provenance: Provenance
        var nanoseconds: Int64
        var fields: [LokiField]
    }

    /// The space for channels in a line, of the 256 KiB that Loki accepts.
    private static let maximumChannelBytes = 240 << 10

    private let topology: Topology
    private let keys: [String]
    /// The provenances that occur, the headline's first.
    private let provenances: [Provenance]

    init(_ topology: Topology) {
        self.topology = topology
        keys = lokiKeys(for: topology.channels)
        let headline = topology.headlineScope.flatMap { scope in topology.channels.first { $0.countsIn == scope } }
        let all = [headline?.provenance].compactMap(\.self) + topology.channels.map(\.provenance)
        provenances = all.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The ``Topology/generation`` that the lines belong to.
    var generation: Int { topology.generation }

    /// The lines of a snapshot: one for each provenance, usually only one; and one for each consumer, and for each part of
    /// the energy that is no consumer's, so that the lines of a kind add up.
    func lines(_ snapshot: Snapshot) -> [Line] {
        provenances.compactMap { (provenance) -> Line? in
            var fields = hostFields(snapshot, provenance)
            appendChannels(snapshot, provenance, to: &fields)
            let isHeadline = snapshot.headline?.provenance == provenance
            guard isHeadline || fields.contains(where: { !$0.isWord }) else { return nil }
            fields.append("interval_s", snapshot.interval?.seconds)
            return Line(provenance: provenance, nanoseconds: snapshot.timeNanoseconds, fields: fields)
        } + snapshot.consumers.map { line($0, in: snapshot) } + snapshot.unattributed.map { line($0, in: snapshot) }
    }

    private func line(_ figures: ConsumerSnapshot, in snapshot: Snapshot) -> Line {
        let consumer = figures.consumer
        var fields = [LokiField("kind", consumer.kind.name), LokiField("name", consumer.name)]
        for (key, value) in [
            ("namespace", consumer.namespace), ("uuid", consumer.uuid), ("hypervisor", consumer.hypervisor),
            ("pod_uid", consumer.podUID), ("container_id", consumer.containerID),
        ] where !value.isEmpty { fields.append(LokiField(key, value)) }
        if let number = consumer.processID { fields.append(LokiField("pid", number)) }
        fields.append("power_w", figures.power?.rawValue)
        fields.append("energy_j", figures.energy.rawValue)
        fields.append("low_w", figures.low?.rawValue)
        fields.append("high_w", figures.high?.rawValue)
        appendAttribution(snapshot, of: figures.energy, to: &fields)
        return Line(provenance: .attributed, nanoseconds: snapshot.timeNanoseconds, fields: fields)
    }

    /// The line of a part of the energy that is no consumer's. It has a `reason`, and no `name`.
    private func line(_ rest: UnattributedSnapshot, in snapshot: Snapshot) -> Line {
        var fields = [LokiField("kind", rest.kind.name), LokiField("reason", rest.reason.name)]
        fields.append("energy_j", rest.energy.rawValue)
        appendAttribution(snapshot, of: rest.energy, to: &fields)
        return Line(provenance: .attributed, nanoseconds: snapshot.timeNanoseconds, fields: fields)
    }

    private func appendAttribution(_ snapshot: Snapshot, of energy: Joules, to fields: inout [LokiField]) {
        if let attribution = snapshot.attribution {
            fields.append(LokiField("scope", attribution.scope.name))
            fields.append(LokiField("origin", attribution.origin.name))
            fields.append(LokiField("policy", attribution.policy.name))
        }
        fields.append("carbon_g", snapshot.carbonIntensity?.grams(of: energy).rawValue)
        fields.append("interval_s", snapshot.interval?.seconds)
    }

    private func hostFields(_ snapshot: Snapshot, _ provenance: Provenance) -> [LokiField] {
        var fields: [LokiField] = []
        if let headline = snapshot.headline, headline.provenance == provenance {
            append(headline, as: "host", to: &fields)
            fields.append(LokiField("scope", headline.scope.name))
            fields.append(LokiField("sensor", headline.sensor.name))
            if let channel = topology.channels.first(where: { $0.countsIn == headline.scope }) {
                fields.append(LokiField("mechanism", channel.mechanism))
                if let origin = channel.origin { fields.append(LokiField("origin", origin.name)) }
            }
            fields.append(LokiField("status", headline.status.name))
            fields.append("carbon_g", snapshot.carbon(of: headline)?.rawValue)
            if let intensity = snapshot.carbonIntensity { fields.append(LokiField("region", intensity.region)) }
        }
        for host in snapshot.host where host.provenance == provenance {
            append(host, as: host.scope.name, to: &fields)
            guard !host.isHeadline else { continue }
            fields.append(LokiField("\(host.scope)_sensor", host.sensor.name))
            fields.append(LokiField("\(host.scope)_status", host.status.name))
        }
        return fields
    }

    private func append(_ host: HostSnapshot, as key: String, to fields: inout [LokiField]) {
        fields.append("\(key)_power_w", host.power?.rawValue)
        fields.append("\(key)_energy_j", host.energy?.rawValue)
        fields.append("\(key)_low_w", host.low?.rawValue)
        fields.append("\(key)_high_w", host.high?.rawValue)
    }

    /// Appends the channels' powers. Mirrors are left out, since they repeat another channel's.
    private func appendChannels(_ snapshot: Snapshot, _ provenance: Provenance, to fields: inout [LokiField]) {
        var bytes = 0
        var omitted = 0
        for (index, channel) in topology.channels.enumerated() {
            guard channel.provenance == provenance, channel.mirrorOf == nil,
                let power = snapshot.channels[index].power?.rawValue
            else { continue }
            // A number takes at most 25 characters; `_power_w=` and the punctuation of either format fit in the other 15.
            bytes += keys[index].utf8.count + 40
            if bytes < Self.maximumChannelBytes { fields.append("\(keys[index])_power_w", power) } else { omitted += 1 }
        }
        if omitted > 0 { fields.append(LokiField("omitted_channels", omitted)) }
    }

    /// The line of an event.
    func line(_ event: MonitorEvent, at nanoseconds: Int64) -> Line {
        var fields = [LokiField("event", event.kind.name)]
        if let channel = event.channel { fields.append(LokiField("channel", channel)) }
        if let status = event.status {
            fields.append(LokiField("status", status.name))
            if case .io(let errno) = status { fields.append(LokiField("errno", Int(errno))) }
        }
        fields.append("ambiguous_j", event.ambiguousEnergy?.rawValue)
        if let finding = event.finding {
            fields.append(LokiField("severity", finding.severity.name))
            fields.append(LokiField("subject", finding.subject))
            fields.append(LokiField("reason", finding.reason.name))
            fields.append(LokiField("text", finding.text))
            if let remedy = finding.remedy { fields.append(LokiField("remedy", remedy)) }
        }
        if let spike = event.spike { append(spike, isOver: event.kind == .powerSpikeEnd, to: &fields) }
        fields.append(LokiField("generation", event.generation))
        let channel = event.channel.flatMap { id in topology.channels.first { $0.id == id } }
        // Any other event without a channel belongs with the headline.
        let provenance = event.spike?.provenance ?? channel?.provenance ?? provenances.first ?? .measured
        return Line(provenance: provenance, nanoseconds: nanoseconds, fields: fields)
    }

    private func append(_ spike: PowerSpike, isOver: Bool, to fields: inout [LokiField]) {
        fields.append(LokiField("scope", spike.scope.name))
        fields.append(LokiField("sensor", spike.sensor.name))
        fields.append(isOver ? "peak_w" : "power_w", spike.peak.rawValue)
        fields.append("baseline_w", spike.baseline.rawValue)
        fields.append("threshold_w", spike.threshold.rawValue)
        guard isOver else { return }
        fields.append("duration_s", spike.duration.seconds)
        fields.append("extra_j", spike.energyAboveBaseline.rawValue)
        fields.append(LokiField("lasting", spike.isLasting ? "yes" : "no"))
    }
}
#endif
