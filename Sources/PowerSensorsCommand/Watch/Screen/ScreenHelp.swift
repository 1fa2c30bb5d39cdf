import PowerSensors
import PowerSensorsExporters

/// What the keys do.
enum ScreenHelp {
    /// A line for each key.
    static let lines: [ScreenLine] = [
        ("q, Ctrl-C", "quits; the last figures stay on the terminal"),
        ("space", "pauses, and goes on; energy is counted all the time"),
        ("s", "sorts consumers by power, energy or name; also w, e, n"),
        ("tab", "shows the next kind of consumer; also v, g, p"),
        ("f", "shows all findings; arrows scroll"),
        ("?", "shows and hides this help"),
    ].map { key, text in
        var line = ScreenLine("  " + key.padded(11), .strong)
        line.append(text)
        return line
    }

    /// The last line: the keys, and what they have set; as much as fits.
    static func footer(_ state: ScreenState, width: Int) -> ScreenLine {
        if !state.hasKeys { return ScreenLine("Ctrl-C quits", .faint) }
        let problems = state.problems.count { $0.severity != .info }
        let order =
            switch state.order {
            case .power: "power"
            case .energy: "energy"
            case .name: "name"
            }
        // What matters least goes first.
        let items = [
            (place: 0, text: "q quit", rank: 0), (1, state.isPaused ? "space go on" : "space pause", 2),
            (2, state.top > 0 ? "s by \(order)" : "", 4), (3, state.top > 0 ? "tab \(state.kind.title)" : "", 5),
            (4, state.showsFindings ? "f figures" : problems > 0 ? "f findings: \(problems)" : "f findings", 3),
            (5, "? help", 1),
        ].filter { !$0.text.isEmpty }
        for count in (1...items.count).reversed() {
            let kept = items.filter { $0.rank <= items.map(\.rank).sorted()[count - 1] }
            let text = kept.map(\.text).joined(separator: "   ")
            if text.count <= width { return ScreenLine(text, .faint) }
        }
        return ScreenLine("q quit", .faint)
    }
}
