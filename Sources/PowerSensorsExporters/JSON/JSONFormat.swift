public import PowerSensors

/// Writes snapshots as JSON, one object per line.
///
/// Names end in their unit. Unknown values are `null`, and `status` says why.
public struct JSONFormat: SnapshotFormat {
    /// What every line begins with.
    static let start = Array("{\"version\":1,\"node\":".utf8)

    private let node: [UInt8]
    /// Each channel's identity as JSON, rendered once.
    private var ids: [[UInt8]] = []

    /// Creates a format for a machine's snapshots.
    ///
    /// - Parameter node: The machine's name.
    public init(node: String) { self.node = rendered(node) }

    /// Renders the channels' names.
    public mutating func prepare(for topology: Topology) {
        ids = topology.channels.map { rendered($0.id) }
    }

    /// Appends a snapshot as a line.
    public mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8]) {
        JSONWriter.appendLine(to: &bytes) { json in
            json.member("version", 1)
            json.name("node")
            json.rendered(node)
            json.member("time", Timestamp(nanoseconds: snapshot.timeNanoseconds).iso8601)
            json.member("time_ns", snapshot.timeNanoseconds)
            json.member("boottime_ns", snapshot.instant.boottimeNanoseconds)
            json.member("interval_s", snapshot.interval?.seconds)
            json.member("generation", snapshot.topology.generation)
            json.member("host", each: snapshot.host) { append($0, to: &$1) }
            json.member("channels", each: zip(ids, snapshot.channels)) { append($0.1, $0.0, to: &$1) }
            appendAttribution(snapshot, to: &json)
            appendCarbon(snapshot, to: &json)
            json.member("skipped", snapshot.skipped)
        }
    }

    /// The consumers and their energy. Without attribution both lists are empty.
    private func appendAttribution(_ snapshot: Snapshot, to json: inout JSONWriter) {
        json.member("consumers", each: snapshot.consumers) { append($0, snapshot, to: &$1) }
        json.member("unattributed", each: snapshot.unattributed) { one, json in
            json.member("kind", one.kind.name)
            json.member("reason", one.reason.name)
            json.member("energy_j", one.energy.rawValue)
            json.member("power_w", one.power?.rawValue)
        }
        json.member("attribution_scope", snapshot.attribution?.scope.name)
        json.member("attribution_origin", snapshot.attribution?.origin.name)
        json.member("attribution_policy", snapshot.attribution?.policy.name)
        json.member("attribution_exit_records", snapshot.attribution?.usesExitRecords)
    }

    private func append(_ one: ConsumerSnapshot, _ snapshot: Snapshot, to json: inout JSONWriter) {
        let consumer = one.consumer
        let isMachine = consumer.kind == .virtualMachine
        json.member("kind", consumer.kind.name)
        json.member("name", consumer.name)
        json.member("namespace", isMachine ? consumer.namespace : nil)
        json.member("uuid", consumer.uuid.orNil)
        json.member("hypervisor", consumer.hypervisor.orNil)
        json.member("pid", consumer.processID)
        json.member("uid", consumer.userID)
        json.member("start_time", consumer.startTime.map { Int(clamping: $0) })
        json.member("cgroup", consumer.controlGroup.orNil)
        json.member("pod_uid", consumer.podUID.orNil)
        json.member("container_id", consumer.containerID.orNil)
        json.member("energy_j", one.energy.rawValue)
        json.member("power_w", one.power?.rawValue)
        json.member("low_w", one.low?.rawValue)
        json.member("high_w", one.high?.rawValue)
        if let tree = one.tree {
            json.member("tree_energy_j", tree.energy.rawValue)
            json.member("tree_power_w", tree.power?.rawValue)
            json.member("tree_ancestor_pid", tree.ancestor)
        }
        json.member("provenance", Provenance.attributed.name)
        json.member("carbon_g", snapshot.carbonIntensity?.grams(of: one.energy).rawValue)
    }

    /// The emissions of the headline figure; all null if no intensity is configured.
    private func appendCarbon(_ snapshot: Snapshot, to json: inout JSONWriter) {
        let headline = snapshot.carbonIntensity == nil ? nil : snapshot.headline
        json.member("carbon_g", headline.flatMap { snapshot.carbon(of: $0)?.rawValue })
        json.member("carbon_interval_g", headline.flatMap { snapshot.intervalCarbon(of: $0)?.rawValue })
        json.member("carbon_scope", headline?.scope.name)
        json.member("carbon_intensity_g_per_kwh", snapshot.carbonIntensity?.gramsPerKilowattHour)
        json.member("carbon_region", snapshot.carbonIntensity?.region)
        json.member("carbon_year", snapshot.carbonIntensity?.year.orNil)
    }

    private func append(_ host: HostSnapshot, to json: inout JSONWriter) {
        json.member("scope", host.scope.name)
        json.member("power_w", host.power?.rawValue)
        json.member("energy_j", host.energy?.rawValue)
        json.member("low_w", host.low?.rawValue)
        json.member("high_w", host.high?.rawValue)
        json.member("provenance", host.provenance.name)
        json.member("sensor", host.sensor.name)
        json.member("headline", host.isHeadline)
        json.member(status: host.status)
    }

    private func append(_ channel: ChannelSnapshot, _ id: [UInt8], to json: inout JSONWriter) {
        json.name("id")
        json.rendered(id)
        json.member("energy_j", channel.energy?.rawValue)
        json.member("power_w", channel.power?.rawValue)
        json.member("value", channel.value)
        json.member("low_w", channel.low?.rawValue)
        json.member("high_w", channel.high?.rawValue)
        json.member(status: channel.status)
        json.member("wraps", channel.wraps)
        json.member("resets", channel.resets)
        json.member("ambiguous_j", channel.ambiguousEnergy.rawValue)
    }
}

extension JSONWriter {
    /// Writes the status, and the error number of a failed read.
    mutating func member(status: ReadingStatus) {
        member("status", status.name)
        if case .io(let errno) = status { member("errno", Int(errno)) }
    }
}

extension String {
    /// The string, or nil if it is empty.
    fileprivate var orNil: String? { isEmpty ? nil : self }
}

private func rendered(_ text: String) -> [UInt8] { JSONWriter.rendering { $0.string(text) } }
