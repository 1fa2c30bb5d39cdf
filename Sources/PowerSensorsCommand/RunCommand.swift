#if Exporters
import ArgumentParser

/// A subcommand that is run with the environment and fails in one line.
protocol RunnableCommand: ParsableCommand {
    func run(in environment: Environment) async throws(CommandFailure)
}

/// Parses the arguments, runs what they ask for, and returns the exit code.
///
/// ArgumentParser would add lines of usage to an error; here it is one line.
func runCommand(_ arguments: [String]) async -> Int32 {
    let parsed = parse(arguments)
    let command: any ParsableCommand
    switch parsed.result {
    case .success(let value): command = value
    case .failure(let error): return await report(parsing: error, of: parsed.arguments)
    }
    if let command = command as? any RunnableCommand {
        return await exitCode { () async throws(CommandFailure) in try await command.run(in: Environment()) }
    }
    // The remaining commands are ArgumentParser's own, such as `help`, which ends with an error that holds its text.
    do {
        var command = command
        try command.run()
        return 0
    } catch {
        return await report(parsing: error, of: arguments)
    }
}

/// Runs a part of the command, and reports its failure.
private func exitCode(of body: () async throws(CommandFailure) -> Void) async -> Int32 {
    do throws(CommandFailure) {
        try await body()
        return 0
    } catch {
        if !error.line.isEmpty { StandardError.write(error.line) }
        return error.exitCode
    }
}

/// Parses the arguments; a subcommand may also follow its options: `--procfs DIR list` is `list --procfs DIR`.
///
/// ArgumentParser parses options in front of a subcommand as those of the default one. A subcommand's name may also be
/// an option's value, as in `--node list`, so arguments that are valid as they stand are left alone.
private func parse(
    _ arguments: [String]
) -> (arguments: [String], result: Result<any ParsableCommand, any Error>) {
    func attempt(_ arguments: [String]) -> Result<any ParsableCommand, any Error> {
        Result { try RootCommand.parseAsRoot(arguments) }
    }
    let asTyped = attempt(arguments)
    guard case .failure = asTyped else { return (arguments, asTyped) }
    for (index, argument) in arguments.enumerated().dropFirst() where subcommandNames.contains(argument) {
        var moved = arguments
        moved.remove(at: index)
        moved.insert(argument, at: 0)
        switch attempt(moved) {
        case .success(let command): return (moved, .success(command))
        case .failure(let error):
            // ArgumentParser returns help that was asked for as an error, too.
            if RootCommand.exitCode(for: error) == .success { return (moved, .failure(error)) }
        }
    }
    return (arguments, asTyped)
}

/// Prints the help or version that was asked for, or what is wrong with the arguments.
private func report(parsing error: any Error, of arguments: [String]) async -> Int32 {
    await exitCode { () throws(CommandFailure) in
        if RootCommand.exitCode(for: error) == .success {
            return try StandardOutput.write(RootCommand.fullMessage(for: error) + "\n")
        }
        let message = RootCommand.message(for: error).split(separator: "\n").joined(separator: " ")
        let end = message.last.map { ".!?".contains($0) } == true ? "" : "."
        let subcommand = arguments.first { subcommandNames.contains($0) } ?? "watch"
        throw .usage("\(message)\(end) See powersensors \(subcommand) --help.")
    }
}

private let subcommandNames = RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
#endif
