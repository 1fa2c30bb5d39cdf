public import PowerSensors

/// Writes snapshots as text for people: the host's figures, the components as a tree, and the greatest consumers.
///
/// Lines have at most 79 columns, because some terminals of 80 wrap when the last is used.
public struct TextFormat: SnapshotFormat {
    /// The text's style; its rows may change with the terminal's size.
    public var style: TextStyle

    private let node: String
    private let showsAll: Bool
    private let top: Int
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
        let showsAll = showsAll
        tree = Self.distinguished(
            TopologyTree(topology) { showsAll || $0.isOfInterest }.lines.filter { line in
                line.channel.map { !topology.channels[$0].isHostFigure(of: topology) } ?? true
            }, topology)
        sources = topology.channels.map { Self.source($0.provenance, $0.sensor) }
    }

    /// The lines, those with a long name so that they can be told apart in its column: by the channel's label or, without
    /// one, by the end of the name.
    private static func distinguished(_ lines: [TopologyTree.Line], _ topology: Topology) -> [TopologyTree.Line] {
        func column(_ line: TopologyTree.Line) -> String { (line.indentation + line.name).padded(Row.nameWidth) }
        func label(_ line: TopologyTree.Line) -> String? { line.channel.flatMap { topology.channels[$0].label } }
        let columns = Dictionary(lines.map { (column($0), 1) }, uniquingKeysWith: +)
        let labels = Dictionary(lines.compactMap(label).map { ($0, 1) }, uniquingKeysWith: +)
        return lines.map { line in
            let room = Row.nameWidth - line.indentation.count
            guard line.name.count > room, columns[column(line)] ?? 0 > 1 else { return line }
            let own = label(line).flatMap { labels[$0] == 1 ? $0.safeToShow : nil }
            return TopologyTree.Line(
                name: (own ?? line.name).shortened(to: room), depth: line.depth, channel: line.channel)
        }
    }

    /// Appends a snapshot as a block of lines.
    public mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8]) {
        var lines = block(snapshot)
        if style.redraws {
            redraw(&lines, &bytes)
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
    private mutating func redraw(_ lines: inout [String], _ bytes: inout [UInt8]) {
        if let rows = style.rows, rows > 2, lines.count > rows - 1 {
            let hidden = lines.count - (rows - 2)
            lines.removeLast(hidden)
            lines.append(style.dim("… \(hidden) more lines than this window shows"))
        }
        bytes.append("\u{1B}[?7l\r" as StaticString)
        if linesBefore > 0 { bytes.append("\u{1B}[\(linesBefore)A") }
        for line in lines {
            bytes.append(line)
            bytes.append("\u{1B}[K\n" as StaticString)
        }
        bytes.append("\u{1B}[J\u{1B}[?7h" as StaticString)
        linesBefore = lines.count
    }

    // MARK: The block

    private func block(_ snapshot: Snapshot) -> [String] {
        let interval = snapshot.interval.map { "mean of \(Self.text(of: $0))" } ?? ""
        let time = Timestamp(nanoseconds: snapshot.timeNanoseconds).text
        let title = "\(node)  \(time)  \(interval)".withoutTrailingBlanks
        var lines = [style.dim(title), "", style.dim(Row.heading("host"))]
        for host in snapshot.host {
            var row = Row(name: host.isHeadline ? "▶ \(host.scope)" : "  \(host.scope)")
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
            lines += ["", style.dim(Row.heading("components"))] + tree.map { component($0, snapshot) }
        }
        return lines + consumers(snapshot)
    }

    /// The greatest consumers of the interval: virtual machines and processes.
    private func consumers(_ snapshot: Snapshot) -> [String] {
        var lines: [String] = []
        for kind in [Consumer.Kind.virtualMachine, .process] {
            let greatest = snapshot.consumers.filter { $0.consumer.kind == kind && $0.power != nil }
                .sorted { ($0.power ?? Watts(0), $0.energy) > ($1.power ?? Watts(0), $1.energy) }
                .prefix(top)
            if greatest.isEmpty { continue }
            lines += ["", style.dim(Row.heading(kind == .process ? "processes" : "virtual machines"))]
            for one in greatest {
                // Two spaces before the name and one behind it fill the column.
                var row = Row(name: "  " + one.consumer.shownName.padded(18))
                row.set(power: one.power, low: one.low, high: one.high)
                row.set(energy: one.energy, ambiguous: Joules(0))
                row.source = one.consumer.processID.map { "pid \($0)" } ?? ""
                lines.append(row.text)
            }
        }
        return lines
    }

    private func component(_ line: TopologyTree.Line, _ snapshot: Snapshot) -> String {
        var row = Row(name: line.indentation + line.name)
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

extension Consumer {
    /// The name, prefixed with the namespace if there is one.
    fileprivate var shownName: String { (namespace.isEmpty ? name : "\(namespace)/\(name)").safeToShow }
}

/// One line of the block, in columns.
private struct Row {
    static let nameWidth = 21

    let name: String
    /// Why the power is unknown, shown in place of the band.
    var reason = ""
    var source = ""
    /// The power, or another gauge's value.
    var power: Figure?
    private var band = ""
    private var energy: (number: String, unit: String) = ("", "")

    init(name: String) { self.name = name }

    mutating func set(power: Watts?, low: Watts?, high: Watts?) {
        guard let power else { return }
        let figure = Figure(power)
        self.power = figure
        if let low, let high {
            band = "(\(figure.inSameUnit(low.rawValue))…\(figure.inSameUnit(high.rawValue)))"
            // The upper bound of an ambiguous gap may be thousands of times the power, and the band wider than its column.
            let bound = Figure(high)
            if band.count > 14 { band = "(≤ \(bound.number) \(bound.unit))" }
        }
    }

    mutating func set(energy: Joules?, ambiguous: Joules) {
        guard let energy else { return }
        let figure = Figure(energy)
        self.energy = ((ambiguous.rawValue > 0 ? "≥ " : "") + figure.number, figure.unit)
    }

    /// 21 columns for the name, 10 for the power, 14 for its band, 13 for the energy, the rest for the source.
    var text: String {
        let isEmpty = power == nil && reason.isEmpty && source.isEmpty
        if isEmpty { return name.padded(79).withoutTrailingBlanks }
        let (number, unit) = (power?.number ?? "–", power?.unit ?? "")
        let start = name.padded(Self.nameWidth) + number.leftPadded(7) + " " + unit.padded(2) + " "
        let energy = energy.number.leftPadded(9) + " " + energy.unit.padded(2)
        // A long reason extends into the energy's columns if they are empty.
        let middle =
            band.isEmpty && reason.count > 13 && self.energy.number.isEmpty
            ? reason.padded(26) : (band.isEmpty ? reason : band).padded(14) + energy
        return (start + middle + "  " + source.padded(19)).withoutTrailingBlanks
    }

    static func heading(_ name: String) -> String {
        (name.padded(nameWidth) + "power".leftPadded(7) + String(repeating: " ", count: 18) + "energy".leftPadded(9)
            + "     source").withoutTrailingBlanks
    }
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
