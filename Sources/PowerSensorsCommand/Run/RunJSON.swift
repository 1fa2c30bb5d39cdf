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
            json.member("baseline", each: Scope.all.filter { result.baseline[$0] != nil }) { scope, json in
                json.member("scope", scope.name)
                json.member("power_w", result.baseline[scope]?.rawValue)
            }
            json.member("commands", each: result.commands) { command, json in
                self.command(command, comparedWith: result.commands.first, &json)
            }
        }
        return bytes
    }

    private func command(
        _ command: RunSeriesResult.Command, comparedWith first: RunSeriesResult.Command?, _ json: inout JSONWriter
    ) {
        json.member("command", command.words)
        json.member("exit_status", Int(command.exitStatus))
        json.member("runs", each: command.runs) { run, json in self.run(run, &json) }
        let statistics = RunValue.all(price: price).map { ($0, command.statistics($0.value)) }
        json.name("mean")
        json.object { json in for (value, known) in statistics { json.member(value.name, known?.mean) } }
        json.name("deviation")
        json.object { json in for (value, known) in statistics { json.member(value.name, known?.deviation) } }
        json.name("interval95")
        json.object { json in
            for (value, known) in statistics { Self.interval(value.name, known?.interval, &json) }
        }
        json.name("outliers")
        json.array { json in for run in command.statistics(RunValue.energy.value)?.outliers ?? [] { json.number(run) } }
        if comparesCommands, let first {
            let comparison = command.comparison(with: first, RunValue.energy.value)
            json.name("energy_ratio")
            json.object { json in
                json.member("mean", comparison?.ratio)
                Self.interval("interval95", comparison?.interval, &json)
                json.member("different", comparison.map(\.isDifferent))
            }
        }
    }

    private func run(_ run: RunResult, _ json: inout JSONWriter) {
        json.member("exit_status", Int(run.end.exitStatus))
        json.member("wall_s", run.duration / .seconds(1))
        json.member("cpu_s", run.end.processorTime / .seconds(1))
        json.member("host", each: run.figures) { figure, json in
            json.member("scope", figure.scope.name)
            json.member("energy_j", figure.energy?.rawValue)
            json.member("low_j", figure.low?.rawValue)
            json.member("high_j", figure.high?.rawValue)
            json.member("power_w", figure.power?.rawValue)
            json.member("peak_w", figure.peak?.rawValue)
            json.member("idle_j", figure.idle?.rawValue)
            json.member("dynamic_j", figure.dynamic?.rawValue)
            json.member("provenance", figure.provenance.name)
            json.member("status", figure.status.name)
        }
        json.member("channels", each: run.channels) { channel, json in
            json.member("id", channel.id)
            json.member("energy_j", channel.energy?.rawValue)
        }
        json.member("attributed_j", run.attributed?.energy.rawValue)
        json.member("attributed_scope", run.attributed?.scope.name)
        json.member("carbon_g", run.carbon?.rawValue)
        if let price { json.member("cost", run.cost(at: price)) }
        json.member("descendants_left", run.end.hasSurvivors)
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

/// A value that each run has, by its name in JSON.
struct RunValue: Sendable {
    let name: StaticString
    let value: @Sendable (RunResult) -> Double?

    /// The energy of the figure to show first.
    static let energy = RunValue(name: "energy_j") { $0.headline?.energy?.rawValue }

    /// All, in the order in which they are written.
    static func all(price: Double?) -> [RunValue] {
        let values = [
            RunValue(name: "wall_s") { $0.duration / .seconds(1) },
            RunValue(name: "cpu_s") { $0.end.processorTime / .seconds(1) },
            energy,
            RunValue(name: "low_j") { $0.headline?.low?.rawValue },
            RunValue(name: "high_j") { $0.headline?.high?.rawValue },
            RunValue(name: "power_w") { $0.headline?.power?.rawValue },
            RunValue(name: "dynamic_j") { $0.headline?.dynamic?.rawValue },
            RunValue(name: "attributed_j") { $0.attributed?.energy.rawValue },
            RunValue(name: "carbon_g") { $0.carbon?.rawValue },
        ]
        return price.map { price in values + [RunValue(name: "cost") { $0.cost(at: price) }] } ?? values
    }
}
#endif
