#if Exporters
import ArgumentParser
import PowerSensorsExporters

/// A subcommand of ours: it is run with the environment, and fails in one line.
protocol RunnableCommand: ParsableCommand {
    /// Does what was asked for.
    func run(in environment: Environment) async throws(CommandFailure)
}

/// Parses the arguments, runs what they ask for, and gives the exit code.
///
/// ArgumentParser would add lines of usage to what is wrong; here an error is one line.
func runCommand(_ arguments: [String]) async -> Int32 {
    let parsed = parse(arguments)
    let command: any ParsableCommand
    switch parsed.result {
    case .success(let value): command = value
    case .failure(let error): return report(parsing: error, of: parsed.arguments)
    }
    do throws(CommandFailure) {
        if let command = command as? any RunnableCommand {
            try await command.run(in: .process)
            return 0
        }
    } catch {
        if !error.line.isEmpty { StandardError.write("powersensors: \(error.line)") }
        return error.exitCode
    }
    // What is left is ArgumentParser's own, such as `help`, which ends with an error that is its text.
    do {
        var command = command
        try command.run()
        return 0
    } catch {
        return report(parsing: error, of: arguments)
    }
}

/// Parses the arguments, with a subcommand also after its options: `--procfs DIR list` is `list --procfs DIR`.
///
/// ArgumentParser takes options in front of a subcommand for those of the default one. A subcommand's name may also be
/// an option's value, as in `--node list`; so what can be understood as it stands is left as it is.
private func parse(
    _ arguments: [String]
) -> (arguments: [String], result: Result<any ParsableCommand, any Error>) {
    func attempt(_ arguments: [String]) -> Result<any ParsableCommand, any Error> {
        Result { try PowersensorsCommand.parseAsRoot(arguments) }
    }
    let asTyped = attempt(arguments)
    guard case .failure = asTyped else { return (arguments, asTyped) }
    let names = PowersensorsCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    for (index, argument) in arguments.enumerated().dropFirst() where names.contains(argument) {
        var moved = arguments
        moved.remove(at: index)
        moved.insert(argument, at: 0)
        switch attempt(moved) {
        case .success(let command): return (moved, .success(command))
        case .failure(let error):
            // Help that was asked for is an error too.
            if PowersensorsCommand.exitCode(for: error) == .success { return (moved, .failure(error)) }
        }
    }
    return (arguments, asTyped)
}

/// Prints the help or version that was asked for, or what is wrong with the arguments.
private func report(parsing error: any Error, of arguments: [String]) -> Int32 {
    let code = PowersensorsCommand.exitCode(for: error)
    guard code != .success else {
        let text = PowersensorsCommand.fullMessage(for: error) + "\n"
        do throws(CommandFailure) {
            var output = StandardOutput()
            try output.write(Array(text.utf8))
            return 0
        } catch {
            if !error.line.isEmpty { StandardError.write("powersensors: \(error.line)") }
            return error.exitCode
        }
    }
    let message = PowersensorsCommand.message(for: error).split(separator: "\n").joined(separator: " ")
    let end = message.last.map { ".!?".contains($0) } == true ? "" : "."
    let names = PowersensorsCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    let subcommand = arguments.first { names.contains($0) } ?? "watch"
    StandardError.write("powersensors: \(message)\(end) See powersensors \(subcommand) --help.")
    return CommandFailure.wrongUsage
}
#endif
