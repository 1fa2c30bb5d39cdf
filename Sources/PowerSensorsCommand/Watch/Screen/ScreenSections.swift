import PowerSensors
import PowerSensorsExporters

/// A part of the screen that is shown in as many lines as there are.
protocol ScreenSection {
    /// How many lines everything takes.
    var height: Int { get }

    /// How many lines are of use at least. With fewer, a line counts what does not fit.
    var least: Int { get }

    /// Its lines, at most as many as the limit.
    func lines(limit: Int) -> [ScreenLine]
}

extension Row {
    /// The row as a line whose bar and reason show what they mean.
    func line(bar: ScreenLine.Tone, name: ScreenLine.Tone = .plain) -> ScreenLine {
        let columns = columns
        var line = ScreenLine(columns.name, name)
        if isEmpty { return line }
        line.append(columns.value, name)
        line.append(columns.band, reason.isEmpty ? (hasBand ? .plain : bar) : .warning)
        line.append(columns.energy)
        line.append(columns.source.withoutTrailingBlanks, .faint)
        return line
    }
}

extension ScreenLine {
    /// What stands in place of lines that do not fit.
    static func more(_ count: Int, _ what: String) -> ScreenLine {
        ScreenLine("  … \(count) more \(what)\(count == 1 ? "" : "s")", .faint)
    }
}

/// The host's figures, and what they mean for the climate.
struct HostSection: ScreenSection {
    private let rows: [ScreenLine]
    private let heading: ScreenLine

    init(_ snapshot: Snapshot, _ layout: RowLayout) {
        heading = ScreenLine(Row.heading("host", layout), .faint)
        let first = snapshot.host.filter(\.isHeadline) + snapshot.host.filter { !$0.isHeadline }
        var rows = first.map { host in
            let isEstimated = host.provenance == .estimated
            return Row(layout, host, of: snapshot).line(
                bar: isEstimated ? .estimated : .measured, name: host.isHeadline ? .strong : .plain)
        }
        if let carbon = CarbonText.line(snapshot) { rows.append(ScreenLine("  " + carbon)) }
        self.rows = rows
    }

    var height: Int { rows.count + 1 }

    var least: Int { 1 }

    func lines(limit: Int) -> [ScreenLine] {
        limit > 2 ? Array(([heading] + rows).prefix(limit)) : Array(rows.prefix(limit))
    }
}

/// The last minutes of the headline figure.
struct TraceSection {
    let trace: PowerTrace
    let layout: RowLayout
    let tone: ScreenLine.Tone

    /// The lines of a drawing; none if it is too narrow to be of use.
    func lines(height: Int) -> [ScreenLine] {
        let width = layout.beforeSource - 2
        guard width >= 10, height > 0 else { return [] }
        let columns = trace.columns(width)
        let powers = columns.compactMap { column -> Double? in
            if case .power(let power) = column { power } else { nil }
        }
        guard let peak = powers.max() else { return [] }
        let drawing = Bars.vertical(columns, of: peak, height: height)
        let figure = Figure(Watts(peak))
        let minutes = fixed(trace.span(columns: width).seconds / 60, decimals: 0)
        let texts =
            height > 1 ? ["up to \(figure.number) \(figure.unit)", "last \(minutes) min"] : ["last \(minutes) min"]
        return drawing.enumerated().map { index, text in
            var line = ScreenLine("  ")
            line.append(text, tone)
            if layout.source > 0, index < texts.count {
                line.append("  " + String(texts[index].prefix(layout.source)), .faint)
            }
            return line
        }
    }
}

/// What the machine is made of.
struct ComponentSection: ScreenSection {
    private let rows: [ScreenLine]
    private let heading: ScreenLine

    init(_ state: ScreenState, _ snapshot: Snapshot, _ layout: RowLayout) {
        let components = ComponentRows(snapshot.topology, layout, showsAll: state.showsAll)
        let lines = Self.shown(components.lines, snapshot, state.known)
        let hidden = components.lines.count { $0.channel != nil } - lines.count { $0.channel != nil }
        // The lengths of bars can be compared with each other, and with the host's figure.
        let powers = snapshot.channels.compactMap(\.power) + snapshot.host.compactMap(\.power)
        let whole = powers.map(\.rawValue).max() ?? 0
        rows = lines.map { line in
            let channel = line.channel.map { snapshot.channels[$0] }
            let isLost = line.channel.map { snapshot.isMissing($0) } ?? false
            var row = components.row(line, of: snapshot, mark: isLost ? "!" : nil)
            row.bar = Bars.horizontal(power: channel?.power, of: whole, width: layout.band - 2)
            let isEstimated = line.channel.map { snapshot.topology.channels[$0].provenance == .estimated } == true
            return row.line(bar: isEstimated ? .estimated : .measured, name: isLost ? .warning : .plain)
        }
        let source = hidden > 0 ? "\(hidden) without value" : "source"
        heading = ScreenLine(Row.heading("components", layout, source: source), .faint)
    }

