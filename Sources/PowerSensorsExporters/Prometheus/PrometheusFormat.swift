public import PowerSensors

/// Renders snapshots as pages for Prometheus, in its own text format or in OpenMetrics.
///
/// Names and labels are rendered once per topology; a page then only appends numbers to them. An unknown value has no
/// sample on the page: its series is interrupted until the value is known again.
public struct PrometheusFormat: Sendable {
    /// A program whose metric names can be exported in addition to our own.
    public struct Compatibility: Hashable, Sendable {
        /// The name of the program, as `--compat` takes it.
        public let name: String

        /// Scaphandre's `scaph_host_…`, `scaph_socket_…` and `scaph_domain_…`.
        public static let scaphandre = Compatibility(name: "scaphandre")

        /// All supported programs.
        public static let all: [Compatibility] = [.scaphandre]
    }

    /// A metric family's rendered header, and its series.
    private struct Group: Sendable {
        let textHeader: [UInt8]
        let openMetricsHeader: [UInt8]
        var series: [MetricSeries]
    }

    /// A channel, and why it could no longer be read.
    private struct Failure: Hashable {
        let channel: String
        let reason: String
    }

    /// What the pages say of other exporters' deliveries, asked for each page.
    package var deliveries: [@Sendable () -> DeliveryCounts] = []

    private let version: String
    private let compatibility: [Compatibility]
    private let createdNanoseconds: Int64?
    private let consumers: ConsumerMetrics
    private var groups: [Group] = []
    private var topology: Topology?
    private var carbonIntensity: CarbonIntensity?
    /// How often each failure has happened.
    private var failures: [Failure: Int] = [:]

    /// Creates a format whose pages are empty until ``prepare(for:)`` is called.
    ///
    /// - Parameters:
    ///   - version: The version of the program, for `powersensors_build_info`.
    ///   - node: The machine's name, for the series of virtual machines; empty to leave it out.
    ///   - compatibility: Programs whose metric names to export as well.
    ///   - createdNanoseconds: The wall time in nanoseconds since 1970 at which the counters began, for OpenMetrics'
    ///     `_created` lines; nil to omit them, because Prometheus turns each into a series of its own.
    public init(
        version: String, node: String = "", compatibility: [Compatibility] = [], createdNanoseconds: Int64? = nil
    ) {
        consumers = ConsumerMetrics(node: node, isForScaphandre: compatibility.contains(.scaphandre))
        self.version = version
        self.compatibility = compatibility
        self.createdNanoseconds = createdNanoseconds
    }

    /// Renders the names and labels of a topology's series.
    public mutating func prepare(for topology: Topology) {
        self.topology = topology
        var all = Self.machineSeries(topology, carbonIntensity) + processSeries(topology)
        if compatibility.contains(.scaphandre) { all += ScaphandreMetrics.series(of: topology) }
        // Prometheus rejects two samples with the same name and labels.
        let unique = all.unique(by: \.prefix)
        groups = Self.groups(unique)
    }

    private static func groups(_ series: [MetricSeries]) -> [Group] {
        let members = Dictionary(grouping: series, by: \.family)
        return series.map(\.family).unique(by: \.self).map { family in
            Group(
                textHeader: family.header(in: .text), openMetricsHeader: family.header(in: .openMetrics),
                series: members[family] ?? [])
        }
    }

    /// Counts a channel's failures; ignores other events.
    public mutating func record(_ event: MonitorEvent) {
        guard event.kind == .sensorLost, let channel = event.channel, let status = event.status else { return }
        failures[Failure(channel: channel, reason: status.name), default: 0] += 1
        if let topology { prepare(for: topology) }
    }

    /// Appends a page.
    ///
    /// - Parameters:
    ///   - snapshot: A snapshot of the prepared topology; for any other the page is empty.
    ///   - format: The format.
    ///   - age: The time since the snapshot's sample.
    ///   - bytes: The buffer to append to.
    public mutating func append(
        _ snapshot: Snapshot, in format: MetricsFormat, age: Duration, to bytes: inout [UInt8]
    ) {
        if snapshot.topology.generation == topology?.generation {
            if carbonIntensity != snapshot.carbonIntensity {
                carbonIntensity = snapshot.carbonIntensity
                prepare(for: snapshot.topology)
            }
            let age = age.seconds
            for index in groups.indices { append(groups[index], snapshot, format, age, to: &bytes) }
            consumers.append(snapshot, in: format, to: &bytes)
            for group in Self.groups(deliveries.flatMap { $0().series }) {
                append(group, snapshot, format, age, to: &bytes)
            }
        }
        if format == .openMetrics { bytes.append("# EOF\n" as StaticString) }
    }

