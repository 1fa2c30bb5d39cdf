#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Runs for people: what one run used, or what several have in common.
struct RunText {
    private let result: RunSeriesResult
    private let price: Double?
    private let comparesCommands: Bool

    init(_ result: RunSeriesResult, price: Double?, _ comparesCommands: Bool) {
        (self.result, self.price, self.comparesCommands) = (result, price, comparesCommands)
    }

    /// All lines, each with its line end.
    var text: String {
        var lines: [String] = []
        for command in result.commands {
            if command.runs.isEmpty, command.cutOff == nil { continue }
            lines.append("")
            lines.append(title(of: command))
            lines += command.runs.count == 1 ? command.runs.flatMap(lines(of:)) : summary(of: command)
            lines += notes(on: command)
        }
        if comparesCommands { lines += comparison }
        return lines.map { $0 + "\n" }.joined()
    }

    private func title(of command: RunSeriesResult.Command) -> String {
        var title = command.title.safeToShow
        if command.runs.count > 1 { title += ", \(command.runs.count) runs" }
        if let end = command.failure {
            title += ", exit status \(end.exitStatus)" + (end.signalName.map { ", ended by \($0)" } ?? "")
        }
        return title
    }

    // MARK: One run

    private func lines(of run: RunResult) -> [String] {
        var lines = [line("time", Self.seconds(run.duration), "processors \(Self.seconds(run.end.processorTime))")]
        for figure in run.figures {
            lines.append(line(figure.scope.name, figure.energy.map(Self.shown) ?? "unknown", details(of: figure)))
            // Before the domains, or it would read as one of them.
            if let idle = figure.idle, let dynamic = figure.dynamic {
                let band = Self.band(figure.dynamicBounds, of: figure) { Self.shown(Joules($0)) }
                let error = figure.idleError.map { " ± \(Self.shown($0))" } ?? ""
                let above = "above the \(Self.shown(idle))\(error) that it uses idle"
                lines.append(line("  dynamic", Self.shown(dynamic), band, above))
            }
            lines += run.domains(of: figure.scope).map(line(for:))
        }
        if let share = run.attributed {
            let figure = run.figures.first { $0.scope == share.scope }
            let band = Self.band(run.attributedBounds, of: figure) { Self.shown(Joules($0)) }
            lines.append(line("its share", Self.shown(share.energy), band, "of \(share.scope), by processor time"))
        }
        if let carbon = run.carbon {
            lines.append(
                line("CO2", Self.shown(carbon), Self.band(run.carbonBounds, of: run.headline) { Self.shown(Grams($0)) })
            )
        }
        if let price, let cost = run.cost(at: price) {
            lines.append(
                line("cost", Self.money(cost), Self.band(run.costBounds(at: price), of: run.headline, Self.money)))
        }
        if !run.phases.isEmpty { lines.append("  phases") }
        return lines + run.phases.map { line(for: $0, scope: run.headlineScope) }
    }

    private func line(for domain: RunResult.Channel) -> String {
        let (energy, power) = (domain.figure.energy.map(Self.shown), domain.figure.power)
        let status = domain.figure.status == .ok ? nil : domain.figure.status.name
        let details = [power.map { "mean \(Self.shown($0))" }, status].compactMap(\.self)
        return line(Self.title(of: domain), energy ?? "unknown", details.joined(separator: "  "))
    }

    /// The domain's name, behind blanks for the figure and for the domains that count it.
    private static func title(of domain: RunResult.Channel) -> String {
        String(repeating: "  ", count: domain.domain.count) + (domain.domain.last ?? "").safeToShow
    }

    private func line(for phase: RunPhase, scope: Scope?) -> String {
        var parts = [Self.seconds(phase.duration).leftPadded(10)]
        let figure = phase.figure(of: scope)
        if figure != nil { parts.append((figure?.energy.map(Self.shown) ?? "unknown").leftPadded(10)) }
        if let figure { parts.append(details(of: figure)) }
        parts.append("processors \(Self.seconds(phase.processorTime))")
        if phase.count > 1 { parts.append("\(phase.count) times") }
        return "    " + Self.title(of: phase.name).padding(to: 20) + parts.joined(separator: "  ")
    }

