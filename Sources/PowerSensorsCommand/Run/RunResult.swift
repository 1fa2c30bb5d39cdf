import PowerSensors

/// What one run of a command used.
struct RunResult {
    /// What one part of the machine used during the run.
    struct Figure {
        let scope: Scope
        let provenance: Provenance
        let energy: Joules?
        /// The bounds between which the energy of the run itself lies.
        let low: Joules?
        let high: Joules?
        let power: Watts?
        /// The greatest mean power between two samples.
        let peak: Watts?
        /// The part of the energy that the machine would have used without the run, by the baseline.
        let idle: Joules?
        /// How far that may be from the truth, as far as the baseline varied; nil if that is not known.
        var idleError: Joules?
        let status: ReadingStatus

        /// The energy above the idle part; below 0 where the baseline was disturbed.
        var dynamic: Joules? { if let energy, let idle { energy - idle } else { nil } }
    }

    /// What one channel counted during the run.
    struct Channel {
        let id: String
        /// The figure that it belongs to, also where that has it by another channel; nil for none.
        let scope: Scope?
        /// The names of the domain and of those that count it, such as `package-0` and `core`; alone that of one that counts itself, as
        /// the memory beside its package; empty for other channels.
        let domain: [String]
        /// Whether it measures energy or power, and is not another channel's register.
        let isOfEnergy: Bool
        let provenance: Provenance
        let figure: Measurement.ChannelFigure
    }

    /// How long the command ran, from right before its start to right after its end.
    let duration: Duration

    let end: ChildProcess.End

    let figures: [Figure]

    /// What each sensor counted, also parts of others.
    let channels: [Channel]

    /// The scope of the figure to show first; nil if nothing is measured here.
    let headlineScope: Scope?

    /// The part of the energy that follows from the processor time of the command and its descendants; nil if it is unknown.
    let attributed: Attributed?

    let carbon: Grams?

    /// The carbon dioxide of one joule; nil if it is unknown.
    let gramsPerJoule: Double?

    /// The shortest run whose energy the sources resolve to 5 %.
    let shortest: Duration

    /// Whether it is shorter than that; false where nothing is measured.
    var isTooShort: Bool { headline != nil && duration < shortest }

    /// For how long it was stopped, as by Ctrl-Z. That is part of ``duration``.
    let stoppedTime: Duration

    /// What its phases used; empty if nothing could mark any.
    var phases: [RunPhase] = []

    /// Whether the end was requested before it had ended.
    var isCutOff = false

    /// What of its output did not come through; empty for nothing, and where powersensors did not pass it on.
    var lostOutput: [LostOutput] = []

    /// The domains of a scope; empty if there is one alone, which the scope's figure shows.
    func domains(of scope: Scope?) -> [Channel] {
        let domains = channels.filter { !$0.domain.isEmpty && $0.isOfEnergy && $0.scope == scope }
        return domains.count > 1 ? domains : []
    }

    /// The figure to show first.
    var headline: Figure? { figures.first { $0.scope == headlineScope } }
}

/// A command's part of a figure's energy.
struct Attributed {
    let scope: Scope
    let energy: Joules
    /// Its part of the figure, up to 1.
    let part: Double
}

/// What is known beside the sensors' readings when a run has ended.
struct RunContext {
    /// Nil where nothing can be read.
    let topology: Topology?
    /// How often the sources of each scope count: what they have not counted yet may be missing at each end.
    let updateTimes: [Scope: Duration]
    /// The power of each scope before the runs.
    let baseline: [Scope: Watts]
    /// How far these may be from the truth, where that is known.
    let baselineErrors: [Scope: Watts]
    let intensity: CarbonIntensity?
    /// How many processors there are.
    let processors: Int
    /// For how long the processors were busy during the run, all together; nil if that is unknown.
    let busyTime: Duration?
    /// For how long the run was stopped.
    let stoppedTime: Duration
}

extension RunResult {
    /// - Parameters:
    ///   - measurement: From right before the start to right after the end; nil where nothing can be read.
    ///   - began: When the command was started.
    ///   - peaks: The greatest power of each scope between two samples.
    init(
        _ measurement: Measurement?, from began: SampleInstant, _ end: ChildProcess.End, peaks: [Scope: Watts],
        _ context: RunContext
    ) {
        let duration = max(end.moment.continuous - began.continuous, .nanoseconds(1))
        self.duration = duration
        self.end = end
        headlineScope = measurement?.headlineScope
        channels = Channel.all(measurement?.channels ?? [], in: context.topology)
        // What was used between the samples and the run is none of the run's.
        let outside = max((measurement?.duration ?? .zero) - duration, .zero)
        let awake = began.awakeTime(until: end.moment)
        figures = (measurement?.figures ?? []).map {
            Figure(
                $0, uncertain: outside, update: context.updateTimes[$0.scope] ?? .zero, over: duration, awake,
                peak: peaks[$0.scope], baseline: context.baseline[$0.scope],
                baselineError: context.baselineErrors[$0.scope])
        }
        attributed = measurement.flatMap { Attributed($0, over: awake, end.processorTime, context) }
        let gramsPerJoule = context.intensity.map { $0.gramsPerKilowattHour / 3.6e6 }
        self.gramsPerJoule = gramsPerJoule
        carbon = measurement?.headline?.energy.flatMap { energy in gramsPerJoule.map { Grams(energy.rawValue * $0) } }
        stoppedTime = context.stoppedTime
        let update = headlineScope.flatMap { context.updateTimes[$0] } ?? .zero
        shortest = (update * 2 + outside) * 20
    }
}

