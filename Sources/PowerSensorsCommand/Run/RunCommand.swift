#if Exporters
import ArgumentParser
import Glibc
import PowerSensors

/// `powersensors run`: measures what commands use.
struct RunCommand: EstimatingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measures what a command uses, from its start to its end.",
        usage: "powersensors run [options] -- command ...",
        discussion: """
            The command has this one's standard streams and gets its signals; powersensors ends with its exit status, and says on \
            standard error what the machine used meanwhile. The sensors are read right before the start and right after the end, \
            and every 100 ms between, or every --interval.

            powersensors run --runs 10 --compare -- ./old -- ./new says whether one of them uses less.
            """
    )

    @Option(
        "runs", "How often to measure each command.", .number("count", 1...10_000, "a whole number from 1 to 10000"),
        default: "1")
    var runs: Setting<Int>

    @Option(
        "warmup", "How often to run each command before, unmeasured.",
        .number("count", 0...10_000, "a whole number from 0 to 10000"), default: "0")
    var warmup: Setting<Int>

    @Option(
        "cooldown", "How long to wait before each measured run.", .duration(from: "1ms", to: "1d", example: "5s"))
    var cooldown: Setting<Duration?>

    @Option(
        "baseline",
        "How long to measure the machine before the first run, or a file that --save-baseline wrote; what the runs use above that "
            + "power is their dynamic energy.", .baseline)
    var baseline: Setting<BaselineSource?>

    @Option(
        "save-baseline", "A file for the measured baseline, which replaces it; without a command that is all.",
        .text("file", ifEmpty: "name a file."))
    var saveBaseline: Setting<String?>

    @Option(
        "phases",
        "A regular expression, as of grep -E: each line of the command's output or errors that matches begins a phase, named by "
            + "its first group or by what matches.", .text("regex", ifEmpty: "write an expression, as for grep -E."))
    var phases: Setting<String?>

    @Option(
        "phase-descriptor",
        "A descriptor that the command gets; each line that it writes there begins a phase of that name.",
        .number("number", 3...255, "a whole number from 3 to 255"))
    var phaseDescriptor: Setting<Int?>

    @Flag(help: "Run several commands, with -- between them, in turn, and compare each with the first.")
    var compare: Compare?

    @Option(
        "command", "A command for /bin/sh, instead of words behind --.", .text("text", ifEmpty: "name a command."))
    var command: [Setting<String>]

    @Option(
        "format", short: "f", "How to write the result: \(list(RunFormat.allCases.map(\.rawValue), "or")).",
        .choice("format", of: RunFormat.allCases, name: \.rawValue), default: "text")
    var format: Setting<RunFormat>

    @Option(
        "output", "A file for the result, which replaces it; by default, standard error.",
        .text("file", ifEmpty: "name a file."))
    var output: Setting<String?>

    @Option("price", "The price of a kilowatt-hour, in any currency, to show what the energy costs.", .price)
    var price: Setting<Double?>

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command.", valueName: "command"))
    var words: [String] = []

    @OptionGroup var shared: SharedOptions

    @OptionGroup var knownPower: KnownPowerOptions

    @OptionGroup var estimatorOptions: EstimatorOptions

    enum Compare: String, Switch { case compare }

    func run(in environment: Environment) throws(CommandFailure) { try run(in: environment, obstacle: nil) }

    /// Runs the command.
    ///
    /// - Parameter obstacle: Why nothing can be measured; nil if nothing prevents it.
    func run(in environment: Environment, obstacle: CommandFailure?) throws(CommandFailure) {
        let settings = try Settings(self, in: environment)
        // A variable or a file is meant for the other subcommands too.
        if let policy = shared.policy.flag {
            throw policy.refused("run leaves idle energy to nobody, as its share says; leave the option out.")
        }
        let series = RunSeries(
            commands: try commands(in: environment),
            runs: try runs.value(in: environment),
            warmup: try warmup.value(in: environment),
            cooldown: try cooldown.value(in: environment) ?? .zero,
            baseline: try baselineSource(in: environment),
            savedBaseline: try saveBaseline.value(in: environment),
            interval: shared.interval.given(in: environment) == nil ? .milliseconds(100) : settings.interval,
            phases: try phaseSources(in: environment))
        let report = RunReport(
            format: try format.value(in: environment), price: try price.value(in: environment),
            comparesCommands: try environment.isOn(compare), isVerbose: settings.isVerbose)
        let output = try output.value(in: environment)
        if let output { try FileTarget(output).check(isReplaced: true) }
        Signals.endOrderly()
        ChildProcess.adoptDescendants()
        try SignalRelay.start()
        defer { SignalRelay.end() }
        let (result, end) = series.run(settings, obstacle: obstacle)
        if result.commands.contains(where: { !$0.runs.isEmpty || $0.cutOff != nil }) {
            do throws(CommandFailure) {
                try report.write(result, to: output)
            } catch {
                // The status is the command's, unless it has nothing to say.
                if end.exitCode == 0 { throw error }
                StandardError.write(error.line)
            }
        }
        if end.exitCode != 0 { throw end }
    }

    /// What marks phases, after it has been checked.
    private func phaseSources(in environment: Environment) throws(CommandFailure) -> PhaseSources {
        let pattern = try phases.value(in: environment)
        if let pattern {
            do throws(LinePattern.Failure) {
                _ = try LinePattern(pattern)
            } catch {
                let reason = "is not a regular expression: \(error.reason). Write it as for grep -E."
                throw phases.given(in: environment)?.refused(reason) ?? .usage("--phases: it \(reason)")
            }
        }
        let number = try phaseDescriptor.value(in: environment).map { Int32($0) }
        // One that the command would inherit otherwise; this process's own are closed in it.
        if let number, case let flags = fcntl(number, F_GETFD), flags >= 0, flags & FD_CLOEXEC == 0 {
            throw .usage("--phase-descriptor \(number): this descriptor is open already; name another one.")
        }
        return PhaseSources(pattern: pattern, descriptor: number)
    }

    /// Where the baseline comes from, after it has been checked that it can be saved.
    private func baselineSource(in environment: Environment) throws(CommandFailure) -> BaselineSource? {
        let source = try baseline.value(in: environment)
        guard let path = try saveBaseline.value(in: environment) else { return source }
        guard case .measured? = source else {
            throw .usage("--save-baseline \(path): say how long to measure, as by --baseline 30s.")
        }
        try FileTarget(path).check(isReplaced: true)
        return source
    }

    /// The commands, each as its words.
    private func commands(in environment: Environment) throws(CommandFailure) -> [[CommandWord]] {
        let isCompared = try environment.isOn(compare)
        var commands = try command.values(in: environment).map { ["/bin/sh", "-c", $0].map { CommandWord($0) } }
        let words = CommandWord.typed(words)
        let typed =
            isCompared ? words.split(omittingEmptySubsequences: false) { $0.text == "--" }.map(Array.init) : [words]
        if !words.isEmpty {
            if typed.contains(where: \.isEmpty) { throw .usage("--compare: there is no command between two --.") }
            commands += typed
        }
        if commands.isEmpty, try saveBaseline.value(in: environment) != nil { return [] }
        if commands.isEmpty {
            throw .usage("There is no command to run. Put it behind --: powersensors run -- sleep 1.")
        }
        if isCompared, commands.count == 1 {
            throw .usage("--compare needs two commands or more: powersensors run --compare -- sleep 1 -- sleep 2.")
        }
        if !isCompared, commands.count > 1 { throw .usage("There is more than one command; --compare compares them.") }
        return commands
    }
}

/// A way to write what runs used.
enum RunFormat: String, CaseIterable {
    case text, json, csv
}
#endif