    private static func title(of phase: String) -> String { phase.isEmpty ? "(no name)" : phase.safeToShow }

    /// What an estimate leaves open of what follows from it; empty for what is measured.
    private static func band(
        _ bounds: ClosedRange<Double>?, of figure: RunResult.Figure?, _ shown: (Double) -> String
    ) -> String {
        guard let bounds, let figure, figure.provenance != .measured else { return "" }
        return "(\(shown(bounds.lowerBound)) to \(shown(bounds.upperBound)))"
    }

    private func details(of figure: RunResult.Figure) -> String {
        var parts: [String] = []
        if let low = figure.low, let high = figure.high, let energy = figure.energy {
            let unit = Figure(energy)
            parts.append("(\(unit.inSameUnit(low.rawValue))…\(unit.inSameUnit(high.rawValue)))")
        }
        if let power = figure.power { parts.append("mean \(Self.shown(power))") }
        if let peak = figure.peak { parts.append("peak \(Self.shown(peak))") }
        parts.append(figure.provenance.name)
        if figure.status != .ok { parts.append(figure.status.name) }
        return parts.joined(separator: "  ")
    }

    // MARK: Several runs

    private func summary(of command: RunSeriesResult.Command) -> [String] {
        let energy = command.source?.scope.name ?? "energy"
        var lines = [
            line("time", command.statistics(RunValue.duration)) { Self.seconds(.seconds($0)) },
            line("processors", command.statistics(RunValue.processorTime)) { Self.seconds(.seconds($0)) },
            line(energy, command.statistics(RunValue.energy)) { Self.shown(Joules($0)) },
            line("  mean power", command.statistics(RunValue.power)) { Self.shown(Watts($0)) },
        ]
        if !result.baseline.figures.isEmpty {
            lines.append(line("  dynamic", command.statistics(RunValue.dynamic)) { Self.shown(Joules($0)) })
        }
        let source = command.source
        for domain in command.runs.first(where: { $0.headlineSource == source })?.domains(of: source?.scope) ?? [] {
            let energies = command.statistics(RunValue.energy(ofChannel: domain.id))
            lines.append(line(Self.title(of: domain), energies) { Self.shown(Joules($0)) })
        }
        lines.append(line("its share", command.statistics(RunValue.attributed)) { Self.shown(Joules($0)) })
        lines.append(line("CO2", command.statistics(RunValue.carbon)) { Self.shown(Grams($0)) })
        if let price { lines.append(line("cost", command.statistics(RunValue.cost(at: price)), Self.money)) }
        if let source, source.provenance != .measured { lines += bands(of: command, source) }
        return lines.compactMap { $0 } + phases(of: command)
    }

    private func phases(of command: RunSeriesResult.Command) -> [String] {
        let phases = command.phases
        if phases.isEmpty { return [] }
        return ["  phases"]
            + phases.flatMap { phase -> [String] in
                let count = phase.ofRuns.count
                let runs = count < command.runs.count ? ", in \(count) of them" : ""
                let times = phase.statistics(PhaseValue.duration)
                let energy = line("  energy", phase.statistics(PhaseValue.energy)) { Self.shown(Joules($0)) }
                return ["    \(Self.title(of: phase.name))\(runs)"]
                    + [line("  time", times) { Self.seconds(.seconds($0)) }, energy].compactMap { $0.map { "  \($0)" } }
            }
    }

