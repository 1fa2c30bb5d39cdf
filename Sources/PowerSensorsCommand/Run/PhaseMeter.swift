import PowerSensors

/// Divides what a run used among its phases.
///
/// The energy at each mark is that since the start, so that what the phases get adds up to what the run has.
struct PhaseMeter {
    /// What is known when the sensors have been read at a mark.
    struct Point {
        /// The energy since the start; nil where nothing can be read.
        let measurement: Measurement?
        let topology: Topology?
        /// How often the sources of each scope count: what they have not counted yet may be missing.
        let updateTimes: [Scope: Duration]
        /// How much later than the mark the reading ended.
        let delay: Duration
        /// The processor time since the start.
        let processorTime: Duration
        /// The greatest power of each scope between two readings since the point before.
        let peaks: [Scope: Watts]
    }

    private struct Part {
        var nanoseconds: Int64 = 0
        var processorNanoseconds: Int64 = 0
        var peaks: [Scope: Watts] = [:]
        var energies: [Scope: PhaseEnergy] = [:]
        /// The number of the point at which it was the last that was divided.
        var latest = 0
    }

    /// What is known of a scope at a mark, in joules since the start.
    private struct Boundary {
        var energy = 0.0
        var ambiguous = 0.0
        var isKnown = true
    }

    private var parts: [Int: Part] = [:]
    private var boundaries: [Scope: Boundary] = [:]
    private var delay: Duration
    private var processorNanoseconds: Int64 = 0
    private var pointCount = 0

    /// - Parameter delay: How much earlier than the start the reading before it began.
    init(delay: Duration) { self.delay = delay }

    /// Divides what was used since the point before.
    mutating func divide(_ batch: PhaseMarks.Batch, _ point: Point) {
        let passed = batch.parts.filter { $0.nanoseconds > 0 }
        // Where there is one, all is its own; several since the last reading share it by their time.
        let sharing = passed.isEmpty ? Array(batch.parts.suffix(1)) : passed
        let total = sharing.reduce(0) { $0 + $1.nanoseconds }
        let used = max(point.processorTime.wholeNanoseconds - processorNanoseconds, 0)
        processorNanoseconds += used
        var rest = used
        pointCount += 1
        for part in sharing {
            let isLast = part.phase == sharing.last?.phase
            let own = isLast ? rest : min(Int64(Double(used) * Double(part.nanoseconds) / Double(total)), rest)
            rest -= own
            parts[part.phase, default: Part()].processorNanoseconds += own
            parts[part.phase]?.nanoseconds += part.nanoseconds
            parts[part.phase]?.latest = pointCount
            if sharing.count == 1 { parts[part.phase]?.peaks.merge(point.peaks) { max($0, $1) } }
        }
        for figure in point.measurement?.figures ?? [] { divide(figure, among: sharing, over: total, point) }
        delay = point.delay
    }

    private mutating func divide(
        _ figure: Measurement.Figure, among sharing: [(phase: Int, nanoseconds: Int64)], over total: Int64,
        _ point: Point
    ) {
        let before = boundaries[figure.scope] ?? Boundary()
        var now = Boundary(energy: before.energy, ambiguous: point.ambiguous(figure.scope))
        // That nothing has been counted yet is known.
        if let energy = figure.energy {
            now.energy = energy.rawValue
        } else {
            now.isKnown = figure.status == .warmingUp
        }
        boundaries[figure.scope] = now
        let update = point.updateTimes[figure.scope] ?? .zero
        let used = now.energy - before.energy
        let isCounted = used > 0 || Duration.nanoseconds(total) >= update * 2
        let band = point.topology?.isEstimated(figure.scope) == true ? figure.band : 1...1
        var rest = used
        for part in sharing {
            var energy = parts[part.phase]?.energies[figure.scope] ?? PhaseEnergy()
            let isLast = part.phase == sharing.last?.phase
            let own = isLast ? rest : used * Double(part.nanoseconds) / Double(total)
            rest -= own
            if isCounted { energy.sum = (energy.sum ?? 0) + own }
            if sharing.count == 1 { energy.low += used * band.lowerBound }
            energy.high += used * band.upperBound + max(now.ambiguous - before.ambiguous, 0)
            energy.open += delay + point.delay + update
            if !before.isKnown || !now.isKnown { energy.isUnknown = true }
            if figure.status != .ok, figure.status != .warmingUp { energy.status = figure.status }
            parts[part.phase]?.energies[figure.scope] = energy
        }
    }

