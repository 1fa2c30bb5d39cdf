#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Runs as comma-separated values (RFC 4180): a row for each figure and each channel of each run, and for each figure of each of its
/// phases. Unknown values are empty.
struct RunCSV {
    let price: Double?

    private static let columns =
        "command,planned_runs,run,exit_status,signal,cut_off,wall_s,cpu_s,scope,energy_j,low_j,high_j,power_w,peak_w,idle_j,dynamic_j,provenance,status,"
        + "attributed_j,carbon_g"

    func bytes(of result: RunSeriesResult) -> [UInt8] {
        let hasPhases = result.commands.contains { $0.runs.contains { !$0.phases.isEmpty } }
        var text =
            Self.columns + (price == nil ? "" : ",cost") + ",channel" + (hasPhases ? ",phase,phase_name" : "") + "\n"
        for command in result.commands {
            for (number, run) in command.runs.enumerated() {
                append(run, number + 1, of: command, endingWith: hasPhases ? ["", ""] : [], to: &text)
            }
        }
        return Array(text.utf8)
    }

    private func append(
        _ run: RunResult, _ number: Int, of command: RunSeriesResult.Command, endingWith ending: [String],
        to text: inout String
    ) {
        let start = [
            TableRecords.field(command.title.safeToShow), "\(command.planned)", "\(number)", "\(run.end.exitStatus)",
            run.end.signalName ?? "", "\(run.isCutOff)",
        ]
        let times = [run.duration, run.end.processorTime].map { "\($0.seconds)" }
        // A run of which nothing is known still has a row.
        for figure in run.figures.isEmpty ? [nil] : run.figures.map(Optional.some) {
            let isAttributed = figure?.scope == run.attributed?.scope
            let isFirst = figure?.scope == run.headlineScope
            var fields = start + times + Self.fields(of: figure)
            fields.append(isAttributed ? run.attributed?.energy.rawValue.description ?? "" : "")
            fields.append(isFirst ? run.carbon?.rawValue.description ?? "" : "")
            if let price { fields.append(isFirst ? run.cost(at: price)?.description ?? "" : "") }
            text += Self.row(fields, [""], ending)
        }
        let unknown = [String](repeating: "", count: price == nil ? 2 : 3)
        for channel in run.channels where channel.isOfEnergy {
            let id = TableRecords.field(channel.id.safeToShow)
            text += Self.row(start, times, Self.fields(ofChannel: channel), unknown, [id], ending)
        }
        for (index, phase) in run.phases.enumerated() {
            let times = [phase.duration, phase.processorTime].map { "\($0.seconds)" }
            for figure in phase.figures.isEmpty ? [nil] : phase.figures.map(Optional.some) {
                let ending = ["\(index + 1)", TableRecords.field(phase.name.safeToShow)]
                text += Self.row(start, times, Self.fields(of: figure), unknown, [""], ending)
            }
        }
    }

    private static func row(_ parts: [String]...) -> String { parts.flatMap(\.self).joined(separator: ",") + "\n" }

    /// The fields from `scope` to `status` of a channel, without a scope, so that the rows of a scope are those of its figure.
    private static func fields(ofChannel channel: RunResult.Channel) -> [String] {
        let (energy, power) = (channel.figure.energy?.rawValue, channel.figure.power?.rawValue)
        let numbers = [energy, nil, nil, power, nil, nil, nil].map { $0?.description ?? "" }
        return [""] + numbers + [channel.provenance.name, channel.figure.status.name]
    }

    /// The fields from `scope` to `status`.
    private static func fields(of figure: RunResult.Figure?) -> [String] {
        let numbers = [
            figure?.energy?.rawValue, figure?.low?.rawValue, figure?.high?.rawValue, figure?.power?.rawValue,
            figure?.peak?.rawValue, figure?.idle?.rawValue, figure?.dynamic?.rawValue,
        ]
        return [figure?.scope.name ?? ""] + numbers.map { $0?.description ?? "" }
            + [figure?.provenance.name ?? "", figure?.status.name ?? ""]
    }
}
#endif
