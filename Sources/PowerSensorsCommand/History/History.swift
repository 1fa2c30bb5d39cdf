#if Exporters && History
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHistory

/// Reads a history and writes its rows.
struct History {
    private let path: String
    private let since: Int64
    private let until: Int64?
    private let grouping: HistoryGrouping
    private let scope: Scope?
    private let form: HistoryForm
    private let price: Double?

    /// Checks the options.
    init(_ options: HistoryCommand, in environment: Environment) throws(CommandFailure) {
        let now = SampleInstant.wallNanoseconds / 1_000_000
        path = try options.history.value(in: environment)
        let begin = try options.since.value(in: environment)
        guard let since = HistoryTime.milliseconds(begin, before: now) else {
            throw Self.refused(options.since.given(in: environment), "--since", begin)
        }
        self.since = since
        until = try options.until.value(in: environment).map { text throws(CommandFailure) in
            guard let until = HistoryTime.milliseconds(text, before: now) else {
                throw Self.refused(options.until.given(in: environment), "--until", text)
            }
            return until
        }
        if since >= until ?? now {
            throw .usage("--since \(begin): it must be before \(until == nil ? "now" : "--until").")
        }
        let name = try options.by.value(in: environment)
        grouping = HistoryGrouping.all.first { $0.name == name } ?? .hour
        scope = try options.scope.value(in: environment)
        form = try options.format.value(in: environment)
        price = try options.price.value(in: environment)
    }

    private static func refused(_ option: OptionValue?, _ name: String, _ text: String) -> CommandFailure {
        (option ?? OptionValue(name: name, value: text)).refused("must be \(HistoryTime.forms).")
    }

    /// Writes the rows.
    func run() throws(CommandFailure) {
        let reader = HistoryReader(path)
        let rows: [HistoryRow]
        do throws(HistoryError) {
            rows = try reader.rows(since: since, until: until, by: grouping, scope: scope)
        } catch {
            throw .failure("\(error)")
        }
        if form == .text {
            return try StandardOutput.write(text: reader.text(rows, grouping, since: since, until: until, price: price))
        }
        var bytes = form == .csv ? HistoryRow.csvHeader(price: price) : []
        for row in rows {
            if form == .csv {
                row.appendCSV(price: price, to: &bytes)
            } else {
                row.appendJSON(price: price, to: &bytes)
            }
            // A year by the minute is some megabytes.
            if bytes.count > 1 << 16 {
                try StandardOutput.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try StandardOutput.write(bytes)
    }
}
#endif
