#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Runs as one JSON object.
struct RunJSON {
    private let price: Double?
    private let comparesCommands: Bool

    init(price: Double?, _ comparesCommands: Bool) { (self.price, self.comparesCommands) = (price, comparesCommands) }

    /// The object and a line end.
    func bytes(of result: RunSeriesResult) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.appendLine(to: &bytes) { json in
            json.member("version", 1)
            json.member("node", result.node)
            result.baseline.appendFigures(to: &json)
            json.member("baseline_time", result.baseline.time)
            json.member("commands", each: result.commands) { command, json in
                self.command(command, comparedWith: result.commands.first, &json)
            }
            json.findings(result.findings)
        }
        return bytes
    }

    private func command(
        _ command: RunSeriesResult.Command, comparedWith first: RunSeriesResult.Command?, _ json: inout JSONWriter
    ) {
        json.member("command", command.words)
        json.member("exit_status", Int(command.exitStatus))
        json.member("planned_runs", command.planned)
        json.member("warmup_exit_status", Int(command.warmupStatus))
        json.member("cut_off_after_s", command.cutOff?.duration.seconds)
        json.member("runs", each: command.runs) { run, json in self.run(run, &json) }
        json.member("scope", command.source?.scope.name)
        json.member("provenance", command.source?.provenance.name)
        Self.member("left_out", command.leftOut, &json)
        Self.append(RunValue.all(price: price).map { ($0.name, command.statistics($0)) }, to: &json)
        Self.member("outliers", command.outliers, &json)
        json.member("phases", each: command.phases) { phase, json in
            json.member("name", phase.name.isEmpty ? nil : phase.name)
            json.member("runs", phase.ofRuns.count)
            Self.append(PhaseValue.all.map { ($0.name, phase.statistics($0)) }, to: &json)
        }
        if comparesCommands, let first {
            let comparison = command.comparison(with: first, RunValue.energy)
            json.name("energy_ratio")
            json.object { json in
                json.member("mean", comparison?.ratio)
                Self.interval("interval95", comparison?.interval, &json)
                json.member("different", comparison?.isDifferent)
                json.member("provenance", first.source?.provenance.name)
            }
        }
    }

    /// Appends the members `mean`, `deviation` and `interval95`.
    private static func append(
        _ statistics: [(name: StaticString, known: RunStatistics?)], to json: inout JSONWriter
    ) {
        json.name("mean")
        json.object { json in for (name, known) in statistics { json.member(name, known?.mean) } }
        json.name("deviation")
        json.object { json in for (name, known) in statistics { json.member(name, known?.deviation) } }
        json.name("interval95")
        json.object { json in for (name, known) in statistics { interval(name, known?.interval, &json) } }
    }

    private func run(_ run: RunResult, _ json: inout JSONWriter) {
        json.member("exit_status", Int(run.end.exitStatus))
        json.member("signal", run.end.signalName)
        json.member("wall_s", run.duration / .seconds(1))
        json.member("cpu_s", run.end.processorTime / .seconds(1))
        json.member("shortest_s", run.headline == nil ? nil : run.shortest.seconds)
        json.member("is_too_short", run.isTooShort)
        Self.host(run.figures, &json)
        json.member("channels", each: run.channels) { channel, json in
            json.member("id", channel.id)
            json.member("energy_j", channel.figure.energy?.rawValue)
            json.member("power_w", channel.figure.power?.rawValue)
            json.member("status", channel.figure.status.name)
        }
        json.member("attributed_j", run.attributed?.energy.rawValue)
        Self.bounds("attributed_low_j", "attributed_high_j", run.attributedBounds, &json)
        json.member("attributed_scope", run.attributed?.scope.name)
        json.member("carbon_g", run.carbon?.rawValue)
        Self.bounds("carbon_low_g", "carbon_high_g", run.carbonBounds, &json)
        if let price {
            json.member("cost", run.cost(at: price))
            Self.bounds("cost_low", "cost_high", run.costBounds(at: price), &json)
        }
        json.member("cut_off", run.isCutOff)
        json.name("lost_output")
        json.array { json in for lost in run.lostOutput { json.string(lost.rawValue) } }
        json.member("descendants_left", run.end.hasSurvivors)
        json.member("stopped_s", run.stoppedTime.seconds)
        json.member("phases", each: run.phases) { phase, json in
            json.member("name", phase.name.isEmpty ? nil : phase.name)
            json.member("count", phase.count)
            json.member("wall_s", phase.duration.seconds)
            json.member("cpu_s", phase.processorTime.seconds)
            Self.host(phase.figures, &json)
        }
    }

    private static func host(_ figures: [RunResult.Figure], _ json: inout JSONWriter) {
        json.member("host", each: figures) { figure, json in
            json.member("scope", figure.scope.name)
            json.member("energy_j", figure.energy?.rawValue)
            json.member("low_j", figure.low?.rawValue)
            json.member("high_j", figure.high?.rawValue)
            json.member("power_w", figure.power?.rawValue)
            json.member("peak_w", figure.peak?.rawValue)
            json.member("idle_j", figure.idle?.rawValue)
            json.member("dynamic_j", figure.dynamic?.rawValue)
            bounds("dynamic_low_j", "dynamic_high_j", figure.dynamicBounds, &json)
            json.member("provenance", figure.provenance.name)
            json.member("status", figure.status.name)
        }
    }

    private static func member(_ name: StaticString, _ runs: [Int], _ json: inout JSONWriter) {
        json.name(name)
        json.array { json in for run in runs { json.number(run) } }
    }

    private static func bounds(
        _ low: StaticString, _ high: StaticString, _ bounds: ClosedRange<Double>?, _ json: inout JSONWriter
    ) {
        json.member(low, bounds?.lowerBound)
        json.member(high, bounds?.upperBound)
    }

    private static func interval(_ name: StaticString, _ interval: ClosedRange<Double>?, _ json: inout JSONWriter) {
        json.name(name)
        guard let interval else { return json.null() }
        json.array { json in
            json.number(interval.lowerBound)
            json.number(interval.upperBound)
        }
    }
}
#endif
