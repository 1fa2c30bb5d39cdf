#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors watch`: figures again and again.
struct WatchCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows figures again and again (the default)."
    )

    @OptionGroup var shared: SharedOptions

    @OptionGroup var output: JSONOption

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("When to end, with a last figure; without it, never.", valueName: "time")
    )
    var duration: String?

    @Option(help: ArgumentHelp("How to write figures: text, json or csv. (default: text)", valueName: "format"))
    var format: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many of the greatest consumers of a kind to show; 0 for none, which costs less. (default: 5)",
            valueName: "count"
        )
    )
    var top: String?

    func run(in environment: Environment) throws(CommandFailure) {
        let settings = try Settings(shared, environment, json: output)
        let options = try WatchOptions(self, settings, environment)
        // The kernel counts a process's time in steps of 10 ms: looking more often tells less, and costs more.
        let every = max(settings.interval, .seconds(1))
        let watched = settings.dividing(
            among: options.kinds, limit: options.top, every: every, isByTheWay: !options.asksForTop)
        try Watch(watched, options).run()
    }
}

/// What `watch` alone is asked for, checked.
struct WatchOptions {
    /// A way to write figures.
    enum Format: String, CaseIterable {
        case text, json, csv
    }

    /// How to write figures.
    let format: Format

    /// When to end; nil for never.
    let duration: Duration?

    /// How many consumers to show.
    let top: Int

    /// Whether somebody said how many.
    let asksForTop: Bool

    /// The kinds of consumers to show; text has no room for all.
    var kinds: Set<Consumer.Kind> {
        if top == 0 || format == .csv { return [] }
        return format == .text ? [.process, .virtualMachine] : Set(Consumer.Kind.known)
    }

    /// Checks the options; a flag wins over its variable.
    init(_ command: WatchCommand, _ settings: Settings, _ environment: Environment) throws(CommandFailure) {
        func option(_ name: String, _ flag: String?) -> OptionValue? {
            flag.map { OptionValue(name: "--\(name)", value: $0) } ?? environment.option(name)
        }
        duration = try option("duration", command.duration).map(Self.duration)
        let count = option("top", command.top)
        top = try count.map(Self.count) ?? 5
        asksForTop = count != nil

        if let flag = command.format.map({ OptionValue(name: "--format", value: $0) }) {
            format = try Self.format(flag)
            if command.output.json, format != .json {
                throw flag.refused("--json asks for json; leave one of the two out.")
            }
        } else if command.output.json {
            format = .json
        } else if let variable = environment.option("format") {
            format = try Self.format(variable)
        } else {
            format = settings.json == true ? .json : .text
        }
    }

    private static func format(_ option: OptionValue) throws(CommandFailure) -> Format {
        guard let format = Format(rawValue: option.value) else {
            throw option.refused("allowed are text, json and csv.")
        }
        return format
    }

    private static func duration(_ option: OptionValue) throws(CommandFailure) -> Duration {
        guard let duration = DurationText.duration(option.value), duration >= .milliseconds(1),
            duration <= .seconds(3650 * 86_400)
        else { throw option.refused("allowed is 1ms to 3650d: an integer and ms, s, m, h or d, such as 15s.") }
        return duration
    }

    private static func count(_ option: OptionValue) throws(CommandFailure) -> Int {
        guard let count = Int(option.value), (0...1_000_000).contains(count) else {
            throw option.refused("allowed is an integer from 0 to 1000000.")
        }
        return count
    }
}
#endif
