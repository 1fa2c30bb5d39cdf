#if Exporters
import ArgumentParser
import Glibc
import PowerSensors
import PowerSensorsExporters

/// A subcommand that is run with the environment and fails in one line.
protocol RunnableCommand: ParsableCommand {
    func run(in environment: Environment) async throws(CommandFailure)
}

/// Runs what the arguments ask for, and ends the process; returns earlier if that has to wait for something.
///
/// The main thread does not await it: the runtime would end that thread by pthread_exit(3), for which glibc loads
/// libgcc_s.so.1. What waits for nothing that is asynchronous, as `watch`, still runs on it from beginning to end. A closure in
/// main.swift would belong to the main actor, which then never runs again.
func startCommand(_ arguments: [String]) {
    Task.immediateDetached { exit(await runCommand(arguments)) }
}

/// Parses the arguments, runs what they ask for, and returns the exit code.
///
/// ArgumentParser would add lines of usage to an error; here it is one line.
func runCommand(_ arguments: [String]) async -> Int32 {
    do throws(CommandFailure) {
        try await run(arguments)
        return 0
    } catch {
        if !error.line.isEmpty { StandardError.write(error.line) }
        return error.exitCode
    }
}

private func run(_ arguments: [String]) async throws(CommandFailure) {
    do {
        var command = try parse(arguments)
        // The other commands are ArgumentParser's own, such as `help`, which ends with an error that holds its text.
        guard let runnable = command as? any RunnableCommand else { return try command.run() }
        do throws(CommandFailure) {
            try DescriptorLimit.raise()
        } catch {
            // What it would measure must run all the same.
            guard let run = runnable as? RunCommand else { throw error }
            return try run.run(in: environment(of: command), obstacle: error)
        }
        try await runnable.run(in: environment(of: command))
    } catch let failure as CommandFailure {
        throw failure
    } catch {
        try report(parsing: error, of: arguments)
    }
}

/// The variables of this process and of the configuration file. A variable that no subcommand has is told.
private func environment(of command: any ParsableCommand) throws(CommandFailure) -> Environment {
    var environment = Environment()
    let set = Environment.setVariables
    let path =
        switch command {
        case let command as any SensorsCommand: ConfigurationFile.path(try command.shared.config.value(in: environment))
        case let command as EstimateCommand: try command.config.value(in: environment)
        case let command as HistoryCommand: ConfigurationFile.path(try command.config.value(in: environment))
        default: String?.none
        }
    // To know all names takes some time, and usually nothing is set.
    if set.isEmpty, path == nil { return environment }
    let options = RootCommand.configuration.subcommands.compactMap { (try? $0.parse([])) as? any RunnableCommand }
    let names = options.reduce(into: Set<String>()) { $0.formUnion($1.optionNames.map(Environment.variableName)) }
    for name in set.subtracting(names).sorted() {
        let hint = suggestion(for: name, among: names, after: Environment.prefix).map { " Did you mean \($0)?" } ?? ""
        StandardError.write("\(name) is not a setting, and is ignored.\(hint)")
    }
    if let path {
        // These two concern a single run.
        let single = Set(["config", "check"].map(Environment.variableName))
        environment.file = try ConfigurationFile.variables(path, knownNames: names.subtracting(single))
        let hasSecrets = environment.file.values.contains { $0.value != $0.value.hidingURLSecrets(isTyped: true) }
        if hasSecrets, let warning = SecretFile.warning(about: path) { StandardError.write(warning) }
    }
    return environment
}

/// Parses the arguments; a subcommand may also follow its options: `--procfs DIR list` is `list --procfs DIR`.
///
/// ArgumentParser parses options in front of a subcommand as those of the default one. A subcommand's name may also be
/// an option's value, as in `--node list`, so arguments that are valid as they stand are left alone.
private func parse(_ arguments: [String]) throws -> any ParsableCommand {
    do {
        return try RootCommand.parseAsRoot(arguments)
    } catch let asTyped {
        for (index, argument) in arguments.enumerated().dropFirst() where subcommandNames.contains(argument) {
            var moved = arguments
            moved.remove(at: index)
            moved.insert(argument, at: 0)
            do {
                return try RootCommand.parseAsRoot(moved)
            } catch let help where RootCommand.exitCode(for: help) == .success {
                // ArgumentParser returns help that was asked for as an error, too.
                throw help
            } catch {
                continue
            }
        }
        throw asTyped
    }
}

/// Prints the help or version that was asked for, or what is wrong with the arguments.
private func report(parsing error: any Error, of arguments: [String]) throws(CommandFailure) {
    if RootCommand.exitCode(for: error) == .success {
        return try StandardOutput.write(RootCommand.fullMessage(for: error) + "\n")
    }
    let message = RootCommand.message(for: error).split(separator: "\n").joined(separator: " ")
    let end = message.last.map { ".!?".contains($0) } == true ? "" : "."
    let subcommand = arguments.first { subcommandNames.contains($0) } ?? "watch"
    if message.contains("Missing value for '--json") {
        throw .usage("--json of \(subcommand) needs a file: --json power.json, or --json - for standard output.")
    }
    if let file = fileOfJSONFlag(arguments), message.contains("'\(file)'") {
        let remedy =
            file == "-"
            ? "leave - out." : "write --json > \(file), or append to a file with powersensors export --json \(file)."
        throw .usage("--json of \(subcommand) takes no file, and writes to standard output: \(remedy)")
    }
    if subcommand == "run", message.contains("nexpected argument") {
        throw .usage("\(message)\(end) Put -- before the command: powersensors run -- sleep 1.")
    }
    let typed = arguments.first.flatMap { $0.hasPrefix("-") || subcommandNames.contains($0) ? nil : $0 }
    let mistyped = typed.flatMap { suggestion(for: $0, among: subcommandNames) }
    let hint = mistyped.map { " Did you mean \($0)?" } ?? ""
    throw .usage("\(message)\(end)\(hint) See powersensors \(mistyped ?? subcommand) --help.")
}

/// What follows `--json` as if it were a file, as after `export`'s option; nil for nothing.
private func fileOfJSONFlag(_ arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(where: { $0 == "--json" || $0.hasPrefix("--json=") }) else { return nil }
    if let equals = arguments[index].firstIndex(of: "=") {
        return String(arguments[index][arguments[index].index(after: equals)...])
    }
    return arguments[(index + 1)...].first.flatMap { $0.hasPrefix("-") && $0 != "-" ? nil : $0 }
}

private let subcommandNames = RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
#endif
