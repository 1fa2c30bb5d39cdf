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
        // The variable may be meant for export.
        if let option = options.scope.flag, !grouping.hasScopes {
            throw option.refused("it has no effect on rows by \(name).")
        }
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
        let rows: HistoryRows
        do throws(HistoryError) {
            rows = try reader.query(since: since, until: until, by: grouping, scope: scope)
        } catch {
            throw .failure("\(error)")
        }
        var bytes = form == .csv ? HistoryRow.csvHeader(price: price) : []
        // A year by the minute is some megabytes.
        func writeIfMany() throws(CommandFailure) {
            if bytes.count < 1 << 16 { return }
            try write(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        if form == .text {
            var others: [String] = []
            if rows.isEmpty, scope != nil, let all = try? reader.rows(since: since, until: until, by: .scope) {
                others = all.map(\.name)
            }
            try reader.writeText(
                rows, grouping, since: since, until: until, scope: scope, others: others, price: price
            ) { (line) throws(CommandFailure) in
                bytes += Array(line.utf8)
                try writeIfMany()
            }
        } else {
            for row in rows {
                if form == .csv {
                    row.appendCSV(price: price, to: &bytes)
                } else {
                    row.appendJSON(price: price, to: &bytes)
                }
                try writeIfMany()
            }
        }
        try write(bytes)
    }

    private func write(_ bytes: [UInt8]) throws(CommandFailure) {
        if form == .text { try StandardOutput.write(text: bytes) } else { try StandardOutput.write(bytes) }
    }
}
#endif
