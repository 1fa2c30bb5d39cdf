import PowerSensors
import PowerSensorsExporters

/// The lines of a screen of a size: a pure function of what is shown.
package struct ScreenFrame {
    private let state: ScreenState
    private let rows: Int
    private let width: Int
    private let layout: RowLayout

    /// - Parameters:
    ///   - state: What is shown.
    ///   - rows: The height of the screen.
    ///   - columns: Its width. The last column stays blank, since some terminals wrap when it is used.
    package init(_ state: ScreenState, rows: Int, columns: Int) {
        self.state = state
        self.rows = max(rows, 1)
        width = max(columns - 1, 1)
        layout = RowLayout(width: width, stretches: true)
    }

    /// The lines, at most as many as the screen has.
    package var lines: [ScreenLine] {
        guard let snapshot = state.snapshot else {
            return Array([title("\(state.node)  waiting for the first figures"), footer].prefix(rows))
        }
        let heading = title(snapshot.title(node: state.node, width: width))
        let body = state.showsFindings ? findings : figures(snapshot)
        let top = rows >= 5 ? [heading] : []
        let bottom = rows >= 4 ? [footer] : []
        let room = rows - top.count - bottom.count
        // The footer stands in the last line.
        let shown = body(room).prefix(room)
        let blanks = [ScreenLine](repeating: ScreenLine(), count: bottom.isEmpty ? 0 : room - shown.count)
        return (top + shown + blanks + bottom).map { $0.cut(to: width) }
    }

    /// How many lines of the findings can be above the screen.
    package var scrollLimit: Int { findingLines.count - max(rows - 2, 1) }

    // MARK: Parts of the screen

    private func title(_ text: String) -> ScreenLine {
        var line = ScreenLine(text, .faint)
        let pause = " PAUSED "
        if state.isPaused {
            line = line.cut(to: max(width - pause.count - 1, 0))
            line.append(String(repeating: " ", count: max(width - line.width - pause.count, 0)))
            line.append(pause, .notice)
        }
        return line
    }

    private func figures(_ snapshot: Snapshot) -> (Int) -> [ScreenLine] {
        { room in
            let isEstimated = snapshot.headline?.provenance == .estimated
            let trace = TraceSection(trace: state.trace, layout: layout, tone: isEstimated ? .estimated : .measured)
            let help = state.showsHelp ? ScreenHelp.lines : []
            // What was asked for comes first, but for the host's first figure.
            let host = HostSection(snapshot, layout).lines(limit: max(room - help.count, 1))
            var lines = host
            let gap = room >= 18 ? 1 : 0
            lines += trace.lines(height: min(room < 16 ? 1 : room < 34 ? 2 : 4, max(room - help.count - host.count, 0)))
            let sections: [any ScreenSection] = [
                ComponentSection(state, snapshot, layout), ConsumerSection(state, snapshot, layout),
                FindingSection(
                    state.problems, width: width, showsAll: state.showsAll, hasKeys: state.hasKeys),
            ]
            let limits = Self.share(room - lines.count - help.count, among: sections, gap: gap)
            for (section, limit) in zip(sections, limits) {
                let shown = section.lines(limit: limit)
                if !shown.isEmpty { lines += [ScreenLine](repeating: ScreenLine(), count: gap) + shown }
            }
            if room - lines.count > help.count + gap { lines += [ScreenLine](repeating: ScreenLine(), count: gap) }
            return lines + help.prefix(max(room - lines.count, 0))
        }
    }

    /// Divides lines among sections, the most important first: each gets what is of use at least, or a line that counts what does not
    /// fit; then the first gets half of what is left, so that the others are not crowded out, and then each as much as it needs.
    private static func share(_ room: Int, among sections: [any ScreenSection], gap: Int) -> [Int] {
        var left = room
        var limits = sections.map { _ in 0 }
        for (index, section) in sections.enumerated() where section.height > 0 && left > gap {
            // A key shows the findings, so that the last section needs no line.
            let kept = sections[(index + 1)...].dropLast().contains { $0.height > 0 } ? 1 + gap : 0
            let fits = left >= section.least + gap + kept
            let fewest = index == 0 ? max(min(section.least, left - gap - kept), 1) : 1
            limits[index] = fits ? section.least : fewest
            left -= limits[index] + gap
        }
        func grow(_ index: Int, by most: Int) {
            guard limits[index] > 0 else { return }
            let more = min(sections[index].height - limits[index], most)
            limits[index] += more
            left -= more
        }
        grow(0, by: left / 2)
        for index in sections.indices.dropFirst() { grow(index, by: left) }
        grow(0, by: left)
        return limits
    }

    private var findingLines: [ScreenLine] {
        let report = TextReport(
            node: state.node, style: TextStyle(columns: width + 1), showsInformation: state.showsAll)
        let lines = report.lines(state.problems).dropFirst().map { ScreenLine($0) }
        return lines.isEmpty ? [ScreenLine("No finding: nothing is known to be missing.")] : lines
    }

    private var findings: (Int) -> [ScreenLine] {
        { room in
            let lines = findingLines
            return Array(lines.dropFirst(min(state.scroll, max(lines.count - room, 0))).prefix(room))
        }
    }

    private var footer: ScreenLine { ScreenHelp.footer(state, width: width) }
}
