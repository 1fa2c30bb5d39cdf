#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Runs as comma-separated values (RFC 4180): a row for each figure of each run. Unknown values are empty.
struct RunCSV {
    let price: Double?

    private static let columns =
        "command,run,exit_status,wall_s,cpu_s,scope,energy_j,low_j,high_j,power_w,peak_w,idle_j,dynamic_j,provenance,status,"
        + "attributed_j,carbon_g"

    func bytes(of result: RunSeriesResult) -> [UInt8] {
        var text = Self.columns + (price == nil ? "" : ",cost") + "\n"
        for command in result.commands {
            for (number, run) in command.runs.enumerated() { append(run, number + 1, of: command, to: &text) }
        }
        return Array(text.utf8)
    }

    private func append(_ run: RunResult, _ number: Int, of command: RunSeriesResult.Command, to text: inout String) {
        let start = [
            TableRecords.field(command.title.safeToShow), "\(number)", "\(run.end.exitStatus)",
            "\(run.duration / .seconds(1))", "\(run.end.processorTime / .seconds(1))",
        ]
        // A run of which nothing is known still has a row.
        for figure in run.figures.isEmpty ? [nil] : run.figures.map(Optional.some) {
            let isAttributed = figure?.scope == run.attributed?.scope
            let isFirst = figure?.scope == run.headlineScope
            var fields = start
            fields.append(figure?.scope.name ?? "")
            fields += [
                figure?.energy?.rawValue, figure?.low?.rawValue, figure?.high?.rawValue, figure?.power?.rawValue,
                figure?.peak?.rawValue, figure?.idle?.rawValue, figure?.dynamic?.rawValue,
            ].map { $0?.description ?? "" }
            fields += [figure?.provenance.name ?? "", figure?.status.name ?? ""]
            fields.append(isAttributed ? run.attributed?.energy.rawValue.description ?? "" : "")
            fields.append(isFirst ? run.carbon?.rawValue.description ?? "" : "")
            if let price { fields.append(isFirst ? run.cost(at: price)?.description ?? "" : "") }
            text += fields.joined(separator: ",") + "\n"
        }
    }
}
#endif