    /// The mean of an estimate is no more certain than each: the band stays however many runs there are.
    private func bands(of command: RunSeriesResult.Command, _ source: FigureSource) -> [String?] {
        func line(_ name: String, _ bounds: [RunValue], _ shown: (Double) -> String) -> String? {
            let means = bounds.compactMap { command.statistics($0)?.mean }
            guard let low = means.first, let high = means.last, means.count == bounds.count else { return nil }
            return self.line(name, "", "\(shown(low)) to \(shown(high))")
        }
        let energy: (Double) -> String = { Self.shown(Joules($0)) }
        let lines = [
            line("  \(source.scope)", [RunValue.low, RunValue.high], energy),
            line("  dynamic", RunValue.dynamicBounds, energy),
            line("  its share", RunValue.attributedBounds, energy),
            line("  CO2", RunValue.carbonBounds) { Self.shown(Grams($0)) },
            price.flatMap { line("  cost", RunValue.costBounds(at: $0), Self.money) },
        ]
        if lines.allSatisfy({ $0 == nil }) { return [] }
        return ["  \(source.provenance): the true mean lies, whatever the runs have in common, from"] + lines
    }

    private func line(_ name: String, _ statistics: RunStatistics?, _ shown: (Double) -> String) -> String? {
        guard let statistics else { return nil }
        let interval = statistics.interval.map { "95 %: \(shown($0.lowerBound)) to \(shown($0.upperBound))" }
        let deviation = statistics.deviation.map { "±\(shown($0)) a run" }
        return line(name, shown(statistics.mean), [interval, deviation].compactMap(\.self).joined(separator: "  "))
    }

    private var comparison: [String] {
        guard let first = result.commands.first else { return [] }
        let others = result.commands.dropFirst().map { command -> String in
            let name = "\(command.title.safeToShow): "
            guard let comparison = command.comparison(with: first, RunValue.energy) else {
                return name + "its energy is not known in a run of both"
            }
            let ratio = "\(fixed(comparison.ratio, decimals: 3)) times the energy"
            guard let interval = comparison.interval else {
                return name + ratio + "; --runs 5 or more tell how certain that is"
            }
            let high = interval.upperBound.isFinite ? fixed(interval.upperBound, decimals: 3) : "any number of"
            let range = "95 %: \(fixed(interval.lowerBound, decimals: 3)) to \(high)"
            let isDifferent = comparison.isDifferent == true
            return name + (isDifferent ? "\(ratio) (\(range))" : "no difference shown (\(range) times the energy)")
        }
        var lines = ["", "compared with \(first.title.safeToShow)"] + others.map { "  \($0)" }
        if let source = first.source, source.provenance != .measured {
            lines.append(
                "  note: the \(source.scope) energy is \(source.provenance): what that gets wrong of all commands alike cancels in the"
                    + " ratio; what it gets wrong of one kind of load alone does not, and is not in the interval")
        }
        return lines
    }

    // MARK: Notes

