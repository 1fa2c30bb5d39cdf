#if Exporters
import PowerSensors

/// Runs commands in turn, each as often as asked for, and measures them.
struct RunSeries {
    let commands: [[CommandWord]]
    let runs: Int
    let warmup: Int
    let cooldown: Duration
    /// Where the machine's power without the runs comes from; nil for nowhere.
    let baseline: BaselineSource?
    /// The file to write it into; nil for none.
    let savedBaseline: String?
    /// The time between two samples within a run.
    let interval: Duration
    let phases: PhaseSources

    /// Measures all runs.
    ///
    /// - Parameter obstacle: Why nothing can be measured; nil if nothing prevents it.
    /// - Returns: What they used, and how to end: by the first exit status other than 0, or the failure of a command that cannot be
    ///   started.
    func run(
        _ settings: Settings, obstacle: CommandFailure?
    ) -> (result: RunSeriesResult, end: CommandFailure) {
        var meter = RunMeter(settings, every: interval, phases, obstacle)
        var result = RunSeriesResult(
            node: settings.node, baseline: Baseline(),
            commands: commands.map { RunSeriesResult.Command(words: $0.map(\.text), planned: runs) })
        let end = run(settings, by: &meter, into: &result)
        if let obstacle {
            let text = "Nothing is measured: \(obstacle.line)"
            result.findings = [Finding(severity: .error, subject: "run", reason: .limited, text: text)]
            result.isObstructed = true
        } else {
            result.findings = meter.findings()
        }
        return (result, end)
    }

    private func run(
        _ settings: Settings, by meter: inout RunMeter, into result: inout RunSeriesResult
    ) -> CommandFailure {
        do throws(CommandFailure) {
            if let baseline { try meter.setBaseline(baseline) }
            if let savedBaseline, !Signals.isEndRequested {
                try meter.baseline.save(to: savedBaseline, of: settings.node)
            }
        } catch {
            return error
        }
        result.baseline = meter.baseline
        if commands.isEmpty {
            return CommandFailure(line: "", exitCode: Signals.latestEnd == 0 ? 0 : Signals.exitStatus)
        }
        var exitStatus: Int32 = 0
        let progress = ProgressLine("run", after: .milliseconds(500))
        for round in 0..<(warmup + runs) {
            // Each second round goes the other way: what drifts with time, such as heat, then concerns all alike.
            for index in round % 2 == 0 ? Array(commands.indices) : commands.indices.reversed() {
                if round >= warmup, cooldown > .zero { coolDown(before: index, round, progress) }
                if Signals.isEndRequested {
                    return CommandFailure(line: "", exitCode: exitStatus == 0 ? Signals.exitStatus : exitStatus)
                }
                do throws(CommandFailure) {
                    let one = try meter.run(commands[index])
                    if round >= warmup {
                        if exitStatus == 0 { exitStatus = one.end.exitStatus }
                        result.commands[index].add(one)
                    } else if result.commands[index].warmupStatus == 0 {
                        result.commands[index].warmupStatus = one.end.exitStatus
                    }
                } catch {
                    return error
                }
            }
        }
        // That of a measured run comes first.
        if exitStatus == 0 { exitStatus = result.commands.map(\.warmupStatus).first { $0 != 0 } ?? 0 }
        // A command may end well by the signal that cuts it off, and the series is not complete for that.
        let isCutOff = result.commands.contains { $0.cutOff != nil }
        return CommandFailure(line: "", exitCode: exitStatus == 0 && isCutOff ? Signals.exitStatus : exitStatus)
    }

    /// Waits before a measured run. The line about it is gone before the command has the terminal.
    private func coolDown(before index: Int, _ round: Int, _ progress: ProgressLine) {
        let which = commands.count > 1 ? " of command \(index + 1)" : ""
        let start = progress.elapsed
        while !Signals.isEndRequested {
            let left = cooldown - (progress.elapsed - start)
            if left <= .zero { break }
            progress.show("cooling down before run \(round - warmup + 1) of \(runs)\(which)", left: left)
            Signals.wait(for: min(left, .seconds(1)))
        }
        ProgressLine.clear()
    }
}

/// What a series of runs used.
struct RunSeriesResult {
    /// The runs of one command.
    struct Command {
        let words: [String]
        /// How many runs were asked for.
        let planned: Int
        private(set) var runs: [RunResult] = []

        /// The run of a series during which the end was requested, which is none of ``runs``: nobody knows how much is missing.
        private(set) var cutOff: RunResult?

        /// The first exit status of an unmeasured run that is not 0; otherwise 0.
        var warmupStatus: Int32 = 0

        /// The first exit status of a measured run that is not 0; otherwise 0.
        var exitStatus: Int32 { failure?.exitStatus ?? 0 }

        /// The first end with an exit status other than 0; nil for none.
        var failure: ChildProcess.End? {
            (runs + [cutOff].compactMap(\.self)).first { $0.end.exitStatus != 0 }?.end
        }

        init(words: [String], planned: Int) { (self.words, self.planned) = (words, planned) }

        /// Adds a run. A single one is the result, however it ended.
        mutating func add(_ run: RunResult) {
            if run.isCutOff, planned > 1 { cutOff = run } else { runs.append(run) }
        }
    }

    let node: String
    var baseline: Baseline
    var commands: [Command]
    /// What is missing or limited at the end.
    var findings: [Finding] = []
    /// Whether something kept all from being measured, which the findings tell.
    var isObstructed = false
}
#endif