// MARK: - Bounds of what follows from the energy

extension RunResult.Figure {
    /// The bounds of the dynamic energy, in joules; nil if they are unknown.
    var dynamicBounds: ClosedRange<Double>? {
        guard let low, let high, let idle, low <= high else { return nil }
        let error = idleError ?? .zero
        return (low - idle - error).rawValue...(high - idle + error).rawValue
    }

    /// How far a part of ``idle`` may be from the truth.
    func idleError(ofPart part: Joules?) -> Joules? {
        guard let part, let idle, idle > .zero else { return nil }
        return idleError.map { $0 * (part / idle) }
    }

    /// The bounds of what is proportional to the energy.
    func bounds(of value: Double?) -> ClosedRange<Double>? {
        guard let value, value >= 0, let energy, energy > .zero, let low, let high, low <= high else { return nil }
        return (low / energy * value)...(high / energy * value)
    }
}

extension RunResult {
    /// The bounds of the command's share, in joules; nil if they are unknown, as below.
    var attributedBounds: ClosedRange<Double>? {
        figures.first { $0.scope == attributed?.scope }?.bounds(of: attributed?.energy.rawValue)
    }

    /// The bounds of the carbon dioxide, in grams.
    var carbonBounds: ClosedRange<Double>? { headline?.bounds(of: carbon?.rawValue) }

    /// The bounds of what the energy costs.
    func costBounds(at price: Double) -> ClosedRange<Double>? {
        headline?.bounds(of: headline?.energy.map { $0.rawValue / 3.6e6 * price })
    }
}

extension RunResult.Channel {
    /// Those that the topology has.
    fileprivate static func all(_ figures: [Measurement.ChannelFigure], in topology: Topology?) -> [Self] {
        let known = Dictionary((topology?.channels ?? []).map { ($0.id, $0) }) { first, _ in first }
        return figures.compactMap { figure in
            guard let channel = known[figure.id] else { return nil }
            var (scope, next) = (channel.countsIn, channel.parent)
            // As deep as any machine is, and no ring.
            for _ in 0..<8 {
                guard scope == nil, let parent = next.flatMap({ known[$0] }) else { break }
                (scope, next) = (parent.countsIn, parent.parent)
            }
            let isOfEnergy = [.energy, .power].contains(channel.quantity) && channel.provenance != .nominal
            let isDomain = channel.component.domain != nil && channel.mirrorOf == nil
            let names = figure.id.split(separator: "/").dropFirst().map(String.init)
            return Self(
                id: figure.id, scope: scope,
                domain: !isDomain ? [] : channel.countsIn != nil ? Array(names.suffix(1)) : names,
                isOfEnergy: isOfEnergy && channel.mirrorOf == nil,
                provenance: channel.provenance, figure: figure)
        }
    }
}

extension RunResult.Figure {
    /// - Parameters:
    ///   - uncertain: The time at the edges of which it is not known whether its energy is the run's.
    ///   - update: How often its sources count.
    ///   - awake: The time without that of a suspend, of which the baseline tells nothing.
    fileprivate init(
        _ figure: Measurement.Figure, uncertain: Duration, update: Duration, over duration: Duration,
        _ awake: Duration, peak: Watts?, baseline: Watts?, baselineError: Watts?
    ) {
        scope = figure.scope
        provenance = figure.provenance
        energy = figure.energy
        let power = figure.power
        // A run that is shorter than the time between two samples has no peak. What sources count late at the mean power is within the
        // measurement's own bounds.
        let edge = Self.edge(uncertain + update, [peak, power, baseline]) - (power.map { $0 * update } ?? .zero)
        low = figure.low.map { max($0 - edge, .zero) }
        high = figure.high.map { $0 + edge }
        self.power = power
        self.peak = peak.map { max($0, power ?? $0) } ?? power
        idle = baseline.map { $0 * awake }
        idleError = baselineError.map { $0 * awake }
        status = figure.status
    }

    /// The energy of a time of which it is not known on which side of an edge it is, at the greatest power that is known.
    static func edge(_ time: Duration, _ powers: [Watts?]) -> Joules {
        powers.compactMap(\.self).max().map { $0 * time } ?? .zero
    }
}

extension SampleInstant {
    /// The time until another instant, without that of a suspend.
    fileprivate func awakeTime(until end: SampleInstant) -> Duration {
        .nanoseconds(max(end.monotonicNanoseconds - monotonicNanoseconds, 1))
    }
}

extension Attributed {
    /// The energy of the time in which the command and its descendants ran: its part of what all processors could do or, where
    /// a host has left idle time out already, of what they did.
    fileprivate init?(
        _ measurement: Measurement, over duration: Duration, _ time: Duration, _ context: RunContext
    ) {
        let divided =
            measurement.figures.first { $0.scope == .cpu && $0.energy != nil }
            ?? measurement.figures.first { $0.scope == .wall && $0.provenance != .measured }
        guard let divided, let energy = divided.energy else { return nil }
        // What the command took is known to the microsecond, and cannot be more than all that was busy.
        let capacity =
            divided.provenance == .shared ? context.busyTime.map { max($0, time) } : duration * context.processors
        guard let capacity, capacity > .zero else { return nil }
        let part = min(time / capacity, 1)
        self.init(scope: divided.scope, energy: energy * part, part: part)
    }
}
