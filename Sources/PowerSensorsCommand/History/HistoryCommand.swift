#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsHistory

/// `powersensors history`: shows what was, from the file that `export --history` keeps.
struct HistoryCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows what was: energy, mean and peak power by hour, day or consumer.",
        discussion: """
            It reads the file that export --history keeps, also while that writes it. Days and hours are those of the \
            time zone, which the variable TZ may set.
            """
    )

    @Option(
        "history", "The file.", .text("path", ifEmpty: "name a file."), default: HistoryPath.standard)
    var history: Setting<String>

    @Option(
        "since", "When to begin: a time before now, such as 90m, 7d or 1y, a date, or 2026-11-22T14:00:00Z.",
        .text("time"), default: "1d")
    var since: Setting<String>

    @Option("until", "When to end, in the same form; by default, now.", .text("time"))
    var until: Setting<String?>

    @Option(
        "by", "What each row is of: \(list(HistoryForm.groupings, "or")).",
        .choice("what", of: HistoryForm.groupings, name: \.self), default: "hour")
    var by: Setting<String>

    @Option(
        "scope",
        "The figure of the host: \(list(Scope.all.map(\.name), "or")); by default, the one that export showed first.",
        .choice("scope", of: Scope.all, name: \.name))
    var scope: Setting<Scope?>

    @Option(
        "format", short: "f", "How to write rows: \(list(HistoryForm.allCases.map(\.rawValue), "or")).",
        .choice("format", of: HistoryForm.allCases, name: \.rawValue), default: HistoryForm.text.rawValue)
    var format: Setting<HistoryForm>

    @Option(
        "price", "The price of a kilowatt-hour, in any currency, to show what the energy costs.",
        .price)
    var price: Setting<Double?>

    @Option(
        "config",
        "A file of settings: POWERSENSORS_NAME=value, one per line; by default, \(ConfigurationFile.standard) if it exists.",
        .text("file"))
    var config: Setting<String?>

    func run(in environment: Environment) throws(CommandFailure) {
        #if History
        try History(self, in: environment).run()
        #else
        let option = history.given(in: environment) ?? OptionValue(name: "history", value: "")
        throw HistoryOptions.missing(option)
        #endif
    }
}

/// How rows are written.
enum HistoryForm: String, CaseIterable {
    case text, json, csv

    /// What rows can be of.
    static let groupings = [
        "minute", "hour", "day", "scope", "vm", "process", "cgroup", "channel", "event", "sample",
    ]
}
#endif
