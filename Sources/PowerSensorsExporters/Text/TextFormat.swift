public import PowerSensors

/// Writes snapshots as text for people: the host's figures, the components as a tree, and the greatest consumers with the
/// rest, which add up to the figure that is divided among them.
public struct TextFormat: SnapshotFormat {
    /// The text's style; its rows and columns may change with the terminal's size.
    public var style: TextStyle { didSet { layOut() } }

    var layout: RowLayout { RowLayout(width: style.width) }

    private let node: String
    private let showsAll: Bool
    private let top: Int
    private var topology: Topology?
    private var tree: [TopologyTree.Line] = []
    /// The provenance and sensor of each channel.
    private var sources: [String] = []
    /// The number of lines of the block on the screen that the next one is written over.
    private var linesBefore = 0
    private var isFirst = true

    /// Creates a format for a machine's snapshots.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - style: The text's style.
    ///   - showsAll: Whether to show channels other than energy, power and charge ratio: a board has dozens of voltages and
    ///     temperatures.
    ///   - top: The maximum number of consumers of each kind.
    public init(node: String, style: TextStyle = TextStyle(), showsAll: Bool = false, top: Int = 5) {
        self.top = top
        self.node = node.safeToShow
        self.showsAll = showsAll
        self.style = style
    }

    /// Lays out the components as a tree.
    public mutating func prepare(for topology: Topology) {
        self.topology = topology
        sources = topology.channels.map { Self.source($0.provenance, $0.sensor) }
        layOut()
    }

    private mutating func layOut() {
        guard let topology else { return }
        let showsAll = showsAll
        tree = distinguished(
            TopologyTree(topology) { showsAll || $0.isOfInterest }.lines.filter { line in
                line.channel.map { !topology.channels[$0].isHostFigure(of: topology) } ?? true
            }, topology)
    }

    /// What the estimator's channels are called here, so that its idle machine is not taken for idle processors.
    private static let estimatedParts = [
        "estimator/host/idle": "machine at no load", "estimator/host/active": "added by load",
    ]

    /// The lines, those with a long name so that they can be told apart in its column: by the channel's label or, without
    /// one, by the end of the name.
    private func distinguished(_ lines: [TopologyTree.Line], _ topology: Topology) -> [TopologyTree.Line] {
        let width = layout.name
        func column(_ line: TopologyTree.Line) -> String { (line.indentation + line.name).padded(width) }
        func label(_ line: TopologyTree.Line) -> String? { line.channel.flatMap { topology.channels[$0].label } }
        let columns = Dictionary(lines.map { (column($0), 1) }, uniquingKeysWith: +)
        let labels = Dictionary(lines.compactMap(label).map { ($0, 1) }, uniquingKeysWith: +)
        return lines.map { line in
            if let name = line.channel.flatMap({ Self.estimatedParts[topology.channels[$0].id] }) {
                return TopologyTree.Line(name: name, depth: line.depth, channel: line.channel)
            }
            let room = width - line.indentation.count
            guard line.name.count > room, columns[column(line)] ?? 0 > 1 else { return line }
            let own = label(line).flatMap { labels[$0] == 1 ? $0.safeToShow : nil }
            return TopologyTree.Line(
                name: (own ?? line.name).shortened(to: room), depth: line.depth, channel: line.channel)
        }
    }