    /// Appends a family's lines, or nothing if all of its values are unknown.
    private func append(
        _ group: Group, _ snapshot: Snapshot, _ format: MetricsFormat, _ age: Double, to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.append(contentsOf: format == .text ? group.textHeader : group.openMetricsHeader)
        let empty = bytes.count
        // In place, since a copy of a series counts a reference to each of its parts.
        let all = group.series.span
        for index in all.indices {
            guard let number = all[index].source.number(snapshot, age), number.isFinite else { continue }
            bytes.append(contentsOf: all[index].prefix)
            bytes.append(decimal: number)
            bytes.append(UInt8(ascii: "\n"))
            if format == .openMetrics, let createdNanoseconds, !all[index].createdPrefix.isEmpty {
                bytes.append(contentsOf: all[index].createdPrefix)
                bytes.append(decimal: Double(createdNanoseconds) / 1e9)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        if bytes.count == empty { bytes.removeLast(empty - start) }
    }

    // MARK: Series

    private static func hostSeries(_ topology: Topology) -> [MetricSeries] {
        topology.scopes.enumerated().flatMap { index, scope in
            let labels = MetricLabels([("scope", scope.name)])
            let channel = topology.channels.first { $0.countsIn == scope }
            let source = MetricLabels([
                ("scope", scope.name), ("sensor", channel?.sensor.name), ("provenance", channel?.provenance.name),
                ("origin", channel?.origin?.name),
            ])
            return [
                MetricSeries(.hostEnergy, labels, .hostEnergy(index)),
                MetricSeries(.hostPower, labels, .hostPower(index)),
                MetricSeries(.hostLow, labels, .host(index) { $0.low?.rawValue }),
                MetricSeries(.hostHigh, labels, .host(index) { $0.high?.rawValue }),
                MetricSeries(.hostInfo, source, .constant(1)),
            ]
        }
    }

    /// The emissions of the host's figures; empty if no intensity is configured.
    private static func carbonSeries(_ topology: Topology, _ intensity: CarbonIntensity?) -> [MetricSeries] {
        guard let intensity else { return [] }
        let emissions = topology.scopes.enumerated().map { index, scope in
            let grams = MetricSeries.Source { snapshot, _ in snapshot.carbon(of: snapshot.host[index])?.rawValue }
            return MetricSeries(.carbon, MetricLabels([("scope", scope.name)]), grams)
        }
        let labels = MetricLabels([("region", intensity.region), ("year", intensity.year)])
        return emissions + [MetricSeries(.carbonIntensity, labels, .constant(intensity.gramsPerKilowattHour))]
    }

    /// The series of the machine: those of the host, of its emissions and of the channels.
    package static func machineSeries(_ topology: Topology, _ intensity: CarbonIntensity?) -> [MetricSeries] {
        hostSeries(topology) + carbonSeries(topology, intensity) + channelSeries(topology)
    }

    private static func channelSeries(_ topology: Topology) -> [MetricSeries] {
        let names = Dictionary(grouping: topology.channels, by: \.component.id).mapValues { Set($0.map(\.lastPart)) }
        return topology.channels.enumerated().flatMap { index, channel in
            ChannelMetrics(channel: channel, index: index, siblings: names[channel.component.id] ?? []).series
        }
    }

    /// The series about the sensors and this program rather than the machine.
    private func processSeries(_ topology: Topology) -> [MetricSeries] {
        let indices = Dictionary(grouping: topology.channels.indices) { topology.channels[$0].sensor }
        var result = topology.channels.map(\.sensor).unique(by: \.self).map { sensor in
            let channels = indices[sensor] ?? []
            let isUp = MetricSeries.Source { snapshot, _ in
                channels.contains { snapshot.channels[$0].status.isUp } ? 1 : 0
            }
            return MetricSeries(.sensorUp, MetricLabels([("sensor", sensor.name)]), isUp)
        }
        let ids = Set(topology.channels.map(\.id))
        // A channel that is gone for good has no series. If it returns, they go on with what they had counted.
        for (failure, count) in failures.filter({ ids.contains($0.key.channel) }).sorted(by: {
            ($0.key.channel, $0.key.reason) < ($1.key.channel, $1.key.reason)
        }) {
            let labels = MetricLabels([("channel", failure.channel), ("reason", failure.reason)])
            result.append(MetricSeries(.channelErrors, labels, .constant(Double(count))))
        }
        result.append(MetricSeries(.sampleAge, MetricLabels(), .init { _, age in age }))
        let duration = MetricSeries.Source { snapshot, _ in snapshot.sampleDuration.seconds }
        result.append(MetricSeries(.sampleDuration, MetricLabels(), duration))
        let build = MetricLabels([("version", version)])
        result.append(MetricSeries(.build, build, .constant(1)))
        return result
    }
}
