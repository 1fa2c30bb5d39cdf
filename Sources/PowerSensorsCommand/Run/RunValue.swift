#if Exporters
import PowerSensors

/// A value that each run has, by its name in JSON.
struct RunValue: Sendable {
    let name: StaticString
    /// What it cannot be less than.
    let least: Double
    let value: @Sendable (RunResult) -> Double?

    /// Between what the truth is, by what the sources resolve; nil if it is certain, and for what several runs of an estimate have in
    /// common, which no number of them tells.
    let limits: @Sendable (RunResult) -> ClosedRange<Double>?

    /// Which figure it is of; nil for none.
    let source: @Sendable (RunResult) -> FigureSource?

    /// How far the truth may be from it, in 95 of 100 series, for a reason that all runs have in common; nil for none.
    var commonError: @Sendable (RunResult) -> Double? = { _ in nil }

    init(
        _ name: StaticString, _ value: @escaping @Sendable (RunResult) -> Double?, least: Double = 0,
        of source: @escaping @Sendable (RunResult) -> FigureSource? = { $0.headlineSource },
        limits: @escaping @Sendable (RunResult) -> ClosedRange<Double>? = { _ in nil }
    ) {
        (self.name, self.value, self.least, self.source, self.limits) = (name, value, least, source, limits)
    }

    private func with(_ commonError: @escaping @Sendable (RunResult) -> Double?) -> RunValue {
        var value = self
        value.commonError = commonError
        return value
    }

    /// A value that is proportional to the energy of a figure.
    ///
    /// - Parameters:
    ///   - scope: The scope of the figure.
    ///   - factor: What one joule of it is.
    private static func proportional(
        _ name: StaticString, _ value: @escaping @Sendable (RunResult) -> Double?,
        to scope: @escaping @Sendable (RunResult) -> Scope? = { $0.headlineScope },
        factor: @escaping @Sendable (RunResult) -> Double?
    ) -> RunValue {
        RunValue(name, value, of: { $0.source(of: scope($0)) }) { run in
            guard let factor = factor(run), let resolved = run.figure(of: scope(run))?.resolved else { return nil }
            return (resolved.lowerBound * factor)...(resolved.upperBound * factor)
        }
    }

    static let duration = RunValue("wall_s", { $0.duration.seconds }, of: { _ in nil })
    static let processorTime = RunValue("cpu_s", { $0.end.processorTime.seconds }, of: { _ in nil })

    /// The energy of the figure to show first.
    static let energy = proportional("energy_j", { $0.headline?.energy?.rawValue }, factor: { _ in 1 })
    static let low = RunValue("low_j", { $0.headline?.low?.rawValue })
    static let high = RunValue("high_j", { $0.headline?.high?.rawValue })
    static let power = proportional("power_w", { $0.headline?.power?.rawValue }, factor: { 1 / $0.duration.seconds })
    static let dynamic = energyAboveIdle.with { $0.headline?.idleError?.rawValue }
    private static let energyAboveIdle = RunValue(
        "dynamic_j", { $0.headline?.dynamic?.rawValue }, least: -.infinity,
        limits: { run in
            guard let headline = run.headline, let idle = headline.idle?.rawValue else { return nil }
            return headline.resolved.map { ($0.lowerBound - idle)...($0.upperBound - idle) }
        })
    static let attributed = proportional(
        "attributed_j", { $0.attributed?.energy.rawValue }, to: { $0.attributed?.scope },
        factor: { $0.attributed?.part })
    static let carbon = proportional("carbon_g", { $0.carbon?.rawValue }, factor: { $0.gramsPerJoule })

    static func energy(ofChannel id: String) -> RunValue {
        let energy: @Sendable (RunResult) -> Double? = { run in
            run.channels.first { $0.id == id }?.figure.energy?.rawValue
        }
        // As uncertain as the whole that it is a part of.
        return proportional("energy_j", energy) { run in
            guard let whole = run.headline?.energy?.rawValue, whole > 0 else { return nil }
            return energy(run).map { $0 / whole }
        }
    }

    static func cost(at price: Double) -> RunValue {
        proportional("cost", { $0.cost(at: price) }, factor: { _ in price / 3.6e6 })
    }

    /// The lower and the upper bound of a value, by their names in JSON.
    private static func bounds(
        _ low: StaticString, _ high: StaticString, least: Double = 0,
        of source: @escaping @Sendable (RunResult) -> FigureSource? = { $0.headlineSource },
        _ bounds: @escaping @Sendable (RunResult) -> ClosedRange<Double>?
    ) -> [RunValue] {
        [
            RunValue(low, { bounds($0)?.lowerBound }, least: least, of: source),
            RunValue(high, { bounds($0)?.upperBound }, least: least, of: source),
        ]
    }

    static let dynamicBounds = bounds(
        "dynamic_low_j", "dynamic_high_j", least: -.infinity, of: { $0.headlineSource }, { $0.headline?.dynamicBounds })
    static let attributedBounds = bounds(
        "attributed_low_j", "attributed_high_j", of: { $0.source(of: $0.attributed?.scope) }, { $0.attributedBounds })
    static let carbonBounds = bounds("carbon_low_g", "carbon_high_g", of: { $0.headlineSource }, { $0.carbonBounds })

    static func costBounds(at price: Double) -> [RunValue] {
        bounds("cost_low", "cost_high", of: { $0.headlineSource }, { $0.costBounds(at: price) })
    }

    /// All, in the order in which they are written.
    static func all(price: Double?) -> [RunValue] {
        let values =
            [duration, processorTime, energy, low, high, power, dynamic] + dynamicBounds + [attributed]
            + attributedBounds + [carbon] + carbonBounds
        return price.map { values + [cost(at: $0)] + costBounds(at: $0) } ?? values
    }
}

