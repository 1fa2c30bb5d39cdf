package import PowerSensors
package import PowerSensorsExporters

/// What the screen of `watch` shows, and what its keys changed. It touches neither the terminal nor a clock.
package struct ScreenState {
    /// The machine's name.
    let node: String

    /// Whether to show channels other than energy, power and charge ratio, and findings that are no problem.
    let showsAll: Bool

    /// How many consumers to show at most; 0 for none.
    let top: Int

    /// Whether there is a keyboard.
    let hasKeys: Bool

    /// What is drawn.
    private struct Picture {
        var snapshot: Snapshot?
        var findings: [Finding] = []
        var trace: PowerTrace
        var known: Set<String> = []
    }

    private var latest: Picture

    /// What is drawn while the figures stand still.
    private var held: Picture?

    private var shown: Picture { held ?? latest }

    /// The figures that are shown; nil before the first.
    package var snapshot: Snapshot? { shown.snapshot }

    /// What is missing or limited.
    package var findings: [Finding] { shown.findings }

    /// The powers of the headline figure.
    package var trace: PowerTrace { shown.trace }

    /// The channels that have had a value, by their `id`.
    var known: Set<String> { shown.known }

    /// Whether the figures stand still.
    package var isPaused: Bool { held != nil }

    /// Whether every key is explained.
    package private(set) var showsHelp = false

    /// Whether all findings are shown in place of the figures.
    package private(set) var showsFindings = false

    /// How many lines of the findings are above the screen.
    package private(set) var scroll = 0

    /// The order of the consumers.
    package private(set) var order = ConsumerTable.Order.power

    /// The kind of consumer that was chosen; nil for the first that there is.
    package private(set) var chosenKind: Consumer.Kind?

    /// Whether the command is asked to end.
    package private(set) var isOver = false

    /// The kinds of consumer, in the order of the keys.
    static let kinds: [Consumer.Kind] = [.virtualMachine, .controlGroup, .process]

    package init(
        node: String, interval: Duration, top: Int = 50, showsAll: Bool = false, hasKeys: Bool = true
    ) {
        self.node = node.safeToShow
        self.top = top
        self.showsAll = showsAll
        self.hasKeys = hasKeys
        latest = Picture(trace: PowerTrace(interval: interval))
    }

    /// Takes in new figures, which are shown at once unless the screen is paused.
    package mutating func record(_ snapshot: Snapshot, findings: [Finding]) {
        latest.trace.record(snapshot.headline?.power, over: snapshot.interval, until: snapshot.instant)
        for (channel, figures) in zip(snapshot.topology.channels, snapshot.channels) where figures.hasValue {
            latest.known.insert(channel.id)
        }
        (latest.snapshot, latest.findings) = (snapshot, findings)
    }

    /// Does what a key asks for.
    ///
    /// - Returns: Whether anything changed.
    package mutating func press(_ key: ScreenKey) -> Bool {
        switch key {
        case .character("q"), .character("Q"): isOver = true
        case .character(" "): held = isPaused ? nil : latest
        case .character("?"): showsHelp.toggle()
        case .character("f"): (showsFindings, scroll) = (!showsFindings, 0)
        case .character("s"): order = Self.next(order, of: ConsumerTable.Order.allCases)
        case .character("w"): order = .power
        case .character("e"): order = .energy
        case .character("n"): order = .name
        case .tab: chosenKind = Self.next(kind, of: Self.kinds)
        case .character("v"): chosenKind = .virtualMachine
        case .character("g"): chosenKind = .controlGroup
        case .character("p"): chosenKind = .process
        case .up, .down, .pageUp, .pageDown, .home, .end: return move(key)
        default: return false
        }
        return true
    }

    /// The kind of consumer that is shown.
    package var kind: Consumer.Kind {
        if let chosenKind { return chosenKind }
        guard let attribution = snapshot?.attribution else { return .process }
        return Self.kinds.first { ConsumerTable($0, of: attribution, top: 1) != nil } ?? .process
    }

    private mutating func move(_ key: ScreenKey) -> Bool {
        guard showsFindings else { return false }
        let steps: [ScreenKey: Int] = [.up: -1, .down: 1, .pageUp: -10, .pageDown: 10, .home: -scroll, .end: 100_000]
        scroll = max(scroll + (steps[key] ?? 0), 0)
        return true
    }

    /// Keeps the findings' end on the screen.
    ///
    /// - Parameter limit: The greatest number of lines that may be above it.
    package mutating func limitScroll(to limit: Int) { scroll = min(scroll, max(limit, 0)) }

    private static func next<Value: Equatable>(_ value: Value, of all: [Value]) -> Value {
        let index = all.firstIndex(of: value) ?? -1
        return all[(index + 1) % all.count]
    }
}

extension ChannelSnapshot {
    /// Whether anything of the channel is known.
    var hasValue: Bool { power != nil || value != nil || energy != nil }

    /// Whether a channel should have a value and has none.
    func isMissing(_ channel: Channel) -> Bool {
        switch status {
        case .absent where channel.isIntermittent: false
        case .partial, .absent, .forbidden, .io, .implausible, .stale: power == nil && value == nil
        case .ok, .warmingUp, .asleep, .ambiguous: false
        }
    }
}

extension ScreenState {
    /// What is missing or limited, lost channels included.
    var problems: [Finding] {
        guard let snapshot else { return findings }
        let subjects = Set(findings.filter { $0.severity != .info }.map(\.subject))
        let lost = zip(snapshot.topology.channels, snapshot.channels).filter { channel, figures in
            known.contains(channel.id) && figures.isMissing(channel)
                && subjects.isDisjoint(with: [channel.id, channel.path ?? channel.id])
        }
        return lost.map { channel, figures in
            Finding(
                severity: .warning, subject: channel.path ?? channel.id, reason: Finding.Reason(figures.status),
                text: "\(channel.id) had a value and has none now: \(figures.status.words).",
                remedy: "powersensors doctor says why.")
        } + findings
    }
}
