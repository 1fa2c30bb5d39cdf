#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// Measures commands while they run.
struct RunMeter: ~Copyable {
    private let settings: Settings
    private let interval: Duration
    private let phaseSources: PhaseSources
    /// Nil where nothing can be read: commands run all the same.
    private var sampler: Sampler?
    private var busyMeter: BusyMeter
    private(set) var baseline = Baseline()
    /// How often the sources of each scope count. It is watched before a run begins.
    private var updateTimes: [Scope: Duration] = [:]

    /// - Parameter obstacle: Why nothing can be measured; nil if nothing prevents it.
    init(
        _ settings: Settings, every interval: Duration, _ phaseSources: PhaseSources, _ obstacle: CommandFailure?
    ) {
        self.settings = settings
        self.interval = interval
        self.phaseSources = phaseSources
        busyMeter = BusyMeter(beneath: settings.roots.procfs)
        do throws(CommandFailure) {
            if let obstacle { throw obstacle }
            sampler = try settings.sampler()
            _ = sampler?.snapshot()
            updateTimes = sampler?.updateTimes() ?? [:]
        } catch {
            sampler = nil
            StandardError.write("nothing is measured: \(error.line)")
        }
    }

    /// What is missing or limited now.
    mutating func findings() -> [Finding] { sampler?.findings() ?? [] }

    mutating func setBaseline(_ source: BaselineSource) throws(CommandFailure) {
        switch source {
        case .measured(let time): measureBaseline(for: time)
        case .file(let path):
            let stored = try Baseline(file: path, of: settings.node)
            guard let start = sampler?.beginMeasurement(), let figures = sampler?.endMeasurement(start).figures else {
                return
            }
            baseline = try stored.matching(figures, headline: sampler?.headlineScope, path)
        }
    }

    private mutating func measureBaseline(for time: Duration) {
        guard let start = sampler?.beginMeasurement() else { return }
        baseline.time = Timestamp(nanoseconds: SampleInstant.wallNanoseconds).iso8601
        // A short one has some pieces too, or nothing would tell how uncertain it is. A long one needs them, or a counter may wrap
        // unnoticed.
        let piece = min(max(time / 20, .milliseconds(20)), .seconds(1))
        var powers: [Scope: [Double]] = [:]
        let end = SuspendingClock.now + time
        let progress = ProgressLine("run", after: .milliseconds(500))
        let isEnded = {
            progress.show("measuring the baseline", left: time - progress.elapsed)
            return Signals.isEndRequested
        }
        while let snapshot = sampler?.nextSnapshot(every: piece, until: end, unless: isEnded) {
            // The last one may be a rest.
            guard let interval = snapshot.interval, interval > piece * 0.8 else { continue }
            for figure in snapshot.host {
                if let power = figure.power { powers[figure.scope, default: []].append(power.rawValue) }
            }
        }
        ProgressLine.clear()
        let measurement = sampler?.endMeasurement(start)
        for figure in measurement?.figures ?? [] {
            let spread = RunStatistics(powers[figure.scope] ?? []).flatMap { pieces in
                pieces.deviation.map {
                    Baseline.Spread(deviation: Watts($0), count: pieces.count, duration: measurement?.duration ?? time)
                }
            }
            baseline.figures[figure.scope] = figure.power.map {
                Baseline.Figure(power: $0, provenance: figure.provenance.name, spread: spread)
            }
        }
        if baseline.figures.isEmpty {
            StandardError.write("the baseline is not known, so neither is what the runs add to it.")
        }
    }

