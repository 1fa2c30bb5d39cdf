#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors watch`: shows figures repeatedly.
struct WatchCommand: EstimatingCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows the figures continuously.",
        discussion: """
            On a terminal it shows them on a screen of their own, with the last minutes as a line, and keys: q quits, space \
            pauses, s sorts consumers, tab shows the next kind of them, f the findings, and ? explains them. The last \
            figures stay on the terminal. Into a pipe or a file, with --plain, and where TERM is dumb, it writes one block \
            below the other.
            """
    )

    @Option(
        "duration", short: "d", "How long to run, ending with a last figure; by default, until stopped.",
        .duration(from: "1ms", to: "3650d", example: "15s"))
    var duration: Setting<Duration?>

    @Option(
        "format", short: "f",
        "How to write figures: \(list(WatchFormat.allCases.map(\.rawValue), "or")). (default: text)",
        .choice("format", of: WatchFormat.allCases, name: \.rawValue))
    var format: Setting<WatchFormat?>

    @OptionGroup var output: JSONOption

    @Option(
        "top", short: "t",
        "How many of the biggest consumers of each kind to show; 0 shows none, which costs less. "
            + "A screen shows as many as fit.",
        .number("count", 0...1_000_000, "an integer from 0 to 1000000"), default: "5")
    var top: Setting<Int>

    @Flag(help: "Write text to a terminal as into a pipe: one block below the other, without a screen or keys.")
    var plain: Plain?

    @Flag(
        help:
            "Show each process with its descendants, such as make with all its compilers, indented below their ancestors."
    )
    var tree: Tree?

    @OptionGroup var report: QuietOption

    @OptionGroup var shared: SharedOptions

    @OptionGroup var knownPower: KnownPowerOptions

    @OptionGroup var estimatorOptions: EstimatorOptions

    enum Plain: String, Switch { case plain }
    enum Tree: String, Switch { case tree }

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        let format = try resolvedFormat(in: environment)
        let isPlain = try environment.isOn(plain)
        let hasScreen = format == .text && !isPlain && WatchScreen.isPossible
        let isTopGiven = self.top.given(in: environment) != nil
        let top = hasScreen && !isTopGiven ? Watch.topOfScreen : try top.value(in: environment)
        // A table has rows for consumers only where they are asked for.
        let isUnasked = format == .csv && !isTopGiven
        let kinds = top == 0 || isUnasked ? [] : Consumer.Kind.all
        let includesTrees = try environment.isOn(tree)
        if includesTrees, format == .csv {
            throw .usage("--tree: trees are in text and JSON only; leave --format csv out.")
        }
        if includesTrees, kinds.isEmpty {
            throw .usage("--tree: it has no effect without processes; add --top 10.")
        }
        let watch = Watch(
            settings: settings, format: format, duration: try duration.value(in: environment), top: top,
            isPlain: isPlain,
            hasScreen: hasScreen,
            attribution: settings.attribution(
                among: Set(kinds), every: settings.interval, limit: top,
                includesTrees: includesTrees, isOptional: !isTopGiven),
            isQuiet: try environment.isOn(report.quiet))
        try watch.run()
    }

    /// `--format` or `--json`, or else the variable of one of them.
    private func resolvedFormat(in environment: Environment) throws(CommandFailure) -> WatchFormat {
        let isJSON = try output.isOn(in: environment)
        if output.json == nil { return try format.value(in: environment) ?? (isJSON ? .json : .text) }
        if let flag = format.flag, try format.value(in: environment) != .json {
            throw flag.refused("--json asks for json; leave one of the two out.")
        }
        return .json
    }
}

/// A way to write figures.
enum WatchFormat: String, CaseIterable {
    case text, json, csv
}
#endif