    private func notes(on command: RunSeriesResult.Command) -> [String] {
        var notes: [String] = []
        let runs = command.runs
        if runs.count < command.planned {
            notes.append(
                "\(command.planned - runs.count) of \(command.planned) runs are missing, since the series ended early")
        }
        if runs.count > 1 { notes += Self.ends(of: runs) }
        if let cutOff = command.cutOff {
            notes.append("the last one was cut off after \(Self.seconds(cutOff.duration)), and is not counted")
        }
        if let run = runs.first, run.isCutOff {
            notes.append("it was asked to end after \(Self.seconds(run.duration))")
        }
        for lost in runs.flatMap(\.lostOutput).unique(by: \.self) { notes.append(lost.text) }
        if let first = runs.first, first.headline == nil, !result.isObstructed {
            notes.append("nothing here tells how much power the machine uses; powersensors doctor says what is missing")
        }
        if let short = runs.first(where: \.isTooShort) {
            notes.append(
                "a run of \(Self.seconds(short.duration)) is short for these sensors, which resolve 5 % of it from "
                    + "\(Self.seconds(short.shortest)) on")
        }
        let stopped = runs.reduce(Duration.zero) { $0 + $1.stoppedTime }
        if stopped >= .milliseconds(10) {
            notes.append("it was stopped for \(Self.seconds(stopped)), which count")
        }
        if runs.contains(where: { $0.phases.count == 1 && $0.phases[0].name.isEmpty }) {
            notes.append("nothing marked a phase")
        }
        if runs.contains(where: \.end.hasSurvivors) {
            notes.append("processes that it started still run; its share has what they used until its end")
        }
        let (known, comparable) = (command.statistics(RunValue.energy)?.count ?? 0, runs.count - command.leftOut.count)
        if let source = command.source, !command.leftOut.isEmpty {
            notes.append(
                "the energies are \(source.scope) \(source.provenance), as in the first run; those of another figure are not in the mean:"
                    + " run \(Self.list(command.leftOut))")
        }
        if runs.count > 1, !command.unnoticed.isEmpty {
            notes.append(
                "of \(command.unnoticed.count) of \(comparable) runs no counter noticed anything, so that the others tell no mean: they"
                    + " are those that used more")
        } else if known > 0, known < comparable {
            let others = Self.unknown(of: command)
            notes.append("the energy is known of \(known) of \(comparable) runs; \(others) are not in the mean")
        }
        if command.warmupStatus != 0 {
            notes.append("a run to warm up ended with exit status \(command.warmupStatus)")
        }
        let outliers = command.outliers
        if !outliers.isEmpty {
            notes.append("far from the others in energy, and counted: run \(Self.list(outliers))")
        }
        return notes.map { "  note: \($0)" }
    }

    /// Which runs were ended by a signal, a note for each.
    private static func ends(of runs: [RunResult]) -> [String] {
        runs.compactMap(\.end.signalName).unique(by: \.self).map { name in
            let ended = runs.indices.filter { runs[$0].end.signalName == name }
            return ended.count > 1
                ? "runs \(list(ended)) were ended by \(name), and are counted"
                : "run \(list(ended)) was ended by \(name), and is counted"
        }
    }

    /// Which runs of the figure that the mean is of have no energy of it.
    private static func unknown(of command: RunSeriesResult.Command) -> String {
        let source = command.source
        // A run without any figure is one of them.
        let runs = command.runs.filter { ($0.headlineSource ?? source) == source && $0.headline?.energy == nil }
        let names = Set(runs.map { ($0.headline?.status ?? .absent).name }).sorted()
        return "those that are \(names.joined(separator: ", "))"
    }

    // MARK: Parts of a line

    private func line(_ name: String, _ value: String, _ details: String...) -> String {
        let start = "  " + name.padding(to: 14) + value.leftPadded(10)
        return ([start] + details.filter { !$0.isEmpty }).joined(separator: "  ")
    }

    /// Runs, counted from 1.
    private static func list(_ runs: [Int]) -> String { runs.map { "\($0 + 1)" }.joined(separator: ", ") }

    private static func shown(_ figure: Figure) -> String { "\(figure.number) \(figure.unit)" }
    private static func shown(_ energy: Joules) -> String { shown(Figure(energy)) }
    private static func shown(_ power: Watts) -> String { shown(Figure(power)) }
    private static func shown(_ mass: Grams) -> String { shown(Figure(mass)) }

    private static func seconds(_ time: Duration) -> String {
        let seconds = time / .seconds(1)
        return seconds < 0.9995
            ? "\(fixed(seconds * 1000, decimals: seconds < 0.1 ? 1 : 0)) ms" : "\(fixed(seconds, decimals: 2)) s"
    }

    /// To hundredths or, for less, to three digits.
    private static func money(_ amount: Double) -> String {
        var (decimals, size) = (2, abs(amount))
        while size > 0, size < 1, decimals < 12 { (decimals, size) = (decimals + 1, size * 10) }
        return fixed(amount, decimals: decimals)
    }
}

extension String {
    /// The text with spaces up to a width.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
#endif