    mutating func run(_ words: [CommandWord]) throws(CommandFailure) -> RunResult {
        let streams = phaseStreams()
        let busyBefore = busyMeter.read()
        let stoppedBefore = SignalRelay.stoppedTime
        // Its power is the mean from here on, so that the first peak is of the run alone.
        _ = sampler?.snapshot()
        // That may have begun another generation.
        updateTimes = sampler?.updateTimes() ?? [:]
        let read = SampleInstant.now
        let start = sampler?.beginMeasurement()
        let began = SampleInstant.now
        streams?.marks.begin(at: began.boottimeNanoseconds)
        let child = try Self.start(words, streams)
        var (peaks, phases) = (PeakPowers(since: began), PhaseMeter(delay: began.continuous - read.continuous))
        watch(child, start, streams?.marks, &peaks, &phases)
        let measurement = start.flatMap { sampler?.endMeasurement($0) }
        let last = SampleInstant.now
        if let snapshot = sampler?.snapshot() { peaks.take(snapshot) }
        let end = child.end()
        // What comes while its streams are finished is none of its own.
        let isCutOff = Signals.isEndRequested
        let busyTime = busyBefore.flatMap { before in busyMeter.read().map { $0.busyTime(since: before) } }
        let lostOutput = streams?.finish() ?? []
        let context = RunContext(
            topology: sampler?.topology, updateTimes: updateTimes, baseline: baseline.powers,
            baselineErrors: baseline.errors,
            intensity: settings.carbonIntensity,
            processors: sysconf(CInt(_SC_NPROCESSORS_ONLN)), busyTime: busyTime,
            stoppedTime: SignalRelay.stoppedTime - stoppedBefore)
        var result = RunResult(measurement, from: began, end, peaks: peaks.powers, context)
        (result.isCutOff, result.lostOutput) = (isCutOff, lostOutput)
        if let marks = streams?.marks {
            let point = PhaseMeter.Point(
                measurement: measurement, topology: sampler?.topology, updateTimes: updateTimes,
                delay: last.continuous - end.moment.continuous,
                processorTime: end.processorTime, peaks: peaks.takeRecent())
            phases.divide(marks.finish(at: end.moment.boottimeNanoseconds), point)
            result.phases = phases.phases(marks.phases, of: result, baseline: baseline.powers)
        }
        return result
    }

    /// The pipes that mark phases. A command runs also without them.
    private func phaseStreams() -> PhaseStreams? {
        if phaseSources.areNone { return nil }
        do throws(CommandFailure) {
            return try PhaseStreams(phaseSources)
        } catch {
            StandardError.write("phases are not told: \(error.line)")
            return nil
        }
    }

    /// Starts a command, with the pipes that mark its phases.
    private static func start(_ words: [CommandWord], _ streams: PhaseStreams?) throws(CommandFailure) -> ChildProcess {
        try streams?.start()
        do throws(CommandFailure) {
            let marks = streams?.marks
            let child = try ChildProcess(words, streams?.files ?? []) { marks?.end(at: $0.boottimeNanoseconds) }
            streams?.handOver()
            return child
        } catch {
            streams?.handOver()
            streams?.finish()
            throw error
        }
    }

    /// Samples until the command has ended: at every interval, and at every mark.
    private mutating func watch(
        _ child: ChildProcess, _ start: MeasurementStart?, _ marks: PhaseMarks?, _ peaks: inout PeakPowers,
        _ phases: inout PhaseMeter
    ) {
        let step = min(interval, sampler?.longestSafeInterval ?? interval).wholeNanoseconds
        var next = SampleInstant.monotonicNow + step
        // When a mark may be read again.
        var earliest = SampleInstant.monotonicNow
        while true {
            let wakeCount = Signals.timer.wakeCount
            if child.hasEnded { return }
            let now = SampleInstant.monotonicNow
            let isMarked = marks?.areSet == true
            if isMarked, now >= earliest, let marks {
                divide(at: marks.take(), child, start, &peaks, &phases)
                // No source counts more often than every millisecond, and reading must not become the work.
                let end = SampleInstant.monotonicNow
                earliest = end + max(1_000_000, 3 * (end - now))
            } else if now >= next {
                next = max(next, now) + step
                if let snapshot = sampler?.snapshot() { peaks.take(snapshot) }
            } else {
                Signals.timer.wait(until: isMarked ? min(next, earliest) : next, unlessWokenSince: wakeCount)
            }
        }
    }

    private mutating func divide(
        at batch: PhaseMarks.Batch, _ child: ChildProcess, _ start: MeasurementStart?, _ peaks: inout PeakPowers,
        _ phases: inout PhaseMeter
    ) {
        let measurement = start.flatMap { sampler?.endMeasurement($0) }
        let delay = Duration.nanoseconds(SampleInstant.now.boottimeNanoseconds - batch.end)
        let processorTime = child.processorTime
        if let snapshot = sampler?.snapshot() { peaks.take(snapshot) }
        phases.divide(
            batch,
            PhaseMeter.Point(
                measurement: measurement, topology: sampler?.topology, updateTimes: updateTimes, delay: delay,
                processorTime: processorTime, peaks: peaks.takeRecent()))
    }
}

extension Sampler {
    /// How often the sources of each scope count.
    fileprivate mutating func updateTimes() -> [Scope: Duration] {
        var times: [Scope: Duration] = [:]
        for scope in Set(topology.channels.compactMap(\.countsIn)) { times[scope] = updateTime(of: scope) }
        return times
    }
}
#endif