    /// The lines without those of channels that never had a value: an event that the kernel lists but cannot count would take up
    /// a row for ever.
    private static func shown(
        _ lines: [TopologyTree.Line], _ snapshot: Snapshot, _ known: Set<String>
    ) -> [TopologyTree.Line] {
        var shown: [TopologyTree.Line] = []
        for line in lines.reversed() {
            let hasPart = shown.last.map { $0.depth > line.depth } ?? false
            let isKnown = line.channel.map { index in
                known.contains(snapshot.topology.channels[index].id) || !snapshot.isMissing(index)
            }
            if isKnown ?? false || hasPart { shown.append(line) }
        }
        return shown.reversed()
    }

    var height: Int { rows.isEmpty ? 0 : rows.count + 1 }

    var least: Int { min(height, 3) }

    func lines(limit: Int) -> [ScreenLine] {
        guard limit > 0, !rows.isEmpty else { return [] }
        if rows.count < limit { return [heading] + rows }
        // A row says more than the heading.
        let headings = limit > 2 ? [heading] : []
        let shown = limit - 1 - headings.count
        return headings + rows.prefix(shown) + [.more(rows.count - shown, "component")]
    }
}

extension Snapshot {
    /// Whether a channel should have a value and has none.
    fileprivate func isMissing(_ index: Int) -> Bool { channels[index].isMissing(topology.channels[index]) }
}

/// Who uses the power: the consumers of one kind and the rest, which add up to the figure that is divided.
struct ConsumerSection: ScreenSection {
    private let state: ScreenState
    private let attribution: AttributionSnapshot?
    private let divided: Double
    private let layout: RowLayout
    private let whole: ConsumerTable?

    init(_ state: ScreenState, _ snapshot: Snapshot, _ layout: RowLayout) {
        self.state = state
        self.layout = layout
        attribution = state.top > 0 ? snapshot.attribution : nil
        let scope = attribution?.scope
        divided = snapshot.host.first { $0.scope == scope }?.power?.rawValue ?? 0
        whole = attribution.flatMap { ConsumerTable(state.kind, of: $0, top: state.top, by: state.order) }
    }

    var height: Int {
        guard attribution != nil else { return 0 }
        return whole.map { $0.shown.count + $0.rest.count + 1 } ?? (state.chosenKind == nil ? 0 : 2)
    }

    var least: Int { min(height, 5) }

    func lines(limit: Int) -> [ScreenLine] {
        guard let attribution, limit > 0, height > 0 else { return [] }
        if limit == 1 { return [.more(max(whole?.shown.count ?? 0, 1), "consumer")] }
        let title = whole?.title(of: state.kind) ?? state.kind.title
        let heading = ScreenLine(Row.heading(title, layout, source: "adds up to \(attribution.scope)"), .faint)
        guard let whole else {
            return state.chosenKind == nil ? [] : [heading, ScreenLine("  none that can be told apart", .faint)]
        }
        let room = limit - 1
        // The rest stays, so that the rows add up, as long as there is room for a few consumers too.
        let kept = max(min(whole.rest.count, room - min(whole.shown.count, 3)), 0)
        var rows = self.rows(top: room - kept, attribution)
        // With fewer consumers, the others may be a row that was not there before.
        if rows.count == room + 1, room - kept > 1 { rows = self.rows(top: room - kept - 1, attribution) }
        if rows.count <= room { return [heading] + rows }
        return [heading] + rows.prefix(room - 1) + [.more(rows.count - room + 1, "row")]
    }

    private func rows(top: Int, _ attribution: AttributionSnapshot) -> [ScreenLine] {
        let count = min(max(top, 0), state.top)
        guard let table = ConsumerTable(state.kind, of: attribution, top: count, by: state.order) else { return [] }
        let names = ConsumerName.names(of: table.shown, width: layout.name - 2)
        func line(
            _ name: String, _ power: Watts?, _ energy: Joules, _ source: String, _ tone: ScreenLine.Tone
        ) -> ScreenLine {
            var row = attribution.row(layout, name: name, power: power, energy: energy, source: source)
            row.bar = Bars.horizontal(power: power, of: divided, width: layout.band - 2)
            return row.line(bar: tone, name: tone == .faint ? .faint : .plain)
        }
        let shown = zip(table.shown, names).map { line($1.name, $0.power, $0.energy, $1.source, .attributed) }
        return shown + table.rest.map { line($0.name, $0.power, $0.energy.joules, "", .faint) }
    }
}
