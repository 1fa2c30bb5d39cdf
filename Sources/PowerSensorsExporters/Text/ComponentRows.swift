package import PowerSensors

/// The components of a machine as rows: a tree without the channels whose row would repeat a host figure's.
package struct ComponentRows: Sendable {
    /// The lines, whose names can be told apart in their column.
    package let lines: [TopologyTree.Line]

    private let layout: RowLayout
    /// The provenance and sensor of each channel.
    private let sources: [String]

    /// Creates no rows.
    package init() { (lines, layout, sources) = ([], RowLayout(width: 79), []) }

    /// Lays out a topology.
    ///
    /// - Parameters:
    ///   - topology: The components and channels.
    ///   - layout: The columns.
    ///   - showsAll: Whether to show channels other than energy, power and charge ratio.
    package init(_ topology: Topology, _ layout: RowLayout, showsAll: Bool) {
        self.layout = layout
        sources = topology.channels.map { rowSource($0.provenance, $0.sensor) }
        let tree = TopologyTree(topology) { showsAll || $0.isOfInterest }.lines.filter { line in
            line.channel.map { !topology.channels[$0].isHostFigure(of: topology) } ?? true
        }
        lines = Self.distinguished(tree, topology, width: layout.name)
    }

    /// What the estimator's channels are called here, so that its idle machine is not taken for idle processors.
    private static let estimatedParts = [
        "estimator/host/idle": "machine at no load", "estimator/host/active": "added by load",
    ]

    /// The lines, those with a long name so that they can be told apart in its column: by the channel's label or, without
    /// one, by the end of the name.
    private static func distinguished(
        _ lines: [TopologyTree.Line], _ topology: Topology, width: Int
    ) -> [TopologyTree.Line] {
        func column(_ line: TopologyTree.Line) -> String { (line.indentation + line.name).padded(width) }
        func label(_ line: TopologyTree.Line) -> String? { line.channel.flatMap { topology.channels[$0].label } }
        let columns = Dictionary(lines.map { (column($0), 1) }, uniquingKeysWith: +)
        let labels = Dictionary(lines.compactMap(label).map { ($0, 1) }, uniquingKeysWith: +)
        return lines.map { line in
            if let name = line.channel.flatMap({ estimatedParts[topology.channels[$0].id] }) {
                return TopologyTree.Line(name: name, depth: line.depth, channel: line.channel)
            }
            let room = width - line.indentation.count
            guard line.name.count > room, columns[column(line)] ?? 0 > 1 else { return line }
            let own = label(line).flatMap { labels[$0] == 1 ? $0.safeToShow : nil }
            return TopologyTree.Line(
                name: (own ?? line.name).shortened(to: room), depth: line.depth, channel: line.channel)
        }
    }

    /// The row of a line.
    ///
    /// - Parameter mark: What the row begins with, in place of a blank; nil for nothing.
    package func row(_ line: TopologyTree.Line, of snapshot: Snapshot, mark: Character? = nil) -> Row {
        let name = line.indentation + line.name
        var row = Row(layout, name: mark.map { "\($0)\(name.dropFirst())" } ?? name)
        guard let index = line.channel, index < snapshot.channels.count else { return row }
        let channel = snapshot.channels[index]
        let quantity = snapshot.topology.channels[index].quantity
        row.source = sources[index]
        let isNominal = snapshot.topology.channels[index].provenance == .nominal
        if !isNominal, quantity == .energy || quantity == .power {
            row.set(power: channel.power, low: channel.low, high: channel.high)
            if channel.status != .warmingUp { row.set(energy: channel.energy, ambiguous: channel.ambiguousEnergy) }
            if channel.power == nil { row.reason = channel.status.words }
        } else {
            row.power = channel.value.map { Figure($0, of: quantity) }
            if channel.value == nil { row.reason = channel.status.words }
        }
        return row
    }
}

extension Row {
    /// The row of a host figure.
    package init(_ layout: RowLayout, _ host: HostSnapshot, of snapshot: Snapshot) {
        self.init(layout, name: host.isHeadline ? "▶ \(host.scope)" : "  \(host.scope)")
        set(power: host.power, low: host.low, high: host.high)
        if host.status != .warmingUp {
            set(energy: host.energy, ambiguous: snapshot.ambiguousEnergy(in: host.scope))
        }
        source = rowSource(host.provenance, host.sensor)
        if host.power == nil { reason = host.reason }
    }
}

extension Snapshot {
    /// The machine's name, the time and the interval in one line.
    ///
    /// - Parameter width: The greatest length, for which parts are left out; nil for no limit.
    package func title(node: String, width: Int?) -> String {
        let mean = interval.map { "mean of \($0.shortText)" } ?? ""
        let time = Timestamp(nanoseconds: timeNanoseconds).text
        let titles = ["\(node)  \(time)  \(mean)".withoutTrailingBlanks, "\(node)  \(time)", node]
        guard let width else { return titles[0] }
        return titles.first { $0.count <= width } ?? node
    }

    /// The ambiguous energy of a host figure: how much more it may have been.
    fileprivate func ambiguousEnergy(in scope: Scope) -> Joules {
        zip(topology.channels, channels).reduce(Joules(0)) { sum, pair in
            pair.0.countsIn == scope ? sum + pair.1.ambiguousEnergy : sum
        }
    }
}

extension HostSnapshot {
    /// Why the figure is unknown.
    fileprivate var reason: String {
        scope == .battery && status == .absent ? "not discharging" : status.words
    }
}

extension Duration {
    fileprivate var shortText: String {
        seconds < 0.9995 ? "\(fixed(seconds * 1000, decimals: 0)) ms" : "\(fixed(seconds, decimals: 2)) s"
    }
}

private func rowSource(_ provenance: Provenance, _ sensor: SensorName) -> String {
    "\(provenance) \(sensor)".safeToShow
}

extension Channel {
    /// Whether the channel is shown by default.
    fileprivate var isOfInterest: Bool { [.energy, .power, .ratio].contains(quantity) }

    /// Whether a host figure consists of this channel alone, so that its own line would repeat it.
    fileprivate func isHostFigure(of topology: Topology) -> Bool {
        guard let scope = countsIn, component.id == Component.hostID else { return false }
        return topology.channels.count { $0.countsIn == scope } == 1
    }
}