/// Which figure a value is of: values of others have no mean.
struct FigureSource: Hashable {
    let scope: Scope
    let provenance: Provenance
}

extension RunResult {
    /// That of the figure to show first; nil if there is none.
    var headlineSource: FigureSource? { source(of: headlineScope) }

    fileprivate func source(of scope: Scope?) -> FigureSource? {
        figure(of: scope).map { FigureSource(scope: $0.scope, provenance: $0.provenance) }
    }

    fileprivate func figure(of scope: Scope?) -> Figure? { figures.first { $0.scope == scope } }
}

/// A value that each run has of one of its phases, by its name in JSON.
struct PhaseValue: Sendable {
    let name: StaticString
    /// The value of a phase, of whose figures one scope is shown first.
    let value: @Sendable (RunPhase, Scope?) -> Double?
    let limits: @Sendable (RunPhase, Scope?) -> ClosedRange<Double>?

    init(
        _ name: StaticString, _ value: @escaping @Sendable (RunPhase, Scope?) -> Double?,
        limits: @escaping @Sendable (RunPhase, Scope?) -> ClosedRange<Double>? = { _, _ in nil }
    ) {
        (self.name, self.value, self.limits) = (name, value, limits)
    }

    static let duration = PhaseValue("wall_s") { phase, _ in phase.duration.seconds }
    static let energy = PhaseValue("energy_j", { $0.figure(of: $1)?.energy?.rawValue }) { $0.figure(of: $1)?.resolved }

    /// All, in the order in which they are written.
    static let all = [
        duration, PhaseValue("cpu_s") { phase, _ in phase.processorTime.seconds }, energy,
        PhaseValue("low_j") { $0.figure(of: $1)?.low?.rawValue },
        PhaseValue("high_j") { $0.figure(of: $1)?.high?.rawValue },
        PhaseValue("power_w") { $0.figure(of: $1)?.power?.rawValue },
    ]
}

extension RunPhase {
    func figure(of scope: Scope?) -> RunResult.Figure? { figures.first { $0.scope == scope } }
}

extension RunResult.Figure {
    /// The bounds of what is measured, in joules; nil for an estimate.
    fileprivate var resolved: ClosedRange<Double>? {
        guard provenance != .estimated, let low, let high, low <= high else { return nil }
        return low.rawValue...high.rawValue
    }
}

// MARK: - Over several runs

/// A phase of several runs.
struct SeriesPhase {
    let name: String

    /// One for each run that has it, with the scope of the figure to show first; nil where that is another one than the first run's.
    fileprivate(set) var ofRuns: [(phase: RunPhase, scope: Scope?)] = []

    /// What a value has in common; nil if no run has it.
    func statistics(_ value: PhaseValue) -> RunStatistics? {
        RunStatistics(
            ofRuns.map { value.value($0.phase, $0.scope) }, within: ofRuns.map { value.limits($0.phase, $0.scope) },
            notBelow: 0)
    }
}

extension RunSeriesResult.Command {
    /// What a value of the runs has in common; nil if none has it.
    func statistics(_ value: RunValue) -> RunStatistics? {
        // What was used in runs that a counter did not notice was less than in the others: their mean is not that of all.
        if !unnoticed.isEmpty, runs.contains(where: { value.source($0) != nil }) { return nil }
        let values = values(value)
        let errors = zip(values, runs).compactMap { $0 == nil ? nil : value.commonError($1) }
        return RunStatistics(
            values, within: runs.map(value.limits), notBelow: value.least,
            commonError: errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count))
    }

    /// The runs that were so short that no counter noticed them, from 0.
    var unnoticed: [Int] {
        let source = source
        return runs.indices.filter { index in
            guard let figure = runs[index].headline, runs[index].headlineSource == source else { return false }
            return figure.energy == nil && figure.status == .warmingUp
        }
    }

    /// The runs that lie far outside of what the others show in energy, from 0. They count like the others.
    var outliers: [Int] { RunStatistics.outliers(of: values(RunValue.energy)) }

    /// The values of the runs; nil for a run whose figure is another one than a command's first.
    private func values(_ value: RunValue, asOf command: Self? = nil) -> [Double?] {
        let kind = ComparableRuns((command ?? self).runs.map(value.source)).kind
        return ComparableRuns(runs.map(value.source), asOf: kind).values(runs.map(value.value))
    }

    private var comparable: ComparableRuns<FigureSource> { ComparableRuns(runs.map(\.headlineSource)) }

    /// Which figure the means are of: that of the first run. Another one comes up when a sensor comes or goes meanwhile.
    var source: FigureSource? { comparable.kind }

    /// The runs whose figure is another one, from 0.
    var leftOut: [Int] { comparable.leftOut }

    /// The phases of all runs, in the order in which their names first came.
    var phases: [SeriesPhase] {
        var phases: [SeriesPhase] = []
        var numbers: [String: Int] = [:]
        let source = source
        for run in runs {
            for phase in run.phases {
                let number = numbers[phase.name] ?? phases.count
                if number == phases.count {
                    numbers[phase.name] = number
                    phases.append(SeriesPhase(name: phase.name))
                }
                phases[number].ofRuns.append((phase, run.headlineSource == source ? run.headlineScope : nil))
            }
        }
        return phases
    }

    /// How the energy compares with that of another command's runs; nil if it is not known.
    func comparison(with first: Self, _ value: RunValue) -> RunComparison? {
        guard unnoticed.isEmpty, first.unnoticed.isEmpty else { return nil }
        return RunComparison(
            values(value, asOf: first), within: runs.map(value.limits), to: first.values(value),
            within: first.runs.map(value.limits))
    }
}
#endif