    /// Appends a snapshot as a block of lines.
    public mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8]) {
        var lines = block(snapshot, top: top)
        if style.redraws {
            fit(&lines, snapshot)
            redraw(lines, &bytes)
            return
        }
        if !isFirst { bytes.append(UInt8(ascii: "\n")) }
        isFirst = false
        bytes += [UInt8](lines: lines)
    }

    /// Leaves the current block on the screen: the next is written below it instead of over it.
    public mutating func leaveBlock() { linesBefore = 0 }

    /// Moves to the previous block's first line and writes over it. Line wrapping is off meanwhile: a narrow window cuts
    /// lines, and their number stays known.
    ///
    /// The escape sequences `?7l` and `?7h` turn line wrapping off and on, `A` moves up, `K` clears the rest of a line, and `J`
    /// clears what is below.
    private mutating func redraw(_ lines: [String], _ bytes: inout [UInt8]) {
        bytes.append("\u{1B}[?7l\r" as StaticString)
        if linesBefore > 0 { bytes.append("\u{1B}[\(linesBefore)A") }
        for line in lines {
            bytes.append(line)
            bytes.append("\u{1B}[K\n" as StaticString)
        }
        bytes.append("\u{1B}[J\u{1B}[?7h" as StaticString)
        linesBefore = lines.count
    }

    /// Shows fewer consumers, and if that is not enough, fewer lines, until the block is no higher than the terminal.
    private func fit(_ lines: inout [String], _ snapshot: Snapshot) {
        guard let rows = style.rows, rows > 2 else { return }
        var shown = min(top, snapshot.consumers.count)
        while lines.count > rows - 1, shown > 1 {
            shown = max(1, shown - max(1, (lines.count - (rows - 1)) / Consumer.Kind.all.count))
            lines = block(snapshot, top: shown)
        }
        if lines.count > rows - 1 {
            let hidden = lines.count - (rows - 2)
            lines.removeLast(hidden)
            let more = ["… \(hidden) more lines than this window shows", "… \(hidden) more lines"]
            lines.append(style.dim(more.first { $0.count <= style.width } ?? more[1]))
        }
    }

    // MARK: The block

    private func block(_ snapshot: Snapshot, top: Int) -> [String] {
        let layout = layout
        let interval = snapshot.interval.map { "mean of \(Self.text(of: $0))" } ?? ""
        let time = Timestamp(nanoseconds: snapshot.timeNanoseconds).text
        let titles = ["\(node)  \(time)  \(interval)".withoutTrailingBlanks, "\(node)  \(time)", node]
        let title = style.columns == nil ? titles[0] : titles.first { $0.count <= style.width } ?? node
        var lines = [style.dim(title), "", style.dim(Row.heading("host", layout))]
        for host in snapshot.host {
            var row = Row(layout, name: host.isHeadline ? "▶ \(host.scope)" : "  \(host.scope)")
            row.set(power: host.power, low: host.low, high: host.high)
            if host.status != .warmingUp {
                row.set(energy: host.energy, ambiguous: Self.ambiguousEnergy(in: host.scope, snapshot))
            }
            row.source = Self.source(host.provenance, host.sensor)
            if host.power == nil { row.reason = Self.reason(host) }
            lines.append(host.isHeadline ? style.bold(row.text) : row.text)
        }
        if let carbon = CarbonText.line(snapshot) { lines.append("  " + carbon) }
        if !tree.isEmpty {
            lines += ["", style.dim(Row.heading("components", layout))] + tree.map { component($0, snapshot) }
        }
        return lines + consumers(snapshot, top: top)
    }

    private func component(_ line: TopologyTree.Line, _ snapshot: Snapshot) -> String {
        var row = Row(layout, name: line.indentation + line.name)
        guard let index = line.channel, index < snapshot.channels.count else { return row.text }
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
        return row.text
    }

    /// Why a host figure is unknown.
    private static func reason(_ host: HostSnapshot) -> String {
        host.scope == .battery && host.status == .absent ? "not discharging" : host.status.words
    }

    /// The ambiguous energy of a host figure: how much more it may have been.
    private static func ambiguousEnergy(in scope: Scope, _ snapshot: Snapshot) -> Joules {
        zip(snapshot.topology.channels, snapshot.channels).reduce(Joules(0)) { sum, pair in
            pair.0.countsIn == scope ? sum + pair.1.ambiguousEnergy : sum
        }
    }

    private static func source(_ provenance: Provenance, _ sensor: SensorName) -> String {
        "\(provenance) \(sensor)".safeToShow
    }

    private static func text(of time: Duration) -> String {
        let seconds = time.seconds
        return seconds < 0.9995 ? "\(fixed(seconds * 1000, decimals: 0)) ms" : "\(fixed(seconds, decimals: 2)) s"
    }
}

extension TopologyTree.Line {
    fileprivate var indentation: String { String(repeating: "  ", count: depth + 1) }
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
