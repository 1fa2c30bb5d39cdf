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
    private var components = ComponentRows()
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
        layOut()
    }

    private mutating func layOut() {
        guard let topology else { return }
        components = ComponentRows(topology, layout, showsAll: showsAll)
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
        let title = snapshot.title(node: node, width: style.columns == nil ? nil : style.width)
        var lines = [style.dim(title), "", style.dim(Row.heading("host", layout))]
        for host in snapshot.host {
            let text = Row(layout, host, of: snapshot).text
            lines.append(host.isHeadline ? style.bold(text) : text)
        }
        if let carbon = CarbonText.line(snapshot) { lines.append("  " + carbon) }
        if !components.lines.isEmpty {
            lines += ["", style.dim(Row.heading("components", layout))]
            lines += components.lines.map { components.row($0, of: snapshot).text }
        }
        return lines + consumers(snapshot, top: top)
    }
}