    /// The phases of a run that has ended.
    ///
    /// - Parameter baseline: The power of each scope without the run.
    func phases(_ names: [PhaseMarks.Phase], of run: RunResult, baseline: [Scope: Watts]) -> [RunPhase] {
        let numbers = names.indices.filter { parts[$0] != nil || names[$0].count > 0 }
        var times = numbers.map { parts[$0]?.nanoseconds ?? 0 }
        var processorTimes = numbers.map { parts[$0]?.processorNanoseconds ?? 0 }
        // A mark may have been read when the command had just ended, and clocks of processes round otherwise than the sum.
        let latest = numbers.map { parts[$0]?.latest ?? 0 }
        let order = numbers.indices.sorted { (latest[$0], $0) > (latest[$1], $1) }
        times.fit(to: run.duration.wholeNanoseconds, by: order)
        processorTimes.fit(to: run.end.processorTime.wholeNanoseconds, by: order)
        return numbers.indices.map { index in
            let (name, part, time) = (names[numbers[index]], parts[numbers[index]], Duration.nanoseconds(times[index]))
            let figures = run.figures.map { figure in
                (part?.energies[figure.scope] ?? PhaseEnergy()).figure(
                    of: figure, over: time, peak: part?.peaks[figure.scope], baseline: baseline[figure.scope])
            }
            return RunPhase(
                name: name.name, count: name.count, duration: time,
                processorTime: .nanoseconds(processorTimes[index]), figures: figures)
        }
    }
}

extension PhaseMeter.Point {
    /// How much energy of a scope is ambiguous since the start, in joules.
    fileprivate func ambiguous(_ scope: Scope) -> Double {
        guard let measurement, let topology else { return 0 }
        return zip(topology.channels, measurement.channels).reduce(0) {
            $0 + ($1.0.countsIn == scope ? $1.1.ambiguousEnergy.rawValue : 0)
        }
    }
}

/// The energy of one scope in a phase.
private struct PhaseEnergy {
    /// In joules; nil if no source counted anything in it.
    var sum: Double?
    /// The bounds in joules, but for what may be on the other side of a mark.
    var low = 0.0
    var high = 0.0
    /// The time at its marks of which it is not known on which side its energy is.
    var open = Duration.zero
    var isUnknown = false
    var status = ReadingStatus.ok

    func figure(
        of run: RunResult.Figure, over time: Duration, peak: Watts?, baseline: Watts?
    ) -> RunResult.Figure {
        let isKnown = !isUnknown && run.energy != nil
        let energy = isKnown ? sum.map { Joules($0) } : nil
        let edge = RunResult.Figure.edge(open, [run.peak, run.power, baseline])
        let power = run.power == nil ? nil : energy?.power(over: time)
        let reason = run.status == .ok ? .partial : run.status
        let idle = baseline.map { $0 * time }
        return RunResult.Figure(
            scope: run.scope, provenance: run.provenance, energy: energy,
            low: isKnown ? max(Joules(low) - edge, .zero) : nil, high: isKnown ? Joules(high) + edge : nil,
            power: power, peak: [peak, power].compactMap(\.self).max(), idle: idle,
            idleError: run.idleError(ofPart: idle),
            status: !isKnown ? reason : sum == nil ? .warmingUp : status)
    }
}

extension Measurement.Figure {
    /// The bounds of an estimate as multiples of it.
    fileprivate var band: ClosedRange<Double> {
        guard let energy, let low, let high, energy > .zero, low <= energy, high >= energy else { return 1...1 }
        return (low / energy)...(high / energy)
    }
}

extension Topology {
    /// Whether a part of a scope's figure is estimated.
    func isEstimated(_ scope: Scope) -> Bool { channels.contains { $0.countsIn == scope && $0.band != nil } }
}

extension [Int64] {
    /// Makes the sum a total, by the first in an order and, so that none gets below 0, by those that follow.
    fileprivate mutating func fit(to total: Int64, by order: [Int]) {
        var excess = reduce(0, +) - total
        for index in order where excess != 0 {
            let own = Swift.min(excess, self[index])
            self[index] -= own
            excess -= own
        }
    }
}
