#if Exporters
import Glibc
import PowerSensors
import PowerSensorsMachine

/// Runs commands in turn, each as often as asked for, and measures them.
struct RunSeries {
    let commands: [[String]]
    let runs: Int
    let warmup: Int
    let cooldown: Duration
    /// How long to measure before the first run; nil for not at all.
    let baseline: Duration?
    /// The time between two samples within a run.
    let interval: Duration

    /// Measures all runs.
    ///
    /// - Returns: What they used, and how to end: by the first exit status other than 0, or the failure of a command that cannot be
    ///   started.
    func run(_ settings: Settings) -> (result: RunSeriesResult, end: CommandFailure) {
        var meter = RunMeter(settings, every: interval)
        if let baseline { meter.measureBaseline(for: baseline) }
        var result = RunSeriesResult(
            node: settings.node, baseline: meter.baseline, commands: commands.map { RunSeriesResult.Command(words: $0) }
        )
        var exitStatus: Int32 = 0
        for round in 0..<(warmup + runs) {
            // Each second round goes the other way: what drifts with time, such as heat, then concerns all alike.
            for index in round % 2 == 0 ? Array(commands.indices) : commands.indices.reversed() {
                if round >= warmup, cooldown > .zero { Signals.wait(for: cooldown) }
                if Signals.isEndRequested {
                    return (
                        result, CommandFailure(line: "", exitCode: exitStatus == 0 ? Signals.exitStatus : exitStatus)
                    )
                }
                do throws(CommandFailure) {
                    let one = try meter.run(commands[index])
                    if exitStatus == 0 { exitStatus = one.end.exitStatus }
                    if round >= warmup { result.commands[index].runs.append(one) }
                } catch {
                    return (result, error)
                }
            }
        }
        return (result, CommandFailure(line: "", exitCode: exitStatus))
    }
}

/// What a series of runs used.
struct RunSeriesResult {
    /// The runs of one command.
    struct Command {
        let words: [String]
        var runs: [RunResult] = []

        /// The first exit status that is not 0; otherwise 0.
        var exitStatus: Int32 { runs.first { $0.end.exitStatus != 0 }?.end.exitStatus ?? 0 }
    }

    let node: String
    let baseline: [Scope: Watts]
    var commands: [Command]
}

/// Measures commands while they run.
private struct RunMeter: ~Copyable {
    private let settings: Settings
    private let interval: Duration
    /// Nil where nothing can be read: commands run all the same.
    private var sampler: Sampler?
    private var load: LoadReader
    private(set) var baseline: [Scope: Watts] = [:]

    init(_ settings: Settings, every interval: Duration) {
        self.settings = settings
        self.interval = interval
        load = LoadReader(beneath: settings.roots.procfs)
        do throws(CommandFailure) {
            sampler = try settings.sampler()
            _ = sampler?.snapshot()
        } catch {
            sampler = nil
            StandardError.write("nothing is measured: \(error.line)")
        }
    }

    mutating func measureBaseline(for time: Duration) {
        guard let start = sampler?.beginMeasurement() else { return }
        // A long one needs samples in between, or a counter may wrap unnoticed.
        let end = SuspendingClock.now + time
        while sampler?.nextSnapshot(every: time, until: end, unless: { Signals.isEndRequested }) != nil {}
        let measurement = sampler?.endMeasurement(start)
        for figure in measurement?.figures ?? [] { baseline[figure.scope] = figure.power }
        if baseline.isEmpty { StandardError.write("the baseline is not known, so neither is what the runs add to it.") }
    }

    mutating func run(_ words: [String]) throws(CommandFailure) -> RunResult {
        let timesBefore = try? load.read()
        // Its power is the mean from here on, so that the first peak is of the run alone.
        _ = sampler?.snapshot()
        let start = sampler?.beginMeasurement()
        let began = SampleInstant.now
        let child = try ChildProcess(words)
        var peaks = PeakPowers(since: began)
        let step = min(interval, sampler?.longestSafeInterval ?? interval).wholeNanoseconds
        var next = SampleInstant.monotonicNow + step
        while !child.hasEnded(by: next) {
            next = max(next, SampleInstant.monotonicNow) + step
            if let snapshot = sampler?.snapshot() { peaks.take(snapshot) }
        }
        let measurement = start.flatMap { sampler?.endMeasurement($0) }
        if let snapshot = sampler?.snapshot() { peaks.takeLast(snapshot) }
        let end = child.end()
        let busy = timesBefore.flatMap { before in (try? load.read()).map { $0.elapsed(since: before).busy } }
        let context = RunContext(
            topology: sampler?.topology, baseline: baseline, intensity: settings.carbonIntensity,
            processors: sysconf(CInt(_SC_NPROCESSORS_ONLN)), busyTime: busy.map { .milliseconds(Int64($0) * 10) })
        return RunResult(measurement, from: began, end, peaks: peaks.powers, context)
    }
}

/// The greatest power of each scope between two samples of a run.
private struct PeakPowers {
    /// The shortest interval whose power is more than the noise of when a counter is updated.
    private static let shortest: Int64 = 20_000_000

    private(set) var powers: [Scope: Watts] = [:]
    private var latest: SampleInstant

    init(since began: SampleInstant) { latest = began }

    mutating func take(_ snapshot: Snapshot) {
        latest = snapshot.instant
        for figure in snapshot.host {
            if let power = figure.power { powers[figure.scope] = max(powers[figure.scope] ?? power, power) }
        }
    }

    /// The last interval is shorter than the others, often too short.
    mutating func takeLast(_ snapshot: Snapshot) {
        if snapshot.instant.monotonicNanoseconds - latest.monotonicNanoseconds >= Self.shortest { take(snapshot) }
    }
}
#endif
